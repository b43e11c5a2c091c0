package dev.sluice.ingest.hot;

import java.util.List;

/**
 * What a buffered row lacks: TOAST values that its update did not touch, so the source did not send them. They are in
 * ClickHouse, in the current row of one of {@code lookups}.
 *
 * @param lookups where the values may be, newest first. There are several when the row that was updated lacks them
 *     itself: after a restart that row may be stored already, under a key that the older places no longer lead to
 * @param columns indexes into {@link HotTable#others()}, ascending
 * @param offsets where in the buffer each value belongs; nothing is there yet
 */
record MissingValues(List<Lookup> lookups, int[] columns, int[] offsets) {
    boolean lacks(int column) {
        return java.util.Arrays.binarySearch(columns, column) >= 0;
    }

    /**
     * A stored row that may have the values.
     *
     * @param key in RowBinary
     * @param lsnMin an older row of the key is not the one that was updated
     * @param lsnMax nor is a newer one, which is there when changes are repeated
     */
    record Lookup(byte[] key, long lsnMin, long lsnMax) {
        boolean accepts(long lsn) {
            return Long.compareUnsigned(lsn, lsnMin) >= 0 && Long.compareUnsigned(lsn, lsnMax) <= 0;
        }
    }
}
