package dev.sluice.ingest.sink;

import dev.sluice.ingest.batch.RowBatch;
import dev.sluice.ingest.sink.cut.CutFiles;
import dev.sluice.ingest.sink.cut.CutFilesSerializer;
import dev.sluice.ingest.table.SourceTable;
import dev.sluice.lake.LakeCatalog;
import dev.sluice.lake.LakeCommit;
import dev.sluice.spec.PipelineSpec;
import java.util.List;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.api.connector.sink2.CommitterInitContext;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.SupportsCommitter;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.streaming.api.connector.sink2.CommittableMessage;
import org.apache.flink.streaming.api.connector.sink2.CommittableMessageTypeInfo;
import org.apache.flink.streaming.api.connector.sink2.SupportsPreCommitTopology;
import org.apache.flink.streaming.api.datastream.DataStream;

/**
 * The lake as a Flink sink: writers turn batches into files, one aggregator makes a cut of them at each checkpoint, one
 * committer commits it to all tables at once. The lake tables must be there ({@link LakeTables#create}).
 */
public final class LakeSink
        implements Sink<RowBatch>, SupportsCommitter<CutFiles>, SupportsPreCommitTopology<CutFiles, CutFiles> {
    private static final long serialVersionUID = 1L;

    private final PipelineSpec spec;
    private final List<SourceTable> tables;
    private final String runId;

    /**
     * @param tables in the order that {@link RowBatch#table} counts them
     * @param runId the run that commits
     */
    public LakeSink(PipelineSpec spec, List<SourceTable> tables, String runId) {
        this.spec = spec;
        this.runId = runId;
        this.tables = List.copyOf(tables);
    }

    @Override
    public SinkWriter<RowBatch> createWriter(WriterInitContext context) {
        return new LakeWriter(
                LakeCatalog.open(spec.catalog()),
                tables,
                context.getTaskInfo().getIndexOfThisSubtask(),
                context.metricGroup().addGroup("sluice"));
    }

    @Override
    public Committer<CutFiles> createCommitter(CommitterInitContext context) {
        return new CutCommitter(
                LakeCatalog.open(spec.catalog()),
                spec.pipeline(),
                runId,
                tables,
                LakeCommit.Bounds.DEFAULT,
                new CommitMetrics(context.metricGroup()));
    }

    @Override
    public SimpleVersionedSerializer<CutFiles> getCommittableSerializer() {
        return new CutFilesSerializer();
    }

    @Override
    public SimpleVersionedSerializer<CutFiles> getWriteResultSerializer() {
        return new CutFilesSerializer();
    }

    /** The last {@code global()} matters: without it, a committer of parallelism 2 fails on an unknown checkpoint. */
    @Override
    public DataStream<CommittableMessage<CutFiles>> addPreCommitTopology(
            DataStream<CommittableMessage<CutFiles>> written) {
        return written.global()
                .transform("cut", CommittableMessageTypeInfo.of(this::getCommittableSerializer), new CutAggregator())
                .setParallelism(1)
                .setMaxParallelism(1)
                .uid("lake-cut")
                .global();
    }
}
