package dev.sluice.ingest.source;

import dev.sluice.ingest.row.Batch;
import dev.sluice.ingest.row.BatchTypeInfo;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.util.List;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.api.java.typeutils.ResultTypeQueryable;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/**
 * Tables of one database: a load of those that the lake does not have, then the change stream of all, without end, and what
 * the lake has is acknowledged. Assumes that the tables were checked when the job was submitted.
 */
public final class LoadThenStreamSource
        implements Source<Batch, PipelineSplit, EnumeratorState>, ResultTypeQueryable<Batch> {
    private static final long serialVersionUID = 1L;

    private final SourceAdapter adapter;

    public LoadThenStreamSource(SourceAdapter adapter) {
        this.adapter = adapter;
    }

    @Override
    public Boundedness getBoundedness() {
        return Boundedness.CONTINUOUS_UNBOUNDED;
    }

    @Override
    public SplitEnumerator<PipelineSplit, EnumeratorState> createEnumerator(
            SplitEnumeratorContext<PipelineSplit> context) {
        return new LoadThenStreamEnumerator(adapter, context, null);
    }

    @Override
    public SplitEnumerator<PipelineSplit, EnumeratorState> restoreEnumerator(
            SplitEnumeratorContext<PipelineSplit> context, EnumeratorState state) {
        checkSameTables(state.tableIds(), adapter);
        return new LoadThenStreamEnumerator(adapter, context, state);
    }

    @Override
    public SourceReader<Batch, PipelineSplit> createReader(SourceReaderContext context) {
        return new LoadThenStreamReader(adapter, context);
    }

    @Override
    public SimpleVersionedSerializer<PipelineSplit> getSplitSerializer() {
        return SplitCodec.splits(adapter.ranges());
    }

    @Override
    public SimpleVersionedSerializer<EnumeratorState> getEnumeratorCheckpointSerializer() {
        return SplitCodec.enumerator();
    }

    @Override
    public TypeInformation<Batch> getProducedType() {
        return BatchTypeInfo.INSTANCE;
    }

    static void checkSameTables(List<String> ids, SourceAdapter adapter) {
        if (!ids.equals(PipelineSplit.tableIds(adapter))) {
            throw new SluiceException(
                    ErrorCode.E0103,
                    "the saved state of the job belongs to another set of tables",
                    "start the pipeline without it: the lake knows where it stands");
        }
    }
}
