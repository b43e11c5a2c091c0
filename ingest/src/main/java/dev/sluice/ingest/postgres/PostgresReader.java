package dev.sluice.ingest.postgres;

import dev.sluice.ingest.JobFailures;
import dev.sluice.ingest.batch.RowBatch;
import dev.sluice.ingest.postgres.PostgresSplit.AnnouncementSplit;
import dev.sluice.ingest.postgres.PostgresSplit.LoadSplit;
import dev.sluice.ingest.postgres.PostgresSplit.StreamSplit;
import dev.sluice.ingest.postgres.SourceEvents.ActiveLoad;
import dev.sluice.ingest.postgres.SourceEvents.ChunkFinished;
import dev.sluice.ingest.postgres.SourceEvents.HeldChunk;
import dev.sluice.ingest.postgres.SourceEvents.NoChunkWaiting;
import dev.sluice.ingest.postgres.SourceEvents.ReaderStarted;
import dev.sluice.ingest.postgres.SourceEvents.SnapshotLost;
import dev.sluice.ingest.postgres.load.ChunkPlanner.PageRange;
import dev.sluice.ingest.postgres.load.ChunkReader;
import dev.sluice.ingest.postgres.stream.SliceQueue;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.core.io.InputStatus;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads chunks, then, in one of the readers, the stream. All methods run in the task's thread, so what one
 * {@link #pollNext} emits lies between two checkpoint barriers.
 */
final class PostgresReader implements SourceReader<RowBatch, PostgresSplit> {
    private static final Logger LOG = LoggerFactory.getLogger(PostgresReader.class);

    private final SourceSettings settings;
    private final SourceReaderContext context;
    private final ChunkReader chunkReader;
    /** The first is open when {@link #chunkOpen}. */
    private final Deque<LoadSplit> chunks = new ArrayDeque<>();
    /** Chunks from a checkpoint, until it is known whether their load is still under way. */
    private final List<LoadSplit> restored = new ArrayList<>();

    private boolean started;
    private boolean chunkOpen;
    private boolean noChunkWaiting;
    /** Null when there is none. */
    private AnnouncementSplit announcement;

    private StreamEmitter stream;
    private CompletableFuture<Void> available = new CompletableFuture<>();

    PostgresReader(SourceSettings settings, SourceReaderContext context) {
        this.settings = settings;
        this.context = context;
        this.chunkReader = new ChunkReader(settings.connector());
    }

    @Override
    public void start() {
        started = true;
        context.sendSourceEventToCoordinator(new ReaderStarted(restored.stream()
                .map(chunk -> new HeldChunk(chunk.loadLsn(), chunk.chunk()))
                .toList()));
        if (stream != null) {
            JobFailures.guard(stream::start);
        }
        if (restored.isEmpty() && stream == null) {
            context.sendSplitRequest();
        }
    }

    @Override
    public void addSplits(List<PostgresSplit> splits) {
        for (PostgresSplit split : splits) {
            if (split instanceof StreamSplit change) {
                PostgresSource.checkSameTables(change.tableOids(), settings);
                chunkReader.close();
                stream = new StreamEmitter(settings, change);
                if (started) {
                    JobFailures.guard(stream::start);
                }
            } else if (split instanceof AnnouncementSplit announced) {
                announcement = announced;
            } else if (started) {
                noChunkWaiting = false;
                chunks.add((LoadSplit) split);
            } else {
                restored.add((LoadSplit) split);
            }
        }
        available.complete(null);
    }

    @Override
    public void handleSourceEvents(SourceEvent event) {
        if (event instanceof ActiveLoad active) {
            for (LoadSplit chunk : restored) {
                if (chunk.loadLsn() == active.loadLsn()) {
                    chunks.add(chunk);
                }
            }
            if (chunks.isEmpty() && !restored.isEmpty()) {
                LOG.info("Dropped {} chunks of a load that was started over", restored.size());
                context.sendSplitRequest();
            }
            restored.clear();
            available.complete(null);
        } else if (event instanceof NoChunkWaiting) {
            noChunkWaiting = true;
            closeIfDone();
        }
    }

    @Override
    public InputStatus pollNext(ReaderOutput<RowBatch> output) throws Exception {
        return JobFailures.<InputStatus, Exception>guarded(() -> poll(output));
    }

    private InputStatus poll(ReaderOutput<RowBatch> output) throws Exception {
        if (!chunks.isEmpty()) {
            return pollChunk(output);
        }
        if (announcement != null) {
            output.collect(announcement.load().toBatch());
            announcement = null;
        }
        if (stream == null) {
            return InputStatus.NOTHING_AVAILABLE;
        }
        try {
            return stream.poll(output);
        } catch (SliceQueue.StreamFailedException e) {
            throw JobFailures.forFlink(e.getCause());
        }
    }

    @Override
    public CompletableFuture<Void> isAvailable() {
        if (!chunks.isEmpty() || announcement != null) {
            return CompletableFuture.completedFuture(null);
        }
        if (stream != null) {
            return stream.available();
        }
        if (available.isDone()) {
            available = new CompletableFuture<>();
        }
        return available;
    }

    @Override
    public List<PostgresSplit> snapshotState(long checkpoint) {
        List<PostgresSplit> splits = new ArrayList<>(restored);
        splits.addAll(chunks);
        if (announcement != null) {
            splits.add(announcement);
        }
        if (stream != null) {
            splits.add(stream.state());
        }
        return splits;
    }

    @Override
    public void notifyCheckpointComplete(long checkpoint) {
        if (stream != null) {
            stream.checkpointCompleted();
        }
    }

    @Override
    public void notifyNoMoreSplits() {}

    @Override
    public void close() throws Exception {
        chunkReader.close();
        if (stream != null) {
            stream.close();
        }
    }

    private InputStatus pollChunk(ReaderOutput<RowBatch> output) throws Exception {
        LoadSplit chunk = chunks.element();
        if (!chunkOpen) {
            try {
                chunkReader.open(
                        settings.tables().get(chunk.table()),
                        chunk.table(),
                        new PageRange(chunk.firstPage(), chunk.endPage()),
                        chunk.snapshotName(),
                        chunk.loadLsn(),
                        chunk.rowsEmitted());
            } catch (ChunkReader.SnapshotLostException e) {
                LOG.warn("{}: asking for the load to be started over", e.getMessage());
                chunks.clear();
                context.sendSourceEventToCoordinator(new SnapshotLost(chunk.loadLsn()));
                return InputStatus.NOTHING_AVAILABLE;
            }
            chunkOpen = true;
            if (chunks.size() == 1) {
                // The next chunk arrives while this one is read.
                context.sendSplitRequest();
            }
        }
        RowBatch batch = chunkReader.next();
        if (batch != null) {
            output.collect(batch);
            chunks.remove();
            chunks.addFirst(chunk.withRowsEmitted(chunk.rowsEmitted() + batch.count));
            return InputStatus.MORE_AVAILABLE;
        }
        output.collect(RowBatch.chunkEnd(chunk.table(), chunk.loadLsn()));
        chunks.remove();
        chunkOpen = false;
        context.sendSourceEventToCoordinator(new ChunkFinished(chunk.loadLsn(), chunk.chunk(), chunk.rowsEmitted()));
        closeIfDone();
        return chunks.isEmpty() ? InputStatus.NOTHING_AVAILABLE : InputStatus.MORE_AVAILABLE;
    }

    /** An open snapshot keeps the server from cleaning up, so it is let go of early. */
    private void closeIfDone() {
        if (noChunkWaiting && chunks.isEmpty()) {
            chunkReader.close();
        }
    }
}
