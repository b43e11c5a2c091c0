package dev.sluice.ingest.sink;

import dev.sluice.ingest.JobFailures;
import dev.sluice.ingest.row.Batch;
import dev.sluice.ingest.sink.cut.CutFiles;
import dev.sluice.ingest.sink.cut.CutFilesSerializer;
import dev.sluice.ingest.sink.poison.PoisonPolicies;
import dev.sluice.ingest.table.SourceTable;
import dev.sluice.lake.LakeCatalog;
import dev.sluice.lake.LakeCommit;
import dev.sluice.spec.PipelineSpec;
import dev.sluice.spec.PipelineSpec.CatalogSpec;
import java.io.Serializable;
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
        implements Sink<Batch>, SupportsCommitter<CutFiles>, SupportsPreCommitTopology<CutFiles, CutFiles> {
    private static final long serialVersionUID = 1L;

    private final CatalogOpener catalog;
    private final String pipeline;
    private final String runId;
    private final List<SourceTable> tables;
    private final PoisonPolicies policies;
    private final SourceGuard.Opener guard;

    /** Opens the catalog where an operator runs. */
    interface CatalogOpener extends Serializable {
        LakeCatalog open();
    }

    /**
     * @param tables in the order that {@link Batch#table} counts them
     * @param runId the run that commits; it has taken the pipeline over
     * @param policies of these tables
     * @param guard asked before each commit
     */
    public LakeSink(
            PipelineSpec spec,
            String runId,
            List<SourceTable> tables,
            PoisonPolicies policies,
            SourceGuard.Opener guard) {
        this(new SpecOpener(spec.catalog()), spec.pipeline(), runId, tables, policies, guard);
    }

    LakeSink(
            CatalogOpener catalog,
            String pipeline,
            String runId,
            List<SourceTable> tables,
            PoisonPolicies policies,
            SourceGuard.Opener guard) {
        this.guard = guard;
        this.policies = policies;
        this.catalog = catalog;
        this.pipeline = pipeline;
        this.runId = runId;
        this.tables = List.copyOf(tables);
    }

    private record SpecOpener(CatalogSpec spec) implements CatalogOpener {
        @Override
        public LakeCatalog open() {
            return LakeCatalog.open(spec);
        }
    }

    @Override
    public SinkWriter<Batch> createWriter(WriterInitContext context) {
        return JobFailures.guarded(() -> new GuardedWriter(new LakeWriter(
                catalog.open(),
                tables,
                policies,
                context.getTaskInfo().getIndexOfThisSubtask(),
                context.metricGroup().addGroup("sluice"))));
    }

    @Override
    public Committer<CutFiles> createCommitter(CommitterInitContext context) {
        return JobFailures.guarded(() -> new GuardedCommitter(new CutCommitter(
                catalog.open(),
                pipeline,
                runId,
                tables,
                policies,
                LakeCommit.Bounds.DEFAULT,
                new CommitMetrics(context.metricGroup()),
                guard.open())));
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
