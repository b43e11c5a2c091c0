package dev.sluice.e2e.checkpoint;

import dev.sluice.e2e.checkpoint.FaultPoints.InjectedFailure;
import dev.sluice.e2e.checkpoint.FaultPoints.Sign;
import dev.sluice.torture.proxy.FaultyProxy;
import dev.sluice.torture.proxy.ProxyFault;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.api.connector.sink2.CommitterInitContext;
import org.apache.flink.api.connector.sink2.CommittingSinkWriter;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.SupportsCommitter;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.streaming.api.connector.sink2.CommittableMessage;
import org.apache.flink.streaming.api.connector.sink2.CommittableMessageTypeInfo;
import org.apache.flink.streaming.api.connector.sink2.SupportsPreCommitTopology;
import org.apache.flink.streaming.api.datastream.DataStream;

/** A sink of the product that fails on command; all else it passes on. */
final class FaultySink<I, C> implements Sink<I>, SupportsCommitter<C>, SupportsPreCommitTopology<C, C> {
    private static final long serialVersionUID = 1L;

    /** Between the job and its catalog. */
    static final AtomicReference<FaultyProxy> CATALOG = new AtomicReference<>();

    private static final Duration LATE = Duration.ofMillis(400);
    private static final Map<Step, ProxyFault> IN_THE_NETWORK = Map.of(
            Step.COMMIT_UNSENT, ProxyFault.CUT,
            Step.COMMIT_ANSWER_LOST, ProxyFault.ANSWER_LOST,
            Step.COMMIT_LATE, ProxyFault.LATE);

    private final Sink<I> sink;

    FaultySink(Sink<I> sink) {
        this.sink = sink;
    }

    @SuppressWarnings("unchecked")
    private <X> X sinkAs() {
        return (X) sink;
    }

    @Override
    public SinkWriter<I> createWriter(WriterInitContext context) throws IOException {
        @SuppressWarnings("unchecked")
        CommittingSinkWriter<I, C> writer = (CommittingSinkWriter<I, C>) sink.createWriter(context);
        return new FaultyWriter<>(writer, context.getTaskInfo().getIndexOfThisSubtask());
    }

    @Override
    public Committer<C> createCommitter(CommitterInitContext context) throws IOException {
        SupportsCommitter<C> committing = sinkAs();
        return new FaultyCommitter<>(committing.createCommitter(context));
    }

    @Override
    public SimpleVersionedSerializer<C> getCommittableSerializer() {
        SupportsCommitter<C> committing = sinkAs();
        return committing.getCommittableSerializer();
    }

    @Override
    public SimpleVersionedSerializer<C> getWriteResultSerializer() {
        SupportsPreCommitTopology<C, C> inBetween = sinkAs();
        return inBetween.getWriteResultSerializer();
    }

    @Override
    public DataStream<CommittableMessage<C>> addPreCommitTopology(DataStream<CommittableMessage<C>> written) {
        SupportsPreCommitTopology<C, C> inBetween = sinkAs();
        return inBetween
                .addPreCommitTopology(written)
                .transform(
                        "faults", CommittableMessageTypeInfo.of(this::getCommittableSerializer), new FaultyHandOver<>())
                .setParallelism(1)
                .setMaxParallelism(1)
                .uid("faults")
                .global();
    }

    private record FaultyWriter<I, C>(CommittingSinkWriter<I, C> writer, int subtask)
            implements CommittingSinkWriter<I, C> {
        @Override
        public void write(I element, Context context) throws IOException, InterruptedException {
            writer.write(element, context);
        }

        @Override
        public void flush(boolean endOfInput) throws IOException, InterruptedException {
            writer.flush(endOfInput);
        }

        @Override
        public Collection<C> prepareCommit() throws IOException, InterruptedException {
            FaultPoints.pass(Step.WRITER_BEFORE_PREPARE, subtask);
            Collection<C> prepared = writer.prepareCommit();
            if (!prepared.isEmpty() && FaultPoints.fires(Step.WRITER_AFTER_PREPARE, subtask)) {
                if (FaultPoints.recoveryIsBroken()) {
                    return List.of();
                }
                throw new InjectedFailure(Step.WRITER_AFTER_PREPARE);
            }
            return prepared;
        }

        @Override
        public void close() throws Exception {
            writer.close();
        }
    }

    private record FaultyCommitter<C>(Committer<C> committer) implements Committer<C> {
        @Override
        public void commit(Collection<CommitRequest<C>> requests) throws IOException, InterruptedException {
            if (requests.isEmpty()) {
                committer.commit(requests);
                return;
            }
            FaultPoints.pass(Step.COMMIT_RESTORED, 0);
            if (FaultPoints.fires(Step.COMMIT_BEFORE, 0)) {
                if (FaultPoints.recoveryIsBroken()) {
                    return;
                }
                throw new InjectedFailure(Step.COMMIT_BEFORE);
            }
            List<CommitRequest<C>> watched = new ArrayList<>();
            requests.forEach(request -> watched.add(new WatchedRequest<>(request)));
            commitThroughTheNetwork(watched);
            FaultPoints.pass(Step.COMMIT_AFTER, 0);
        }

        private void commitThroughTheNetwork(List<CommitRequest<C>> requests) throws IOException, InterruptedException {
            for (Map.Entry<Step, ProxyFault> entry : IN_THE_NETWORK.entrySet()) {
                if (FaultPoints.fires(entry.getKey(), 0)) {
                    try (NetworkFault fault = new NetworkFault(CATALOG.get(), entry.getValue(), LATE)) {
                        committer.commit(requests);
                        fault.mustHaveHit();
                    }
                    return;
                }
            }
            committer.commit(requests);
        }

        @Override
        public void close() throws Exception {
            committer.close();
        }
    }

    private record WatchedRequest<C>(Committer.CommitRequest<C> request) implements Committer.CommitRequest<C> {
        @Override
        public C getCommittable() {
            return request.getCommittable();
        }

        @Override
        public int getNumberOfRetries() {
            return request.getNumberOfRetries();
        }

        @Override
        public void signalFailedWithKnownReason(Throwable cause) {
            request.signalFailedWithKnownReason(cause);
        }

        @Override
        public void signalFailedWithUnknownReason(Throwable cause) {
            request.signalFailedWithUnknownReason(cause);
        }

        @Override
        public void retryLater() {
            request.retryLater();
        }

        @Override
        public void updateAndRetryLater(C committable) {
            request.updateAndRetryLater(committable);
        }

        @Override
        public void signalAlreadyCommitted() {
            FaultPoints.saw(Sign.ALREADY_COMMITTED);
            request.signalAlreadyCommitted();
        }
    }
}
