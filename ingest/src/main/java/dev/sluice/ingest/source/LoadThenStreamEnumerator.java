package dev.sluice.ingest.source;

import dev.sluice.ingest.JobFailures;
import dev.sluice.ingest.source.EnumeratorState.Phase;
import dev.sluice.ingest.source.PipelineSplit.AnnouncementSplit;
import dev.sluice.ingest.source.PipelineSplit.LoadSplit;
import dev.sluice.ingest.source.PipelineSplit.StopSplit;
import dev.sluice.ingest.source.PipelineSplit.StreamSplit;
import dev.sluice.ingest.source.SourceEvents.ChunkFinished;
import dev.sluice.ingest.source.SourceEvents.HeldChunk;
import dev.sluice.ingest.source.SourceEvents.NoChunkWaiting;
import dev.sluice.ingest.source.SourceEvents.ReaderStarted;
import dev.sluice.ingest.source.SourceEvents.SnapshotHeld;
import dev.sluice.ingest.source.SourceEvents.SnapshotLost;
import dev.sluice.ingest.source.SourceEvents.TableLocked;
import dev.sluice.ingest.source.SourceEvents.TableRewritten;
import dev.sluice.ingest.source.SourceEvents.TableUnloadable;
import dev.sluice.ingest.table.TableStop;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands out the chunks of a load, and the stream once every row of the load is covered by a complete checkpoint. All
 * methods run in Flink's coordinator thread; the server is talked to elsewhere.
 *
 * <p>When a reader fails, Flink gives back what it was assigned since the checkpoint, and the reader itself says which
 * chunks its state brought back: both count as unfinished again. Until it has said so, the load does not end.
 */
final class LoadThenStreamEnumerator implements SplitEnumerator<PipelineSplit, EnumeratorState> {
    private static final Logger LOG = LoggerFactory.getLogger(LoadThenStreamEnumerator.class);
    private static final int STREAM_READER = 0;
    private static final long NO_CHECKPOINT = -1;

    private final SourceAdapter adapter;
    private final SplitEnumeratorContext<PipelineSplit> context;
    private final EnumeratorState restored;
    private final OpenSessions sessions = new OpenSessions();
    private final TableLoads loads = new TableLoads();
    private final LoadRepair repair;
    private final Set<Integer> hungryReaders = new LinkedHashSet<>();
    private final Set<Integer> unansweredReaders = new LinkedHashSet<>();
    private final Set<Integer> restartingReaders = new HashSet<>();
    /** Tables that cannot be loaded, of which the reader of the stream was not told yet. */
    private final Deque<TableStop> stops = new ArrayDeque<>();

    private boolean prepared;
    private Phase phase;
    private StreamSplit stream;
    private boolean backlog;
    /** The first checkpoint that covers the whole load. */
    private long coveringCheckpoint = NO_CHECKPOINT;

    LoadThenStreamEnumerator(
            SourceAdapter adapter, SplitEnumeratorContext<PipelineSplit> context, EnumeratorState restored) {
        this.adapter = adapter;
        this.context = context;
        this.restored = restored;
        this.phase = restored == null ? Phase.LOADING : restored.phase();
        this.repair = new LoadRepair(adapter, context, loads, sessions, this::loadsChanged, this::stop);
    }

    @Override
    public void start() {
        context.callAsync(
                () -> {
                    LoadPlan plan = LoadPlan.prepare(adapter, restored);
                    sessions.add(
                            plan.position() == null ? null : plan.position().session());
                    return plan;
                },
                this::begin);
    }

    @Override
    public void addReader(int subtask) {
        announce();
        assignStream();
    }

    @Override
    public void handleSplitRequest(int subtask, String host) {
        hungryReaders.add(subtask);
        assignChunks();
    }

    @Override
    public void handleSourceEvent(int subtask, SourceEvent event) {
        if (event instanceof ReaderStarted started) {
            readerStarted(subtask, started);
        } else if (phase != Phase.LOADING) {
            return;
        }
        if (event instanceof ChunkFinished finished) {
            loads.chunks.finish(finished.chunk(), finished.rows());
            announce();
        } else if (event instanceof SnapshotHeld held) {
            loads.hold(held.loadLsn(), held.name());
        } else if (event instanceof SnapshotLost lost) {
            repair.snapshotLost(lost.loadLsn());
        } else if (event instanceof TableRewritten rewritten) {
            repair.rewritten(rewritten.table(), rewritten.loadLsn());
        } else if (event instanceof TableLocked locked && loads.isActive(locked.table(), locked.loadLsn())) {
            loads.chunks.postpone(locked.table());
        } else if (event instanceof TableUnloadable unloadable
                && loads.isActive(unloadable.stop().table(), unloadable.loadLsn())) {
            stop(unloadable.stop());
        }
    }

    @Override
    public void addSplitsBack(List<PipelineSplit> splits, int subtask) {
        hungryReaders.remove(subtask);
        restartingReaders.add(subtask);
        coveringCheckpoint = NO_CHECKPOINT;
        for (PipelineSplit split : splits) {
            if (split instanceof StreamSplit back) {
                stream = back;
                phase = Phase.LOADED;
            } else if (split instanceof AnnouncementSplit announcement) {
                loads.withdraw(announcement.load());
            } else if (split instanceof StopSplit stop) {
                stops.add(stop.stop());
            } else if (split instanceof LoadSplit chunk && loads.isActive(chunk.table(), chunk.loadLsn())) {
                loads.chunks.giveBack(chunk);
            }
        }
        assignChunks();
    }

    @Override
    public EnumeratorState snapshotState(long checkpoint) {
        boolean isCovered = phase == Phase.LOADING && isLoadFinished();
        if (isCovered && coveringCheckpoint == NO_CHECKPOINT) {
            coveringCheckpoint = checkpoint;
        }
        Phase reached = isCovered ? Phase.LOADED : phase;
        // What the rows of a restarting reader are part of is known when it has said what it holds.
        boolean isKnown = prepared && (reached != Phase.LOADING || restartingReaders.isEmpty());
        List<LoadedTables> before = restored == null ? List.of() : restored.loaded();
        return new EnumeratorState(reached, PipelineSplit.tableIds(adapter), isKnown ? loads.complete() : before);
    }

    @Override
    public void notifyCheckpointComplete(long checkpoint) {
        if (phase == Phase.LOADING && coveringCheckpoint != NO_CHECKPOINT && checkpoint >= coveringCheckpoint) {
            LOG.info("The load is covered by checkpoint {}", checkpoint);
            phase = Phase.LOADED;
            stream = stream.behind(loads.complete());
            sessions.closeAll();
            assignStream();
        }
    }

    @Override
    public void close() {
        sessions.end();
    }

    private void begin(LoadPlan plan, Throwable failure) {
        if (failure != null) {
            throw JobFailures.forFlink(failure);
        }
        prepared = true;
        loads.restore(plan.loaded());
        if (plan.stream() != null) {
            stream = plan.stream();
            phase = plan.position() == null ? Phase.LOADED : Phase.LOADING;
            if (plan.position() != null) {
                loads.begin(plan.position());
            }
        }
        tellBacklog();
        unansweredReaders.forEach(subtask -> context.sendEventToSourceReader(subtask, loads.active()));
        unansweredReaders.clear();
        assignChunks();
        announce();
        assignStream();
    }

    private void readerStarted(int subtask, ReaderStarted started) {
        restartingReaders.remove(subtask);
        for (HeldChunk held : started.held()) {
            if (loads.isActive(held.table(), held.loadLsn())) {
                loads.chunks.hold(held.chunk());
            }
        }
        if (prepared) {
            tellBacklog();
            context.sendEventToSourceReader(subtask, loads.active());
            announce();
        } else {
            unansweredReaders.add(subtask);
        }
    }

    /** Tables are loaded at another position, or not at all, or a snapshot has another name. */
    private void loadsChanged() {
        context.registeredReaders()
                .keySet()
                .forEach(subtask -> context.sendEventToSourceReader(subtask, loads.active()));
        assignChunks();
        announce();
    }

    /** The table stays out of the load and of the stream; the others go on. */
    private void stop(TableStop stop) {
        loads.remove(stop.table());
        stops.add(stop);
        loadsChanged();
    }

    /**
     * The stream begins behind the tables of a first load, so each is published as soon as it is complete: it is kept then,
     * whatever becomes of the load of the others. What is loaded elsewhere lies somewhere in the stream of the other tables,
     * and is announced there.
     */
    private void announce() {
        if (phase != Phase.LOADING
                || !prepared
                || !restartingReaders.isEmpty()
                || !context.registeredReaders().containsKey(STREAM_READER)) {
            return;
        }
        loads.takeAnnouncements().forEach(load -> context.assignSplit(new AnnouncementSplit(load), STREAM_READER));
        for (TableStop stop = stops.poll(); stop != null; stop = stops.poll()) {
            context.assignSplit(new StopSplit(stop), STREAM_READER);
        }
    }

    private boolean isLoadFinished() {
        return prepared && loads.isFinished() && stops.isEmpty() && restartingReaders.isEmpty() && stream != null;
    }

    private void assignChunks() {
        if (!prepared) {
            return;
        }
        hungryReaders.removeIf(subtask -> !context.registeredReaders().containsKey(subtask));
        while (loads.chunks.isAnyWaiting() && !hungryReaders.isEmpty()) {
            int subtask = hungryReaders.iterator().next();
            hungryReaders.remove(subtask);
            context.assignSplit(loads.chunks.next(), subtask);
        }
        tellBacklog();
        // They stay hungry: a chunk may come back. But none needs to hold the snapshot until then.
        hungryReaders.forEach(subtask -> context.sendEventToSourceReader(subtask, new NoChunkWaiting()));
    }

    private void assignStream() {
        if (prepared
                && phase == Phase.LOADED
                && stream != null
                && context.registeredReaders().containsKey(STREAM_READER)) {
            context.assignSplit(stream, STREAM_READER);
            phase = Phase.STREAMING;
        }
    }

    /**
     * During a load, checkpoints are rarer: files should not be cut every second. They become frequent again when the
     * last chunks are handed out, because the first one after the load is what lets the stream begin.
     */
    private void tellBacklog() {
        boolean now = phase == Phase.LOADING && loads.chunks.isAnyWaiting();
        if (now != backlog) {
            backlog = now;
            context.setIsProcessingBacklog(now);
        }
    }
}
