package dev.sluice.torture.oracle;

import java.util.Arrays;

/** The texts of the key columns of a row. */
public record RowKey(byte[][] parts) {
    public static RowKey of(byte[][] row, int[] keyColumns) {
        byte[][] parts = new byte[keyColumns.length][];
        for (int i = 0; i < parts.length; i++) {
            parts[i] = row[keyColumns[i]];
        }
        return new RowKey(parts);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RowKey that && Arrays.deepEquals(parts, that.parts);
    }

    @Override
    public int hashCode() {
        return Arrays.deepHashCode(parts);
    }
}
