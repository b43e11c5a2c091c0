package dev.sluice.ingest.hot;

/**
 * What a buffered row lacks: TOAST values that its update did not touch, so the source did not send them. They are in
 * ClickHouse, in the current row of {@code lookupKey}.
 *
 * @param lookupKey the key, before the changes in the buffer, of the row that holds the values; in RowBinary
 * @param columns indexes into {@link HotTable#others()}, ascending
 * @param offsets where in the buffer each value belongs; nothing is there yet
 */
record Hole(byte[] lookupKey, int[] columns, int[] offsets) {
    boolean lacks(int column) {
        return java.util.Arrays.binarySearch(columns, column) >= 0;
    }
}
