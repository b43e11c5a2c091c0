package dev.sluice.ingest.postgres;

import dev.sluice.ingest.JobFailures;
import dev.sluice.ingest.postgres.PostgresSplit.StreamSplit;
import dev.sluice.ingest.postgres.slot.SourceIdentity;
import dev.sluice.ingest.postgres.stream.ChangeStream;
import dev.sluice.ingest.postgres.stream.StreamSlice;
import dev.sluice.ingest.postgres.watch.SourceWatch;
import dev.sluice.ingest.row.Batch;
import dev.sluice.spec.Lsn;
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

    private final SourceSettings settings;
    private StreamSplit split;
    private ChangeStream stream;
    /** The sign that the stream begins; null when it was given. */
    private Batch beginning;

    private Acknowledger acknowledger;

    StreamEmitter(SourceSettings settings, StreamSplit split) {
        this.settings = settings;
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
        SourceWatch watch;
        Lsn known;
        Set<Integer> stopped;
        try (LakePositions lake = settings.lake().open()) {
            knowledge = LakeKnowledge.read(lake);
            Map<Integer, Lsn> tables = known(knowledge);
            known = knowledge.everywhere(tables);
            watch = knowledge.watch(
                    settings,
                    knowledge.identity().orElseGet(() -> SourceIdentity.of(settings.connector())),
                    tables.keySet());
            stopped = new HashSet<>(knowledge.stopped());
            stopped.addAll(SourceCheck.look(watch, lake, known));
        }
        Map<Integer, Lsn> stamps = knowledge.stamps();
        List<LoadedTables> loaded = split.loaded().stream()
                .filter(l ->
                        !l.tables().stream().allMatch(t -> new Lsn(l.lsn()).isAtMost(stamps.getOrDefault(t, Lsn.ZERO))))
                .toList();
        split = new StreamSplit(split.position(), split.tableOids(), skipTo(stamps), loaded);
        beginning = new Batch.Start(firstAfter(stopped));
        stream = new ChangeStream(
                settings.connector(),
                settings.slotName(),
                settings.publicationName(),
                settings.tables(),
                known,
                split.position(),
                split.skipTo(),
                stopped,
                loaded);
        acknowledger = new Acknowledger(settings, stream, new SourcePatrol(settings, watch, known, stream));
    }

    /** A table without a stamp is in a load that this stream continues, or is not streamed at all. */
    private Map<Integer, Lsn> known(LakeKnowledge knowledge) {
        Map<Integer, Lsn> known = knowledge.withLoaded(split.loaded());
        for (int table = 0; table < split.skipTo().size(); table++) {
            long skipTo = split.skipTo().get(table);
            if (skipTo != 0 && !knowledge.stopped().contains(table)) {
                known.merge(table, new Lsn(skipTo), Lsn::max);
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
            StreamSlice slice = stream.slices().poll();
            if (slice == null) {
                return InputStatus.NOTHING_AVAILABLE;
            }
            if (beginning != null) {
                output.collect(beginning);
                beginning = null;
            }
            emit(slice, output);
            if (slice.atBoundary()) {
                split = new StreamSplit(slice.position(), split.tableOids(), split.skipTo(), split.loaded());
            }
        }
        return InputStatus.MORE_AVAILABLE;
    }

    private void emit(StreamSlice slice, ReaderOutput<Batch> output) {
        for (Batch batch : slice.batches()) {
            output.collect(batch);
            if (batch instanceof Batch.Loaded) {
                split = new StreamSplit(
                        split.position(), split.tableOids(), split.skipTo(), withoutFirst(split.loaded()));
            }
        }
    }

    /** They are announced in their order. */
    private static List<LoadedTables> withoutFirst(List<LoadedTables> loads) {
        return loads.subList(1, loads.size());
    }

    CompletableFuture<Void> available() {
        return stream.slices().available();
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
        if (stream != null) {
            stream.close();
        }
    }

    private long[] firstAfter(Set<Integer> stopped) {
        long[] firstAfter = new long[settings.tables().size()];
        for (int i = 0; i < firstAfter.length; i++) {
            long skipped = Lsn.max(
                            new Lsn(split.position()), new Lsn(split.skipTo().get(i)))
                    .value();
            firstAfter[i] = stopped.contains(i) ? Batch.Start.NOT_STREAMED : skipped;
        }
        return firstAfter;
    }

    private List<Long> skipTo(Map<Integer, Lsn> stamps) {
        List<Long> skipTo = new ArrayList<>();
        for (int i = 0; i < split.skipTo().size(); i++) {
            Lsn own = new Lsn(split.skipTo().get(i));
            skipTo.add(Lsn.max(own, stamps.getOrDefault(i, Lsn.ZERO)).value());
        }
        return skipTo;
    }
}
