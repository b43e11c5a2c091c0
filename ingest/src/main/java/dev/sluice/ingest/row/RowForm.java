package dev.sluice.ingest.row;

/**
 * Sluice row form 1: how a row lies in memory between a source and the sinks. Big-endian: an {@code int16} number of
 * columns, then for each column an {@code int32} length and that many bytes. Columns are those of
 * {@code SourceTable.columns()}, in that order. Length {@link #NULL} is SQL NULL; {@link #UNCHANGED} (new rows of updates
 * only) is a value that the source did not send because the update did not touch it. A source that always sends whole
 * rows never uses it. What the bytes of each type are is specified, with golden vectors, in
 * {@code docs/reference/row-form.md}; {@link RowBuilder} makes rows, {@link RowCursor} reads them.
 *
 * <p>It equals what PostgreSQL sends (its documentation, "COPY, Binary Format" and "Logical Replication Message Formats"),
 * so that rows of PostgreSQL are copied and never transcoded.
 */
public final class RowForm {
    /** Length of an SQL NULL. */
    public static final int NULL = -1;
    /** Length of a value that was not sent because it did not change. */
    public static final int UNCHANGED = -2;
    /** Offset of a row that is not there. */
    public static final int NO_ROW = -1;
    /**
     * Bytes of the largest change, old row included: a fifth of the heap, 102 MB of the shipped 512 MB. It is in memory up
     * to four times, as a message, as the next one, in a batch and in a page of a file.
     */
    public static final int CHANGE_BYTES_MAX =
            (int) Math.min(Integer.MAX_VALUE / 4, Runtime.getRuntime().maxMemory() / 5);

    private RowForm() {}
}
