package dev.sluice.ingest.postgres;

import java.util.List;
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
    record HeldChunk(long loadLsn, int chunk) implements java.io.Serializable {
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

    /** A reader could not import the snapshot of a load. */
    record SnapshotLost(long loadLsn) implements SourceEvent {
        private static final long serialVersionUID = 1L;
    }

    /**
     * Answer to {@link ReaderStarted}: chunks of any other load are to be dropped.
     *
     * @param loadLsn 0 when no load is under way
     */
    record ActiveLoad(long loadLsn) implements SourceEvent {
        private static final long serialVersionUID = 1L;
    }

    /** No chunk is waiting: the reader may let go of its snapshot. */
    record NoChunkWaiting() implements SourceEvent {
        private static final long serialVersionUID = 1L;
    }
}
