package dev.sluice.ingest.postgres;

import dev.sluice.ingest.postgres.EnumeratorState.Phase;
import dev.sluice.ingest.postgres.PostgresSplit.LoadSplit;
import dev.sluice.ingest.postgres.PostgresSplit.StreamSplit;
import dev.sluice.ingest.postgres.SourceEvents.ActiveLoad;
import dev.sluice.ingest.postgres.SourceEvents.ChunkFinished;
import dev.sluice.ingest.postgres.SourceEvents.HeldChunk;
import dev.sluice.ingest.postgres.SourceEvents.NoChunkWaiting;
import dev.sluice.ingest.postgres.SourceEvents.ReaderStarted;
import dev.sluice.ingest.postgres.SourceEvents.SnapshotLost;
import dev.sluice.ingest.postgres.load.LoadSession;
import dev.sluice.spec.Lsn;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
 * <p>A chunk is unfinished until a reader says that its last row was emitted. When a reader fails, Flink gives back what
 * it was assigned since the checkpoint, and the reader itself says which chunks its state brought back: both count as
 * unfinished again. Until it has said so, the load does not end.
 */
final class PostgresEnumerator implements SplitEnumerator<PostgresSplit, EnumeratorState> {
    private static final Logger LOG = LoggerFactory.getLogger(PostgresEnumerator.class);
    private static final int STREAM_READER = 0;
    private static final long NO_CHECKPOINT = -1;

    private final SourceSettings settings;
    private final SplitEnumeratorContext<PostgresSplit> context;
    private final EnumeratorState restored;

    private boolean prepared;
    private Phase phase;
    private LoadSession session;
    private long loadLsn;
    private StreamSplit stream;
    private boolean backlog;
    private final Deque<LoadSplit> waiting = new ArrayDeque<>();
    private final Set<Integer> unfinished = new HashSet<>();
    private final Map<Integer, Integer> chunkTables = new HashMap<>();
    private final Map<Integer, Long> chunkRows = new HashMap<>();
    private final Set<Integer> hungryReaders = new LinkedHashSet<>();
    private final Set<Integer> unansweredReaders = new LinkedHashSet<>();
    private final Set<Integer> restartingReaders = new HashSet<>();
    /** The first checkpoint that covers the whole load. */
    private long coveringCheckpoint = NO_CHECKPOINT;

    /** Written by the preparing thread, so that a session is closed whoever comes last. */
    private final Object sessionLock = new Object();

    private LoadSession openSession;
    private boolean closed;

    PostgresEnumerator(
            SourceSettings settings, SplitEnumeratorContext<PostgresSplit> context, EnumeratorState restored) {
        this.settings = settings;
        this.context = context;
        this.restored = restored;
        this.phase = restored == null ? Phase.LOADING : restored.phase();
    }

    @Override
    public void start() {
        context.callAsync(this::prepare, this::begin);
    }

    @Override
    public void addReader(int subtask) {
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
        } else if (event instanceof ChunkFinished finished) {
            chunkFinished(finished);
        } else if (event instanceof SnapshotLost lost && lost.loadLsn() == loadLsn && phase == Phase.LOADING) {
            throw new SluiceException(
                    ErrorCode.E0302,
                    "the connection that held the load's snapshot at " + new Lsn(loadLsn) + " is gone",
                    "nothing to do: the load starts over at a new position");
        }
    }

    @Override
    public void addSplitsBack(List<PostgresSplit> splits, int subtask) {
        hungryReaders.remove(subtask);
        restartingReaders.add(subtask);
        coveringCheckpoint = NO_CHECKPOINT;
        for (PostgresSplit split : splits) {
            if (split instanceof StreamSplit back) {
                stream = back;
                phase = Phase.LOADED;
            } else if (split instanceof LoadSplit chunk && chunk.loadLsn() == loadLsn) {
                waiting.addFirst(chunk);
                unfinished.add(chunk.chunk());
            }
        }
        assignChunks();
    }

    @Override
    public EnumeratorState snapshotState(long checkpoint) {
        if (phase == Phase.LOADING && isLoadFinished()) {
            if (coveringCheckpoint == NO_CHECKPOINT) {
                coveringCheckpoint = checkpoint;
                stream = withRows(stream);
            }
            return new EnumeratorState(Phase.LOADED, settings.tableOids(), stream.loaded());
        }
        Optional<LoadedTables> loaded = stream != null ? stream.loaded() : restoredLoad();
        return new EnumeratorState(phase, settings.tableOids(), phase == Phase.LOADING ? Optional.empty() : loaded);
    }

    @Override
    public void notifyCheckpointComplete(long checkpoint) {
        if (phase == Phase.LOADING && coveringCheckpoint != NO_CHECKPOINT && checkpoint >= coveringCheckpoint) {
            LOG.info("The load at {} is covered by checkpoint {}", new Lsn(loadLsn), checkpoint);
            phase = Phase.LOADED;
            closeSession();
            assignStream();
        }
    }

    @Override
    public void close() {
        synchronized (sessionLock) {
            closed = true;
        }
        closeSession();
    }

    private LoadPlan prepare() {
        LoadPlan plan = LoadPlan.prepare(settings, restored);
        synchronized (sessionLock) {
            if (closed && plan.session() != null) {
                plan.session().close();
            }
            openSession = plan.session();
        }
        return plan;
    }

    private void begin(LoadPlan plan, Throwable failure) {
        if (failure != null) {
            throw Failures.forFlink(failure);
        }
        prepared = true;
        if (plan.stream() != null) {
            stream = plan.stream();
            session = plan.session();
            phase = session == null ? Phase.LOADED : Phase.LOADING;
            loadLsn = session == null ? 0 : session.loadLsn();
            for (LoadSplit chunk : plan.chunks()) {
                waiting.add(chunk);
                unfinished.add(chunk.chunk());
                chunkTables.put(chunk.chunk(), chunk.table());
            }
        }
        tellBacklog();
        unansweredReaders.forEach(subtask -> context.sendEventToSourceReader(subtask, new ActiveLoad(loadLsn)));
        unansweredReaders.clear();
        assignChunks();
        assignStream();
    }

    private void readerStarted(int subtask, ReaderStarted started) {
        restartingReaders.remove(subtask);
        for (HeldChunk held : started.held()) {
            if (prepared && held.loadLsn() == loadLsn) {
                unfinished.add(held.chunk());
            }
        }
        if (prepared) {
            tellBacklog();
            context.sendEventToSourceReader(subtask, new ActiveLoad(loadLsn));
        } else {
            unansweredReaders.add(subtask);
        }
    }

    private void chunkFinished(ChunkFinished finished) {
        if (finished.loadLsn() == loadLsn && unfinished.remove(finished.chunk())) {
            chunkRows.put(finished.chunk(), finished.rows());
            tellBacklog();
        }
    }

    private StreamSplit withRows(StreamSplit split) {
        Map<Integer, Long> counts = new HashMap<>();
        chunkRows.forEach((chunk, rows) -> counts.merge(chunkTables.get(chunk), rows, Long::sum));
        Optional<LoadedTables> loaded = split.loaded()
                .map(l -> l.withRows(l.tables().stream().map(counts::get).toList()));
        return new StreamSplit(split.position(), split.tableOids(), split.skipTo(), loaded);
    }

    private boolean isLoadFinished() {
        return prepared && unfinished.isEmpty() && restartingReaders.isEmpty() && stream != null;
    }

    private void assignChunks() {
        if (!prepared) {
            return;
        }
        hungryReaders.removeIf(subtask -> !context.registeredReaders().containsKey(subtask));
        while (!waiting.isEmpty() && !hungryReaders.isEmpty()) {
            int subtask = hungryReaders.iterator().next();
            hungryReaders.remove(subtask);
            context.assignSplit(waiting.poll(), subtask);
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
        boolean now = phase == Phase.LOADING && !waiting.isEmpty();
        if (now != backlog) {
            backlog = now;
            context.setIsProcessingBacklog(now);
        }
    }

    private Optional<LoadedTables> restoredLoad() {
        return restored == null ? Optional.empty() : restored.loaded();
    }

    private void closeSession() {
        session = null;
        LoadSession toClose;
        synchronized (sessionLock) {
            toClose = openSession;
            openSession = null;
        }
        if (toClose != null) {
            toClose.close();
        }
    }
}
