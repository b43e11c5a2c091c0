package dev.sluice.ingest.sink;

import dev.sluice.ingest.JobFailures;
import dev.sluice.ingest.sink.cut.CutFiles;
import dev.sluice.ingest.sink.cut.CutFilesSerializer;
import dev.sluice.ingest.sink.cut.CutMerger;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeutils.base.array.BytePrimitiveArraySerializer;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.connector.sink2.CommittableMessage;
import org.apache.flink.streaming.api.connector.sink2.CommittableSummary;
import org.apache.flink.streaming.api.connector.sink2.CommittableWithLineage;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/** Makes the cuts of what all writers hand over at a checkpoint. Runs once, whatever the parallelism of the job. */
final class CutAggregator extends AbstractStreamOperator<CommittableMessage<CutFiles>>
        implements OneInputStreamOperator<CommittableMessage<CutFiles>, CommittableMessage<CutFiles>> {
    private static final long serialVersionUID = 1L;

    private transient CutMerger merger;
    private transient CutFilesSerializer serializer;
    private transient Map<Long, List<CutFiles>> parts;
    private transient ListState<byte[]> stagedState;

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        merger = new CutMerger();
        serializer = new CutFilesSerializer();
        parts = new TreeMap<>();
        stagedState = context.getOperatorStateStore()
                .getListState(new ListStateDescriptor<>("staged-loads", BytePrimitiveArraySerializer.INSTANCE));
        for (byte[] staged : stagedState.get()) {
            merger.restore(serializer.deserialize(serializer.getVersion(), staged));
        }
    }

    @Override
    public void processElement(StreamRecord<CommittableMessage<CutFiles>> element) {
        if (element.getValue() instanceof CommittableWithLineage<CutFiles> part) {
            parts.computeIfAbsent(part.getCheckpointId(), checkpoint -> new ArrayList<>())
                    .add(part.getCommittable());
        }
    }

    @Override
    public void prepareSnapshotPreBarrier(long checkpointId) {
        emit();
    }

    /** The last checkpoint of a job that ends comes after this; its parts carry its id already. */
    @Override
    public void finish() throws Exception {
        emit();
        super.finish();
    }

    private void emit() {
        parts.forEach((checkpoint, cut) -> {
            List<CutFiles> merged = JobFailures.guarded(() -> merger.merge(cut));
            if (!merged.isEmpty()) {
                output.collect(new StreamRecord<>(new CommittableSummary<>(0, 1, checkpoint, merged.size(), 0)));
                merged.forEach(
                        one -> output.collect(new StreamRecord<>(new CommittableWithLineage<>(one, checkpoint, 0))));
            }
        });
        parts.clear();
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        super.snapshotState(context);
        stagedState.update(List.of(serialized(merger.snapshot())));
    }

    private byte[] serialized(CutFiles staged) throws IOException {
        return serializer.serialize(staged);
    }
}
