package dev.sluice.ingest.source;

import dev.sluice.ingest.JobFailures;
import dev.sluice.ingest.row.Batch;
import dev.sluice.ingest.source.PipelineSplit.StreamSplit;
import dev.sluice.lake.Position;
import dev.sluice.spec.errors.SluiceException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.core.io.InputStatus;

/** The reader's hold on the stream: what was emitted, and what a checkpoint must know of it. Runs in the task's thread. */
final class StreamEmitter implements AutoCloseable {
    private static final int SLICES_PER_POLL_MAX = 16;

    private final SourceAdapter adapter;
    private StreamSplit split;
    private ChangeFeed feed;
    /** The sign that the stream begins; null when it was given. */
    private Batch beginning;

    private Acknowledger acknowledger;

    StreamEmitter(SourceAdapter adapter, StreamSplit split) {
        this.adapter = adapter;
        this.split = split;
    }

    /** Connects. What the lake holds by now is skipped as well: restored state may be older than the lake. */
    void start() {
        try {
            startChecked();
        } catch (SluiceException e) {
            throw JobFailures.forFlink(e);
        }
    }

    /** Looks at the source first: since the job began it may have been restored, or its slot made anew. */
    private void startChecked() {
        LakeKnowledge knowledge;
        FollowedSource source;
        Position known;
        Set<Integer> stopped;
        try (LakePositions lake = adapter.lake().open()) {
            knowledge = LakeKnowledge.read(lake);
            Map<Integer, Position> tables = known(knowledge);
            known = knowledge.everywhere(tables);
            source = adapter.followed(knowledge, knowledge.identity().orElseGet(adapter::identity), tables.keySet());
            stopped = new HashSet<>(knowledge.stopped());
            stopped.addAll(SourceCheck.look(source, lake, known));
        }
        Map<Integer, Position> stamps = knowledge.stamps();
        List<LoadedTables> loaded = split.loaded().stream()
                .filter(l -> !l.tables().stream()
                        .allMatch(t -> l.position().isAtMost(stamps.getOrDefault(t, Position.ZERO))))
                .toList();
        split = new StreamSplit(split.position(), split.tableIds(), skipTo(stamps), loaded);
        beginning = new Batch.Start(firstAfter(stopped));
        feed = adapter.feed(new FeedStart(known, split.position(), split.skipTo(), stopped, loaded));
        acknowledger = new Acknowledger(adapter, feed, new SourcePatrol(source, known, feed, adapter.watchMillis()));
    }

    /** A table without a stamp is in a load that this stream continues, or is not streamed at all. */
    private Map<Integer, Position> known(LakeKnowledge knowledge) {
        Map<Integer, Position> known = knowledge.withLoaded(split.loaded());
        for (int table = 0; table < split.skipTo().size(); table++) {
            Position skipTo = split.skipTo().get(table);
            if (!skipTo.equals(Position.ZERO) && !knowledge.stopped().contains(table)) {
                known.merge(table, skipTo, Position::max);
            }
        }
        return known;
    }

    /**
     * Emits what lies ready, and never waits. A checkpoint may pass inside a large transaction: the split stays in front
     * of it until all of it was emitted, so that a restart reads it again from its beginning.
     */
    InputStatus poll(ReaderOutput<Batch> output) throws Exception {
        for (int i = 0; i < SLICES_PER_POLL_MAX; i++) {
            StreamSlice slice = feed.slices().poll();
            if (slice == null) {
                return InputStatus.NOTHING_AVAILABLE;
            }
            if (beginning != null) {
                output.collect(beginning);
                beginning = null;
            }
            emit(slice, output);
            if (slice.atBoundary()) {
                split = new StreamSplit(slice.position(), split.tableIds(), split.skipTo(), split.loaded());
            }
        }
        return InputStatus.MORE_AVAILABLE;
    }

    private void emit(StreamSlice slice, ReaderOutput<Batch> output) {
        for (Batch batch : slice.batches()) {
            output.collect(batch);
            if (batch instanceof Batch.Loaded) {
                split = new StreamSplit(
                        split.position(), split.tableIds(), split.skipTo(), withoutFirst(split.loaded()));
            }
        }
    }

    /** They are announced in their order. */
    private static List<LoadedTables> withoutFirst(List<LoadedTables> loads) {
        return loads.subList(1, loads.size());
    }

    CompletableFuture<Void> available() {
        return feed.slices().available();
    }

    StreamSplit state() {
        return split;
    }

    void checkpointCompleted() {
        if (acknowledger != null) {
            acknowledger.checkpointCompleted();
        }
    }

    @Override
    public void close() throws InterruptedException {
        if (acknowledger != null) {
            acknowledger.close();
        }
        if (feed != null) {
            feed.close();
        }
    }

    private long[] firstAfter(Set<Integer> stopped) {
        long[] firstAfter = new long[adapter.tables().size()];
        for (int i = 0; i < firstAfter.length; i++) {
            long skipped = Position.max(split.position(), split.skipTo().get(i)).order();
            firstAfter[i] = stopped.contains(i) ? Batch.Start.NOT_STREAMED : skipped;
        }
        return firstAfter;
    }

    private List<Position> skipTo(Map<Integer, Position> stamps) {
        List<Position> skipTo = new ArrayList<>();
        for (int i = 0; i < split.skipTo().size(); i++) {
            skipTo.add(Position.max(split.skipTo().get(i), stamps.getOrDefault(i, Position.ZERO)));
        }
        return skipTo;
    }
}
