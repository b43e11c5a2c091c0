package dev.sluice.ingest.sink.cut;

/**
 * A file in the table's location with rows that wait for values of their version before: {@code CarriedRow}s as they are
 * serialized, one behind the other. Deleted once the cut is committed; an orphan if that fails.
 *
 * @param length in bytes
 */
public record CarriedFile(String location, long length, long rows) {}
