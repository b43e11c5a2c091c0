package dev.sluice.ingest.postgres;

import dev.sluice.ingest.batch.RowBatch;
import dev.sluice.ingest.postgres.PostgresSplit.StreamSplit;
import dev.sluice.ingest.postgres.stream.Acknowledger;
import dev.sluice.ingest.postgres.stream.ChangeStream;
import dev.sluice.ingest.postgres.stream.StreamSlice;
import dev.sluice.spec.Lsn;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
    private RowBatch beginning;

    private Acknowledger acknowledger;

    StreamEmitter(SourceSettings settings, StreamSplit split) {
        this.settings = settings;
        this.split = split;
    }

    /** Connects. What the lake holds by now is skipped as well: restored state may be older than the lake. */
    void start() {
        Map<Integer, Lsn> stamps;
        Set<Integer> stopped;
        try (LakePositions lake = settings.lake().open()) {
            stamps = lake.stamps();
            stopped = lake.stops().keySet();
        }
        Optional<LoadedTables> loaded = split.loaded()
                .filter(l -> !l.tables().stream()
                        .allMatch(t -> new Lsn(l.lsn()).isAtMost(stamps.getOrDefault(t, Lsn.ZERO))));
        split = new StreamSplit(split.position(), split.tableOids(), skipTo(stamps), loaded);
        beginning = RowBatch.start(firstAfter(stopped));
        stream = new ChangeStream(
                settings.connector(),
                settings.slotName(),
                settings.publicationName(),
                settings.tables(),
                split.position(),
                split.skipTo(),
                stopped,
                loaded.orElse(null));
        acknowledger = new Acknowledger(settings.lake(), settings.connector(), settings.slotName(), stream);
    }

    /**
     * Emits what lies ready, and never waits. A checkpoint may pass inside a large transaction: the split stays in front
     * of it until all of it was emitted, so that a restart reads it again from its beginning.
     */
    InputStatus poll(ReaderOutput<RowBatch> output) throws Exception {
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

    private void emit(StreamSlice slice, ReaderOutput<RowBatch> output) {
        for (RowBatch batch : slice.batches()) {
            output.collect(batch);
            if (batch.kind == RowBatch.Kind.LOADED) {
                split = new StreamSplit(split.position(), split.tableOids(), split.skipTo(), Optional.empty());
            }
        }
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
            firstAfter[i] = stopped.contains(i) ? RowBatch.NOT_STREAMED : skipped;
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
