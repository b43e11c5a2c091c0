package dev.sluice.ingest.row;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Changes of one table, of whole transactions or slices of one, in order. Arrays may be longer than {@code count}.
 *
 * @param lsn the highest commit LSN among {@code lsns}
 * @param commitTimeMicros when the last of them was committed, microseconds since 1970; 0 when not known
 * @param bytes rows in {@link RowForm} one after the other; only the offsets say where they begin
 * @param newOffsets where the new row of change i begins; {@link RowForm#NO_ROW} for DELETE and TRUNCATE
 * @param oldOffsets where the old row begins, {@link RowForm#NO_ROW} if none was sent. A key-only row has NULL in all other
 *     columns
 * @param oldRowsAreFull whether old rows are whole rows rather than keys
 * @param operations {@link #INSERT}, {@link #UPDATE}, {@link #DELETE} or {@link #TRUNCATE} of change i
 * @param lsns commit LSN of change i
 * @param commitMicros when the transaction of change i was committed, microseconds since 1970; null when only the last is
 *     known
 */
@SuppressWarnings("ArrayRecordComponent") // batches are never compared
public record ChangeRows(
        int table,
        long lsn,
        long commitTimeMicros,
        int count,
        byte[] bytes,
        int[] newOffsets,
        int[] oldOffsets,
        boolean oldRowsAreFull,
        byte[] operations,
        long[] lsns,
        long @Nullable [] commitMicros)
        implements Batch {
    public static final byte INSERT = 'I';
    public static final byte UPDATE = 'U';
    public static final byte DELETE = 'D';
    public static final byte TRUNCATE = 'T';

    @Override
    public int bytesHeld() {
        return bytes.length;
    }

    /** How many changes at the beginning belong to other transactions than the one that commits at {@code commitLsn}. */
    public int changesBefore(long commitLsn) {
        int before = count;
        while (before > 0 && lsns[before - 1] == commitLsn) {
            before--;
        }
        return before;
    }

    /** The first {@code changes} changes, which end with a transaction at {@code micros} or before. */
    public ChangeRows first(int changes, long micros) {
        return new ChangeRows(
                table,
                lsns[changes - 1],
                micros,
                changes,
                bytes,
                newOffsets,
                oldOffsets,
                oldRowsAreFull,
                operations,
                lsns,
                commitMicros);
    }

    /** The changes after the first {@code changes}. */
    public ChangeRows after(int changes) {
        return new ChangeRows(
                table,
                lsn,
                commitTimeMicros,
                count - changes,
                bytes,
                Arrays.copyOfRange(newOffsets, changes, count),
                Arrays.copyOfRange(oldOffsets, changes, count),
                oldRowsAreFull,
                Arrays.copyOfRange(operations, changes, count),
                Arrays.copyOfRange(lsns, changes, count),
                commitMicros == null ? null : Arrays.copyOfRange(commitMicros, changes, count));
    }
}
