package dev.sluice.ingest.hot;

import dev.sluice.ingest.row.ChangeRows;

/**
 * When transactions were committed, by the source's clock. Every change of a transaction gets the same time, and so the
 * same partition. Not thread-safe.
 */
final class CommitTimes {
    /** The last commit whose own time was seen. */
    private long lsn;

    private long micros;

    /**
     * When the transaction of change {@code i} was committed.
     *
     * @param nowMicros stands for a time that nobody knows
     */
    long micros(ChangeRows batch, int i, long nowMicros) {
        if (batch.commitMicros() != null && batch.commitMicros()[i] != 0) {
            return batch.commitMicros()[i];
        }
        long changeLsn = batch.lsns()[i];
        if (changeLsn == lsn) {
            return micros;
        }
        long found = batch.commitTimeMicros() == 0 ? nowMicros : batch.commitTimeMicros();
        if (changeLsn == batch.lsn()) {
            lsn = changeLsn;
            micros = found;
        }
        return found;
    }
}
