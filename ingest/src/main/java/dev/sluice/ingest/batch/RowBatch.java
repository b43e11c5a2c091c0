package dev.sluice.ingest.batch;

import dev.sluice.ingest.table.TableStop;
import java.util.Arrays;

/**
 * The element that flows through the job: rows of one table as PostgreSQL's own binary bytes, or a sign of progress.
 * Owned by whoever holds it; the receiver must not change it and must not keep it after its call returns unless it
 * copies (operators are chained with object reuse).
 *
 * <p><b>Row format</b>, the same for load and stream (it is that of COPY BINARY, without header and trailer): a
 * big-endian {@code int16} number of columns, then for each column a big-endian {@code int32} length and that many
 * bytes. Length {@link #NULL} is SQL NULL; {@link #UNCHANGED} (stream only) is a TOAST value that the server did not
 * send because the update did not touch it (under full identity it is filled in from the old row). Columns are those
 * of {@code SourceTable.columns()}, in that order. Source: PostgreSQL documentation, "COPY, Binary Format" and "Logical
 * Replication Message Formats".
 */
public final class RowBatch {
    /** Length of an SQL NULL. */
    public static final int NULL = -1;
    /** Length of an unchanged TOAST value. */
    public static final int UNCHANGED = -2;
    /**
     * Bytes of the largest change, old row included: a fifth of the heap, 102 MB of the shipped 512 MB. It is in memory up
     * to four times, as a message, as the next one, in a batch and in a page of a file.
     */
    public static final int CHANGE_BYTES_MAX =
            (int) Math.min(Integer.MAX_VALUE / 4, Runtime.getRuntime().maxMemory() / 5);
    /** Offset of a row that is not there. */
    public static final int NONE = -1;
    /** START: instead of the LSN of a table of which nothing will come. The highest of all, as LSNs are unsigned. */
    public static final long NOT_STREAMED = -1;

    public static final byte INSERT = 'I';
    public static final byte UPDATE = 'U';
    public static final byte DELETE = 'D';
    public static final byte TRUNCATE = 'T';

    /** What a batch is. */
    public enum Kind {
        /** Rows read by COPY; all are inserts at {@link #lsn}, the consistent point of the load. */
        LOAD,
        /** No rows: a chunk of a load of {@link #table} ends here. The hot store has its rows once it has taken this. */
        CHUNK_END,
        /** Changes of one table, of whole transactions or slices of one, in order. */
        CHANGES,
        /** No rows: everything up to {@link #lsn} has been emitted. */
        PROGRESS,
        /** No rows: the load of {@link #loadedTables} at {@link #lsn} is complete and may be published. */
        LOADED,
        /** No rows: {@link #table} is not streamed any more, for the reason in {@link #stop}. */
        STOP,
        /**
         * No rows: the stream begins. What comes next of table i is the first change after commit LSN {@code lsns[i]};
         * {@link #NOT_STREAMED} for a table that is stopped.
         */
        START,
        /**
         * No rows: a large transaction begins, and is emitted before its end is here. CHANGES from here to the next
         * PROGRESS are its own, or follow it without a checkpoint between; a checkpoint before that PROGRESS must not
         * hand over any of them. {@link #lsn} is its commit LSN.
         */
        OPEN
    }

    public final Kind kind;
    /** Index into the tables of the pipeline; -1 for PROGRESS and LOADED. */
    public final int table;
    /**
     * LOAD, CHUNK_END, LOADED: the load holds every transaction with a commit LSN up to here, and no other. CHANGES: the
     * highest commit LSN in the batch. PROGRESS: every transaction with a commit LSN up to here has been emitted.
     */
    public final long lsn;
    /** Time of the last commit up to {@link #lsn} at the source, microseconds since 1970; 0 when not known. */
    public final long commitTimeMicros;
    /** Number of rows (LOAD) or changes (CHANGES). */
    public final int count;
    /** Rows one after the other; only {@code offsets} say where they begin. */
    public final byte[] bytes;
    /** Where the new row of change i begins in {@link #bytes}; {@link #NONE} for DELETE and TRUNCATE. */
    public final int[] newOffsets;
    /** Where the old row begins, {@link #NONE} if none was sent. A key-only row has NULL in all other columns. Null for LOAD. */
    public final int[] oldOffsets;
    /** Whether {@link #oldOffsets} are whole rows (REPLICA IDENTITY FULL) rather than keys. */
    public final boolean oldRowsAreFull;
    /** {@link #INSERT}, {@link #UPDATE}, {@link #DELETE} or {@link #TRUNCATE} of change i. Null for LOAD. */
    public final byte[] operations;
    /** Commit LSN of change i. Null for LOAD. LOADED: rows read per table of {@link #loadedTables}; may be empty. */
    public final long[] lsns;
    /** LOADED: indexes of the tables whose load is complete; otherwise null. */
    public final int[] loadedTables;
    /** STOP: why; otherwise null. */
    public final TableStop stop;
    /** CHANGES: when the transaction of change i was committed, microseconds since 1970; null when only the last is known. */
    public final long[] commitMicros;

    public RowBatch(
            Kind kind,
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
            int[] loadedTables) {
        this(
                kind,
                table,
                lsn,
                commitTimeMicros,
                count,
                bytes,
                newOffsets,
                oldOffsets,
                oldRowsAreFull,
                operations,
                lsns,
                loadedTables,
                null,
                null);
    }

    private RowBatch(
            Kind kind,
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
            int[] loadedTables,
            TableStop stop,
            long[] commitMicros) {
        this.kind = kind;
        this.table = table;
        this.lsn = lsn;
        this.commitTimeMicros = commitTimeMicros;
        this.count = count;
        this.bytes = bytes;
        this.newOffsets = newOffsets;
        this.oldOffsets = oldOffsets;
        this.oldRowsAreFull = oldRowsAreFull;
        this.operations = operations;
        this.lsns = lsns;
        this.loadedTables = loadedTables;
        this.stop = stop;
        this.commitMicros = commitMicros;
    }

    /** Rows read by COPY. */
    public static RowBatch load(int table, long lsn, int count, byte[] bytes, int[] offsets) {
        return new RowBatch(Kind.LOAD, table, lsn, 0, count, bytes, offsets, null, false, null, null, null);
    }

    /** The end of a chunk of a load. */
    public static RowBatch chunkEnd(int table, long lsn) {
        return new RowBatch(Kind.CHUNK_END, table, lsn, 0, 0, null, null, null, false, null, null, null);
    }

    /**
     * Changes of one table.
     *
     * @param lsn the highest commit LSN among {@code lsns}
     */
    public static RowBatch changes(
            int table,
            long lsn,
            long commitTimeMicros,
            int count,
            byte[] bytes,
            int[] newOffsets,
            int[] oldOffsets,
            boolean oldRowsAreFull,
            byte[] operations,
            long[] lsns) {
        return changes(
                table,
                lsn,
                commitTimeMicros,
                count,
                bytes,
                newOffsets,
                oldOffsets,
                oldRowsAreFull,
                operations,
                lsns,
                null);
    }

    /** The same, with the commit time of each change. */
    public static RowBatch changes(
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
            long[] commitMicros) {
        return new RowBatch(
                Kind.CHANGES,
                table,
                lsn,
                commitTimeMicros,
                count,
                bytes,
                newOffsets,
                oldOffsets,
                oldRowsAreFull,
                operations,
                lsns,
                null,
                null,
                commitMicros);
    }

    /** The stream begins. */
    public static RowBatch start(long[] firstAfter) {
        return new RowBatch(Kind.START, -1, 0, 0, 0, null, null, null, false, null, firstAfter, null);
    }

    /** A table that is not streamed any more. */
    public static RowBatch stop(TableStop stop) {
        return new RowBatch(Kind.STOP, stop.table(), 0, 0, 0, null, null, null, false, null, null, null, stop, null);
    }

    /** A large transaction begins. */
    public static RowBatch open(long lsn) {
        return new RowBatch(Kind.OPEN, -1, lsn, 0, 0, null, null, null, false, null, null, null);
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
    public RowBatch first(int changes, long micros) {
        return changes(
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
    public RowBatch after(int changes) {
        return changes(
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

    /** A sign of progress. */
    public static RowBatch progress(long lsn, long commitTimeMicros) {
        return new RowBatch(Kind.PROGRESS, -1, lsn, commitTimeMicros, 0, null, null, null, false, null, null, null);
    }

    /**
     * The end of a load. It comes in the order of LSNs: after every change of other tables up to {@code lsn}, before any
     * change after it.
     *
     * @param rows rows that were read per table, in the order of {@code tables}; empty when not known
     */
    public static RowBatch loaded(long lsn, long timeMicros, int[] tables, long[] rows) {
        return new RowBatch(Kind.LOADED, -1, lsn, timeMicros, 0, null, null, null, false, null, rows, tables);
    }
}
