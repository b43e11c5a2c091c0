package dev.sluice.torture.oracle;

import dev.sluice.verify.RowHash;

/**
 * Rows as a multiset: how many, and the sum of their hashes modulo 2^128. A sum, unlike an exclusive or, sees a row that
 * is there twice, and a row can be taken out of it. Not thread-safe.
 */
public final class RowSum {
    private final RowHash hash = new RowHash();
    private long rows;
    private long high;
    private long low;

    /** What the sum was at one moment. */
    public record Value(long rows, long high, long low) {
        @Override
        public String toString() {
            return rows + " rows, hash " + String.format("%016x%016x", high, low);
        }
    }

    public void add(byte[][] row) {
        hash.of(row);
        rows++;
        low += hash.low();
        high += hash.high() + (Long.compareUnsigned(low, hash.low()) < 0 ? 1 : 0);
    }

    void subtract(byte[][] row) {
        hash.of(row);
        rows--;
        high -= hash.high() + (Long.compareUnsigned(low, hash.low()) < 0 ? 1 : 0);
        low -= hash.low();
    }

    void clear() {
        rows = 0;
        high = 0;
        low = 0;
    }

    public Value value() {
        return new Value(rows, high, low);
    }
}
