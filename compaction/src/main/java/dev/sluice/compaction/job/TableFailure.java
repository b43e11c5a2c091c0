package dev.sluice.compaction.job;

import dev.sluice.lake.LakeErrors;
import java.io.Serializable;

/**
 * One table's trouble: it travels through the job in place of the table's groups, so that the other tables are tended.
 *
 * @param reason for the report
 */
record TableFailure(String table, String reason) implements Serializable {

    /** Whatever a library threw; an interrupt is the end of the whole job and goes on as it is. */
    static TableFailure of(String table, String action, Exception e) throws Exception {
        if (e instanceof InterruptedException || Thread.currentThread().isInterrupted()) {
            throw e;
        }
        return new TableFailure(
                table, LakeErrors.translate(action + " " + table, e).getMessage());
    }
}
