package dev.sluice.ingest.hot;

import dev.sluice.ingest.batch.RowBatch;

/**
 * When transactions were committed, by the source's clock. Every change of a transaction gets the same time, and so the
 * same partition. Not thread-safe.
 */
final class CommitTimes {
    /** The last commit whose own time was seen. */
    private long lsn;

    private long micros;

    /** @param nowMicros stands for a time that nobody knows */
    long micros(RowBatch batch, long changeLsn, long nowMicros) {
        if (changeLsn == lsn) {
            return micros;
        }
        long found = batch.commitTimeMicros == 0 ? nowMicros : batch.commitTimeMicros;
        if (changeLsn == batch.lsn) {
            lsn = changeLsn;
            micros = found;
        }
        return found;
    }
}
