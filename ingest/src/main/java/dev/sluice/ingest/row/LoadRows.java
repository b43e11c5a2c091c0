package dev.sluice.ingest.row;

/**
 * Rows of a load of one table, in {@link RowForm}; all are inserts at {@code lsn}, the consistent position of the load:
 * it holds every transaction with a commit LSN up to there, and no other.
 *
 * @param bytes rows one after the other, and possibly room after them; only {@code offsets} say where rows begin
 * @param offsets where row i begins, for the first {@code count}
 */
@SuppressWarnings("ArrayRecordComponent") // batches are never compared
public record LoadRows(int table, long lsn, int count, byte[] bytes, int[] offsets) implements Batch {
    @Override
    public int bytesHeld() {
        return bytes.length;
    }
}
