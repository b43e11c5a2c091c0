package dev.sluice.e2e.checkpoint;

import dev.sluice.e2e.checkpoint.FaultPoints.Sign;
import dev.sluice.ingest.row.ChangeRows;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SourceOutput;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SourceSplit;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.core.io.InputStatus;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/** A source of the product that fails on command; all else it passes on. */
final class FaultySource<T, S extends SourceSplit, E> implements Source<T, S, E> {
    private static final long serialVersionUID = 1L;

    private final Source<T, S, E> source;

    FaultySource(Source<T, S, E> source) {
        this.source = source;
    }

    @Override
    public Boundedness getBoundedness() {
        return source.getBoundedness();
    }

    @Override
    public SplitEnumerator<S, E> createEnumerator(SplitEnumeratorContext<S> context) throws Exception {
        return new FaultyEnumerator<>(source.createEnumerator(context));
    }

    @Override
    public SplitEnumerator<S, E> restoreEnumerator(SplitEnumeratorContext<S> context, E state) throws Exception {
        return new FaultyEnumerator<>(source.restoreEnumerator(context, state));
    }

    @Override
    public SourceReader<T, S> createReader(SourceReaderContext context) throws Exception {
        return new FaultyReader<>(source.createReader(context), context.getIndexOfSubtask());
    }

    @Override
    public SimpleVersionedSerializer<S> getSplitSerializer() {
        return source.getSplitSerializer();
    }

    @Override
    public SimpleVersionedSerializer<E> getEnumeratorCheckpointSerializer() {
        return source.getEnumeratorCheckpointSerializer();
    }

    private record FaultyEnumerator<S extends SourceSplit, E>(SplitEnumerator<S, E> enumerator)
            implements SplitEnumerator<S, E> {
        @Override
        public void start() {
            enumerator.start();
        }

        @Override
        public void handleSplitRequest(int subtask, String host) {
            enumerator.handleSplitRequest(subtask, host);
        }

        @Override
        public void handleSourceEvent(int subtask, SourceEvent event) {
            enumerator.handleSourceEvent(subtask, event);
        }

        @Override
        public void addSplitsBack(List<S> splits, int subtask) {
            enumerator.addSplitsBack(splits, subtask);
        }

        @Override
        public void addReader(int subtask) {
            enumerator.addReader(subtask);
        }

        @Override
        public E snapshotState(long checkpoint) throws Exception {
            FaultPoints.pass(Step.COORDINATOR_SNAPSHOT, 0);
            return enumerator.snapshotState(checkpoint);
        }

        @Override
        public void notifyCheckpointComplete(long checkpoint) throws Exception {
            enumerator.notifyCheckpointComplete(checkpoint);
        }

        @Override
        public void notifyCheckpointAborted(long checkpoint) throws Exception {
            FaultPoints.saw(Sign.CHECKPOINT_ABORTED);
            enumerator.notifyCheckpointAborted(checkpoint);
        }

        @Override
        public void close() throws IOException {
            enumerator.close();
        }
    }

    private static final class FaultyReader<T, S extends SourceSplit> implements SourceReader<T, S> {
        private final SourceReader<T, S> reader;
        private final int subtask;
        /** For a negative control: the next changes are lost. */
        private boolean skipsNextChanges;

        FaultyReader(SourceReader<T, S> reader, int subtask) {
            this.reader = reader;
            this.subtask = subtask;
            this.skipsNextChanges =
                    FaultPoints.recoveryIsBroken() && FaultPoints.fired(Step.READER_BEFORE_SNAPSHOT) > 0;
        }

        @Override
        public void start() {
            FaultPoints.saw(Sign.READER_STARTED);
            reader.start();
        }

        @Override
        public InputStatus pollNext(ReaderOutput<T> output) throws Exception {
            return reader.pollNext(skipsNextChanges ? new SkippingOutput(output) : output);
        }

        @Override
        public List<S> snapshotState(long checkpoint) {
            FaultPoints.pass(Step.READER_BEFORE_SNAPSHOT, subtask);
            List<S> splits = reader.snapshotState(checkpoint);
            FaultPoints.pass(Step.READER_AFTER_SNAPSHOT, subtask);
            return splits;
        }

        @Override
        public CompletableFuture<Void> isAvailable() {
            return reader.isAvailable();
        }

        @Override
        public void addSplits(List<S> splits) {
            reader.addSplits(splits);
        }

        @Override
        public void notifyNoMoreSplits() {
            reader.notifyNoMoreSplits();
        }

        @Override
        public void handleSourceEvents(SourceEvent event) {
            reader.handleSourceEvents(event);
        }

        @Override
        public void notifyCheckpointComplete(long checkpoint) throws Exception {
            FaultPoints.pass(Step.READER_NOTIFIED, subtask);
            reader.notifyCheckpointComplete(checkpoint);
        }

        @Override
        public void notifyCheckpointAborted(long checkpoint) throws Exception {
            reader.notifyCheckpointAborted(checkpoint);
        }

        @Override
        public void pauseOrResumeSplits(Collection<String> paused, Collection<String> resumed) {
            reader.pauseOrResumeSplits(paused, resumed);
        }

        @Override
        public void close() throws Exception {
            reader.close();
        }

        /** As a source would do it that takes changes for committed which were not. */
        private final class SkippingOutput implements ReaderOutput<T> {
            private final ReaderOutput<T> output;

            SkippingOutput(ReaderOutput<T> output) {
                this.output = output;
            }

            @Override
            public void collect(T batch) {
                if (skipsNextChanges && batch instanceof ChangeRows) {
                    skipsNextChanges = false;
                    return;
                }
                output.collect(batch);
            }

            @Override
            public void collect(T batch, long timestamp) {
                output.collect(batch, timestamp);
            }

            @Override
            public void emitWatermark(Watermark watermark) {
                output.emitWatermark(watermark);
            }

            @Override
            public void markIdle() {
                output.markIdle();
            }

            @Override
            public void markActive() {
                output.markActive();
            }

            @Override
            public SourceOutput<T> createOutputForSplit(String split) {
                return output.createOutputForSplit(split);
            }

            @Override
            public void releaseOutputForSplit(String split) {
                output.releaseOutputForSplit(split);
            }
        }
    }
}
