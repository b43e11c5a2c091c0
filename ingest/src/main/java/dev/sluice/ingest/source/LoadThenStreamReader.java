package dev.sluice.ingest.source;

import dev.sluice.ingest.JobFailures;
import dev.sluice.ingest.row.Batch;
import dev.sluice.ingest.source.PipelineSplit.AnnouncementSplit;
import dev.sluice.ingest.source.PipelineSplit.LoadSplit;
import dev.sluice.ingest.source.PipelineSplit.StopSplit;
import dev.sluice.ingest.source.PipelineSplit.StreamSplit;
import dev.sluice.ingest.source.SourceEvents.ActiveLoads;
import dev.sluice.ingest.source.SourceEvents.NoChunkWaiting;
import dev.sluice.ingest.source.SourceEvents.ReaderStarted;
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

/**
 * Reads chunks, then, in one of the readers, the stream. All methods run in the task's thread, so what one
 * {@link #pollNext} emits lies between two checkpoint barriers.
 */
final class LoadThenStreamReader implements SourceReader<Batch, PipelineSplit> {
    private final SourceAdapter adapter;
    private final SourceReaderContext context;
    private final LoadEmitter load;
    private boolean started;
    private final Deque<AnnouncementSplit> announcements = new ArrayDeque<>();
    private final Deque<StopSplit> stops = new ArrayDeque<>();
    /** Announcements from a checkpoint, until it is known whether their loads still count. */
    private final List<AnnouncementSplit> restored = new ArrayList<>();

    private StreamEmitter stream;
    private CompletableFuture<Void> available = new CompletableFuture<>();

    LoadThenStreamReader(SourceAdapter adapter, SourceReaderContext context) {
        this.adapter = adapter;
        this.context = context;
        this.load = new LoadEmitter(adapter, context);
    }

    @Override
    public void start() {
        started = true;
        context.sendSourceEventToCoordinator(new ReaderStarted(load.held()));
        if (stream != null) {
            JobFailures.guard(stream::start);
        }
        if (load.isEmpty() && stream == null) {
            context.sendSplitRequest();
        }
    }

    @Override
    public void addSplits(List<PipelineSplit> splits) {
        for (PipelineSplit split : splits) {
            if (split instanceof StreamSplit change) {
                LoadThenStreamSource.checkSameTables(change.tableIds(), adapter);
                load.letGo();
                stream = new StreamEmitter(adapter, change);
                if (started) {
                    JobFailures.guard(stream::start);
                }
            } else if (split instanceof AnnouncementSplit announcement) {
                if (started) {
                    announcements.add(announcement);
                } else {
                    restored.add(announcement);
                }
            } else if (split instanceof StopSplit stop) {
                stops.add(stop);
            } else {
                load.add((LoadSplit) split);
            }
        }
        available.complete(null);
    }

    @Override
    public void handleSourceEvents(SourceEvent event) {
        if (event instanceof ActiveLoads active) {
            load.activate(active);
            for (AnnouncementSplit announcement : restored) {
                LoadedTables tables = announcement.load();
                if (tables.tables().stream()
                        .allMatch(table ->
                                !active.lsnByTable().containsKey(table) || active.isActive(table, tables.lsn()))) {
                    announcements.add(announcement);
                }
            }
            restored.clear();
            available.complete(null);
        } else if (event instanceof NoChunkWaiting) {
            load.noChunkWaiting();
        }
    }

    @Override
    public InputStatus pollNext(ReaderOutput<Batch> output) throws Exception {
        return JobFailures.<InputStatus, Exception>guarded(() -> poll(output));
    }

    private InputStatus poll(ReaderOutput<Batch> output) throws Exception {
        // Before the next rows: there are some until the whole load is over, and what is complete is to be kept by
        // then.
        while (!announcements.isEmpty()) {
            output.collect(announcements.remove().load().toBatch());
        }
        while (!stops.isEmpty()) {
            output.collect(new Batch.Stop(stops.remove().stop()));
        }
        if (load.canRead()) {
            return load.poll(output);
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
        if (load.canRead() || !announcements.isEmpty() || !stops.isEmpty()) {
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
    public List<PipelineSplit> snapshotState(long checkpoint) {
        List<PipelineSplit> splits = new ArrayList<>(load.state());
        splits.addAll(restored);
        splits.addAll(announcements);
        splits.addAll(stops);
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
        load.close();
        if (stream != null) {
            stream.close();
        }
    }
}
