package dev.sluice.ingest.hot;

import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.metrics.Counter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Inserts what tables have gathered, all at once, so that a flush takes as long as its slowest insert. Not thread-safe. */
final class HotInserts {
    private static final Logger log = LoggerFactory.getLogger(HotInserts.class);

    private final ClickHouseClient client;
    private final UnchangedValues unchanged;
    private final Counter rowsWritten;
    private final Counter rowsOmitted;
    private boolean hasWarned;

    HotInserts(ClickHouseClient client, Counter rowsWritten, Counter rowsOmitted) {
        this.client = client;
        this.unchanged = new UnchangedValues(client);
        this.rowsWritten = rowsWritten;
        this.rowsOmitted = rowsOmitted;
    }

    /** A table whose rows ClickHouse does not take. */
    record Refused(HotFlow flow, SluiceException why) {}

    private record Running(HotFlow flow, ClickHouseClient.Call call, HotBuffer.SealedRows rows) {}

    /**
     * Inserts and clears the buffers. Throws E0901 when ClickHouse does not answer: then nothing is cleared, and the call
     * is to be repeated.
     */
    List<Refused> run(List<HotFlow> flows) {
        List<Refused> refused = new ArrayList<>();
        List<Running> running = new ArrayList<>();
        for (HotFlow flow : flows) {
            try {
                HotBuffer.SealedRows rows = flow.buffer.seal(unchanged);
                ClickHouseClient.Call call = rows.length() == 0
                        ? null
                        : client.startInsert(
                                "insert into the hot table " + flow.table.name(),
                                flow.table.insertStatement(),
                                rows.bytes(),
                                rows.length());
                running.add(new Running(flow, call, rows));
            } catch (SluiceException e) {
                refused.add(refusal(flow, e));
            }
        }
        SluiceException unanswered = null;
        List<Running> done = new ArrayList<>();
        for (Running insert : running) {
            try {
                if (insert.call() != null) {
                    client.finish(insert.call());
                }
                done.add(insert);
            } catch (SluiceException e) {
                if (e.code() == ErrorCode.E0901) {
                    unanswered = e;
                } else {
                    refused.add(new Refused(insert.flow(), e));
                }
            }
        }
        if (unanswered != null) {
            throw unanswered;
        }
        for (Running insert : done) {
            rowsWritten.inc(insert.rows().rows());
            noteOmitted(insert.flow().table, insert.rows().omitted());
            insert.flow().buffer.clear();
        }
        return refused;
    }

    private static Refused refusal(HotFlow flow, SluiceException e) {
        if (e.code() == ErrorCode.E0901) {
            throw e;
        }
        return new Refused(flow, e);
    }

    private void noteOmitted(HotTable table, int omitted) {
        rowsOmitted.inc(omitted);
        if (omitted > 0 && !hasWarned) {
            hasWarned = true;
            log.warn(
                    "{}: {} updated rows of {} are left out of the hot store: the update did not send their unchanged "
                            + "TOAST values, and the hot store has no row to take them from (it has left by TTL). The lake "
                            + "holds them. REPLICA IDENTITY FULL avoids this. Further cases are only counted.",
                    ErrorCode.E0407,
                    omitted,
                    table.name());
        }
    }
}
