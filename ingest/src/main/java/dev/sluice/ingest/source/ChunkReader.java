package dev.sluice.ingest.source;

import dev.sluice.ingest.row.LoadRows;
import dev.sluice.ingest.table.SourceTable;

/**
 * Reads chunks of a load, one after the other, under the snapshot of its position. What of a table the snapshot does not
 * show any more is told, never left out. Used by the task's thread; no call may wait long, as checkpoints wait for it.
 */
public interface ChunkReader extends AutoCloseable {
    /** What became of the attempt to read a chunk. */
    enum Opening {
        /** {@link #next} brings its rows. */
        OPEN,
        /** Somebody holds the table: try again. */
        LOCKED,
        /** The snapshot does not show the table's rows of then any more, or not in this order. */
        REWRITTEN,
        /** The table has not the columns that the pipeline was started with: see {@link #difference}. */
        ALTERED
    }

    /**
     * Begins a chunk, or goes on with the {@link #rest} of one.
     *
     * @param index of the table in the pipeline
     * @param snapshotName as {@link LoadSession#snapshotName} and {@link #exportedName} give it
     * @param rowsEmitted rows at the beginning that were emitted before: they do not come again
     * @throws SnapshotLostException when nobody holds the snapshot under this name
     */
    Opening open(SourceTable source, int index, ChunkRange range, String snapshotName, long lsn, long rowsEmitted)
            throws SnapshotLostException;

    /**
     * The next rows; null when no more come: at the end of the chunk, and when the load gives way to somebody who wants the
     * table for himself.
     *
     * @throws RowTooLargeException when the table has a row that cannot be taken; nothing is being read any more
     */
    LoadRows next() throws RowTooLargeException;

    /** After null: whether that was the end of the chunk; if not, the {@link #rest} is to be opened again. */
    boolean isAtEnd();

    /** What is left of the chunk behind the last batch; at its end, what was read last. */
    ChunkRange rest();

    /** Rows at the beginning of {@link #rest} that were emitted. */
    long rowsEmitted();

    /** At the end of the chunk: rows that were emitted before and have not come again, which is a fault. */
    long rowsToSkip();

    /** After {@link Opening#ALTERED}: what is different, in words. */
    String difference();

    /** A name under which others can import the snapshot that was imported last; empty when it was given up. */
    String exportedName();

    /** Gives up the snapshot, what is being read under it, and what was read and not taken. */
    void letGo();

    @Override
    void close();
}
