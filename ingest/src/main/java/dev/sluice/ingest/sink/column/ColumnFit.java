package dev.sluice.ingest.sink.column;

/** Whether a value that PostgreSQL sent has a place in the lake type of its column. */
@FunctionalInterface
public interface ColumnFit {
    /**
     * What kind of value it is, in words and never the value itself; null when it fits.
     *
     * @param bytes holds PostgreSQL's binary form at {@code offset}; not NULL
     */
    String misfit(byte[] bytes, int offset, int length);
}
