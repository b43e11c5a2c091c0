package dev.sluice.e2e.checkpoint;

import dev.sluice.e2e.checkpoint.FaultPoints.InjectedFailure;
import dev.sluice.e2e.checkpoint.FaultPoints.Sign;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.base.TypeSerializerSingleton;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.connector.sink2.CommittableMessage;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/** Lies between the operator that makes a cut and the one that commits it: it passes on, or fails on command. */
final class FaultyHandOver<C> extends AbstractStreamOperator<CommittableMessage<C>>
        implements OneInputStreamOperator<CommittableMessage<C>, CommittableMessage<C>> {
    private static final long serialVersionUID = 1L;
    private static final long EXPIRED_WITHIN_SECONDS = 20;

    private transient ListState<Integer> state;
    /** For a negative control: what belongs to this checkpoint is lost. */
    private transient long lostCheckpoint;

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        state = context.getOperatorStateStore()
                .getListState(new ListStateDescriptor<>("unwritable", new UnwritableOnCommand()));
        lostCheckpoint = -1;
    }

    @Override
    public void processElement(StreamRecord<CommittableMessage<C>> element) {
        long checkpoint = element.getValue().getCheckpointIdOrEOI();
        if (FaultPoints.fires(Step.CUT_HANDED_OVER, 0)) {
            if (!FaultPoints.recoveryIsBroken()) {
                throw new InjectedFailure(Step.CUT_HANDED_OVER);
            }
            lostCheckpoint = checkpoint;
        }
        if (checkpoint != lostCheckpoint) {
            output.collect(element);
        }
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        super.snapshotState(context);
        if (FaultPoints.fires(Step.CUT_EXPIRED, 0)) {
            awaitAbort();
        }
        FaultPoints.pass(Step.CUT_SNAPSHOT, 0);
        state.update(List.of(1));
    }

    private static void awaitAbort() throws InterruptedException {
        int before = FaultPoints.seen(Sign.CHECKPOINT_ABORTED);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(EXPIRED_WITHIN_SECONDS);
        while (FaultPoints.seen(Sign.CHECKPOINT_ABORTED) == before) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("the checkpoint did not expire");
            }
            Thread.sleep(10);
        }
    }

    /** Flink copies the state within the task, and writes it beside the task. */
    static final class UnwritableOnCommand extends TypeSerializerSingleton<Integer> {
        private static final long serialVersionUID = 1L;

        @Override
        public boolean isImmutableType() {
            return true;
        }

        @Override
        public Integer createInstance() {
            return 0;
        }

        @Override
        public Integer copy(Integer from) {
            return from;
        }

        @Override
        public Integer copy(Integer from, Integer reuse) {
            return from;
        }

        @Override
        public int getLength() {
            return Integer.BYTES;
        }

        @Override
        public void serialize(Integer value, DataOutputView target) throws IOException {
            if (FaultPoints.fires(Step.CUT_DECLINED, 0)) {
                throw new IOException("failure injected at " + Step.CUT_DECLINED);
            }
            target.writeInt(value);
        }

        @Override
        public Integer deserialize(DataInputView source) throws IOException {
            return source.readInt();
        }

        @Override
        public Integer deserialize(Integer reuse, DataInputView source) throws IOException {
            return source.readInt();
        }

        @Override
        public void copy(DataInputView source, DataOutputView target) throws IOException {
            target.writeInt(source.readInt());
        }

        @Override
        public TypeSerializerSnapshot<Integer> snapshotConfiguration() {
            return new Snapshot();
        }

        public static final class Snapshot extends SimpleTypeSerializerSnapshot<Integer> {
            public Snapshot() {
                super(UnwritableOnCommand::new);
            }
        }
    }
}
