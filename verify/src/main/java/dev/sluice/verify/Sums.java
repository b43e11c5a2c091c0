package dev.sluice.verify;

import java.util.ArrayList;
import java.util.List;

/**
 * One side of a table: number of rows and the sum of their hashes modulo 2^128, in all and in {@link #BUCKETS} buckets
 * by key. A sum, unlike an exclusive or, sees a row that is there twice. Not thread-safe.
 */
final class Sums implements RowVisitor {
    static final int BUCKETS = 4096;

    private final int[] keyColumns;
    private final RowHash hash = new RowHash();
    private final long[] high = new long[BUCKETS];
    private final long[] low = new long[BUCKETS];
    private long rows;

    Sums(int[] keyColumns) {
        this.keyColumns = keyColumns;
    }

    static int bucket(byte[][] row, int[] keyColumns) {
        return (int) (RowHash.ofKey(row, keyColumns) & (BUCKETS - 1));
    }

    @Override
    public void row(byte[][] row) {
        hash.of(row);
        int bucket = bucket(row, keyColumns);
        add(high, low, bucket, hash.high, hash.low);
        rows++;
    }

    long rows() {
        return rows;
    }

    /** The sum over all rows, 32 hexadecimal digits. */
    String total() {
        long[] sumHigh = new long[1];
        long[] sumLow = new long[1];
        for (int i = 0; i < BUCKETS; i++) {
            add(sumHigh, sumLow, 0, high[i], low[i]);
        }
        return String.format("%016x%016x", sumHigh[0], sumLow[0]);
    }

    /** Buckets in which the two sides differ. */
    List<Integer> differing(Sums other) {
        List<Integer> buckets = new ArrayList<>();
        for (int i = 0; i < BUCKETS; i++) {
            if (high[i] != other.high[i] || low[i] != other.low[i]) {
                buckets.add(i);
            }
        }
        return buckets;
    }

    private static void add(long[] high, long[] low, int at, long moreHigh, long moreLow) {
        long sum = low[at] + moreLow;
        high[at] += moreHigh + (Long.compareUnsigned(sum, moreLow) < 0 ? 1 : 0);
        low[at] = sum;
    }
}
