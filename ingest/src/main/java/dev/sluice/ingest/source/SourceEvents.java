package dev.sluice.ingest.source;

import dev.sluice.ingest.table.TableStop;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.connector.source.SourceEvent;

/** What readers and the enumerator tell each other, besides splits. */
final class SourceEvents {
    private SourceEvents() {}

    /**
     * A reader starts or restarts.
     *
     * @param held the chunks that its state brought back
     */
    record ReaderStarted(List<HeldChunk> held) implements SourceEvent {
        private static final long serialVersionUID = 1L;
    }

    /** A chunk that a reader holds. */
    record HeldChunk(long loadLsn, int table, int chunk) implements Serializable {
        private static final long serialVersionUID = 1L;
    }

    /**
     * A reader has emitted the last row of a chunk.
     *
     * @param rows all rows of the chunk, also those that were emitted before a restart
     */
    record ChunkFinished(long loadLsn, int chunk, long rows) implements SourceEvent {
        private static final long serialVersionUID = 1L;
    }

    /** A reader holds the snapshot of a load, too, and others can import it under this name. */
    record SnapshotHeld(long loadLsn, String name) implements SourceEvent {
        private static final long serialVersionUID = 1L;
    }

    /** A reader could not import the snapshot of a load. */
    record SnapshotLost(long loadLsn) implements SourceEvent {
        private static final long serialVersionUID = 1L;
    }

    /** The snapshot of the load does not show the rows of this table any more. */
    record TableRewritten(long loadLsn, int table) implements SourceEvent {
        private static final long serialVersionUID = 1L;
    }

    /** Somebody holds the table of a chunk, perhaps for long: chunks of other tables are wanted meanwhile. */
    record TableLocked(long loadLsn, int table) implements SourceEvent {
        private static final long serialVersionUID = 1L;
    }

    /** A table cannot be loaded as it is now. */
    record TableUnloadable(long loadLsn, TableStop stop) implements SourceEvent {
        private static final long serialVersionUID = 1L;
    }

    /**
     * What is being loaded; the answer to {@link ReaderStarted}, and sent again when it changes. Whatever else a reader
     * holds is to be dropped.
     *
     * @param lsnByTable the LSN at which each table is loaded
     * @param snapshotByLsn under which name its snapshot can be imported
     */
    record ActiveLoads(Map<Integer, Long> lsnByTable, Map<Long, String> snapshotByLsn) implements SourceEvent {
        private static final long serialVersionUID = 1L;

        ActiveLoads {
            lsnByTable = Map.copyOf(lsnByTable);
            snapshotByLsn = Map.copyOf(snapshotByLsn);
        }

        boolean isActive(int table, long loadLsn) {
            return lsnByTable.containsKey(table) && lsnByTable.get(table) == loadLsn;
        }
    }

    /** No chunk is waiting: the reader may let go of its snapshot. */
    record NoChunkWaiting() implements SourceEvent {
        private static final long serialVersionUID = 1L;
    }
}
