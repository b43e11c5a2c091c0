package dev.sluice.ingest.row;

import dev.sluice.ingest.table.TableStop;

/**
 * The element that flows from a source to the sinks: rows of one table, or a sign. Owned by whoever holds it; the
 * receiver must not change it and must not keep it after its call returns unless it copies (operators are chained with
 * object reuse).
 *
 * <p>A source emits, per table: {@link LoadRows} of a chunk, then {@link ChunkEnd}; and, in commit order: {@link Start},
 * then {@link ChangeRows} with {@link Progress} between whole transactions, {@link Loaded} where a load belongs,
 * {@link Stop} when a table must not go on, {@link Open} before a transaction that is emitted before its end is here.
 */
public sealed interface Batch
        permits LoadRows,
                ChangeRows,
                Batch.ChunkEnd,
                Batch.Start,
                Batch.Progress,
                Batch.Loaded,
                Batch.Stop,
                Batch.Open {
    /** The table of a sign that concerns all. */
    int ALL_TABLES = -1;

    /** Index into the tables of the pipeline; {@link #ALL_TABLES} for a sign that concerns all. */
    default int table() {
        return ALL_TABLES;
    }

    /** Number of rows or changes. */
    default int count() {
        return 0;
    }

    /** Bytes that the rows keep in memory. */
    default int bytesHeld() {
        return 0;
    }

    /** A chunk of the load of {@code table} at {@code lsn} ends here. The hot store has its rows once it has taken this. */
    record ChunkEnd(int table, long lsn) implements Batch {}

    /**
     * The stream begins. What comes next of table i is the first change after commit LSN {@code firstAfter[i]};
     * {@link #NOT_STREAMED} for a table that is stopped.
     */
    @SuppressWarnings("ArrayRecordComponent") // batches are never compared
    record Start(long[] firstAfter) implements Batch {
        /** Instead of the LSN of a table of which nothing will come. The highest of all, as LSNs are unsigned. */
        public static final long NOT_STREAMED = -1;
    }

    /**
     * Every transaction with a commit LSN up to {@code lsn} has been emitted.
     *
     * @param commitTimeMicros when the last of them was committed, microseconds since 1970; 0 when not known
     * @param text the position as the source writes it, which the lake's stamps show; empty when that is the form of an LSN
     */
    record Progress(long lsn, long commitTimeMicros, String text) implements Batch {
        public Progress(long lsn, long commitTimeMicros) {
            this(lsn, commitTimeMicros, "");
        }
    }

    /**
     * The load of {@code tables} at {@code lsn} is complete and may be published: it holds every transaction with a commit
     * LSN up to there, and no other. It comes in the order of LSNs: after every change of other tables up to there, before
     * any change after it.
     *
     * @param commitTimeMicros as of {@link Progress}
     * @param rows rows that were read per table, in the order of {@code tables}; empty when not known
     * @param text as of {@link Progress}
     */
    @SuppressWarnings("ArrayRecordComponent") // batches are never compared
    record Loaded(long lsn, long commitTimeMicros, int[] tables, long[] rows, String text) implements Batch {
        public Loaded(long lsn, long commitTimeMicros, int[] tables, long[] rows) {
            this(lsn, commitTimeMicros, tables, rows, "");
        }
    }

    /** A table is not streamed any more, for the reason given. */
    record Stop(TableStop reason) implements Batch {
        @Override
        public int table() {
            return reason.table();
        }
    }

    /**
     * A large transaction begins, and is emitted before its end is here. {@link ChangeRows} from here to the next
     * {@link Progress} are its own, or follow it without a checkpoint between; a checkpoint before that must not hand over
     * any of them.
     *
     * @param lsn its commit LSN
     */
    record Open(long lsn) implements Batch {}
}
