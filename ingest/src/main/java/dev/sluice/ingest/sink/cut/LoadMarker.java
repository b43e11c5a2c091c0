package dev.sluice.ingest.sink.cut;

/**
 * The load of {@code tables} at {@code lsn} is complete.
 *
 * @param timeMicros time of the consistent point, microseconds since 1970; 0 when not known
 * @param rows rows that the source read per table, in the order of {@code tables}; empty when it did not count
 */
public record LoadMarker(long lsn, long timeMicros, int[] tables, long[] rows) {}
