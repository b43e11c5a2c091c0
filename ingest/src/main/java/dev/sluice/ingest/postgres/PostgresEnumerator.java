package dev.sluice.ingest.postgres;

import dev.sluice.ingest.JobFailures;
import dev.sluice.ingest.postgres.EnumeratorState.Phase;
import dev.sluice.ingest.postgres.PostgresSplit.AnnouncementSplit;
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
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
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
 * <p>When a reader fails, Flink gives back what it was assigned since the checkpoint, and the reader itself says which
 * chunks its state brought back: both count as unfinished again. Until it has said so, the load does not end.
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
    /** Under way, or loaded but perhaps not published; null when there is none. */
    private LoadedTables load;

    private StreamSplit stream;
    private boolean backlog;
    private final ChunkLedger chunks = new ChunkLedger();
    private final Set<Integer> hungryReaders = new LinkedHashSet<>();
    private final Set<Integer> unansweredReaders = new LinkedHashSet<>();
    private final Set<Integer> restartingReaders = new HashSet<>();
    /** A reader has the announcement of a first load, or has emitted it. */
    private boolean announced;
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
        announceFirstLoad();
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
            } else if (split instanceof AnnouncementSplit) {
                announced = false;
            } else if (split instanceof LoadSplit chunk && chunk.loadLsn() == loadLsn) {
                chunks.giveBack(chunk);
            }
        }
        assignChunks();
    }

    @Override
    public EnumeratorState snapshotState(long checkpoint) {
        boolean isCovered = phase == Phase.LOADING && isLoadFinished() && (announced || !isFirstLoad());
        if (isCovered && coveringCheckpoint == NO_CHECKPOINT) {
            coveringCheckpoint = checkpoint;
            load = chunks.count(load);
            stream = stream.announcing(load);
        }
        Phase reached = isCovered ? Phase.LOADED : phase;
        Optional<LoadedTables> loaded = prepared ? Optional.ofNullable(load) : restoredLoad();
        return new EnumeratorState(reached, settings.tableOids(), reached == Phase.LOADING ? Optional.empty() : loaded);
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
            throw JobFailures.forFlink(failure);
        }
        prepared = true;
        load = plan.load();
        if (plan.stream() != null) {
            stream = plan.stream();
            session = plan.session();
            phase = session == null ? Phase.LOADED : Phase.LOADING;
            loadLsn = session == null ? 0 : session.loadLsn();
            plan.chunks().forEach(chunks::add);
        }
        tellBacklog();
        unansweredReaders.forEach(subtask -> context.sendEventToSourceReader(subtask, new ActiveLoad(loadLsn)));
        unansweredReaders.clear();
        assignChunks();
        announceFirstLoad();
        assignStream();
    }

    private void readerStarted(int subtask, ReaderStarted started) {
        restartingReaders.remove(subtask);
        for (HeldChunk held : started.held()) {
            if (prepared && held.loadLsn() == loadLsn) {
                chunks.hold(held.chunk());
            }
        }
        if (prepared) {
            tellBacklog();
            context.sendEventToSourceReader(subtask, new ActiveLoad(loadLsn));
            announceFirstLoad();
        } else {
            unansweredReaders.add(subtask);
        }
    }

    private void chunkFinished(ChunkFinished finished) {
        if (finished.loadLsn() == loadLsn) {
            chunks.finish(finished.chunk(), finished.rows());
            announceFirstLoad();
        }
    }

    /**
     * The stream begins behind the first load, so the checkpoint that covers that load can have its announcement too and
     * publish it. A later load lies somewhere in the stream of the other tables, and is announced there.
     */
    private void announceFirstLoad() {
        if (phase == Phase.LOADING
                && !announced
                && isFirstLoad()
                && isLoadFinished()
                && context.registeredReaders().containsKey(STREAM_READER)) {
            announced = true;
            context.assignSplit(new AnnouncementSplit(chunks.count(load)), STREAM_READER);
        }
    }

    private boolean isFirstLoad() {
        return load != null && load.isOfAll(settings.tables().size());
    }

    private boolean isLoadFinished() {
        return prepared && chunks.isFinished() && restartingReaders.isEmpty() && stream != null;
    }

    private void assignChunks() {
        if (!prepared) {
            return;
        }
        hungryReaders.removeIf(subtask -> !context.registeredReaders().containsKey(subtask));
        while (chunks.isAnyWaiting() && !hungryReaders.isEmpty()) {
            int subtask = hungryReaders.iterator().next();
            hungryReaders.remove(subtask);
            context.assignSplit(chunks.next(), subtask);
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
        boolean now = phase == Phase.LOADING && chunks.isAnyWaiting();
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
