package dev.sluice.ingest;

import dev.sluice.ingest.hot.HotSink;
import dev.sluice.ingest.row.Batch;
import dev.sluice.ingest.row.BatchTypeInfo;
import dev.sluice.ingest.sink.CatalogLakePositions;
import dev.sluice.ingest.sink.LakeSink;
import dev.sluice.ingest.sink.LakeTables;
import dev.sluice.ingest.sink.PipelineTables;
import dev.sluice.ingest.sink.TableDetachment;
import dev.sluice.ingest.sink.poison.PoisonPolicies;
import dev.sluice.ingest.source.CommitWatch;
import dev.sluice.ingest.source.LoadThenStreamSource;
import dev.sluice.ingest.source.SourceAdapter;
import dev.sluice.ingest.source.SourceAdministration;
import dev.sluice.ingest.source.Sources;
import dev.sluice.ingest.table.SourceTable;
import dev.sluice.lake.LakeCatalog;
import dev.sluice.lake.SlotNames;
import dev.sluice.spec.PipelineSpec;
import dev.sluice.spec.PipelineSpecJson;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.datastream.DataStreamSource;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The job of a pipeline: source, lake sink, and hot sink where the pipeline has hot tables, all chained. Checks the
 * source and makes the lake tables before it starts.
 */
public final class PipelineJob {
    private static final Logger LOG = LoggerFactory.getLogger(PipelineJob.class);
    /** While a load runs, files should not be cut at every commit interval. */
    private static final Duration LOAD_CHECKPOINT_INTERVAL = Duration.ofSeconds(30);

    private PipelineJob() {}

    /** {@code --pipeline-file F}: the resolved pipeline as {@link PipelineSpecJson} writes it. */
    public static void main(String[] arguments) throws Exception {
        if (arguments.length != 2 || !arguments[0].equals("--pipeline-file")) {
            throw new SluiceException(
                    ErrorCode.E0102,
                    "the job takes --pipeline-file FILE and nothing else",
                    "start it with sluice apply -f <file>");
        }
        PipelineSpec spec = PipelineSpecJson.read(Path.of(arguments[1]));
        StreamExecutionEnvironment environment =
                StreamExecutionEnvironment.getExecutionEnvironment(configuration(spec));
        build(environment, spec);
        environment.executeAsync(jobName(spec.pipeline()));
    }

    /** The name by which the job of a pipeline is found on the cluster. */
    public static String jobName(String pipeline) {
        return "sluice " + pipeline;
    }

    /** Checks the source, makes the lake tables, and adds the operators of the pipeline. */
    public static void build(StreamExecutionEnvironment environment, PipelineSpec spec) {
        String runId = jobName(spec.pipeline()) + " " + drawn();
        SourceAdministration source = Sources.of(spec.source(), runId);
        List<SourceTable> tables;
        PoisonPolicies policies;
        String name;
        try (LakeCatalog catalog = LakeCatalog.open(spec.catalog())) {
            String known = SlotNames.of(catalog, spec.pipeline()).orElse("");
            PipelineTables taken = PipelineTables.of(catalog, spec.pipeline(), source.survey(known));
            RunClaim.take(catalog, source, spec.pipeline(), runId, known, taken.tables());
            // Before the publication loses them: from here on nothing of them is missed without a word.
            taken.recordStops(catalog, spec.pipeline());
            taken.stops().forEach(stop -> LOG.error("{}", stop.text()));
            tables = taken.tables();
            policies = PoisonPolicies.of(taken.specs(), tables);
            LakeTables.create(catalog, spec.pipeline(), tables, policies);
            List<String> detached = TableDetachment.ofOthers(
                    catalog, spec.pipeline(), spec.source().tables());
            if (!detached.isEmpty()) {
                LOG.info("Not followed any more, and marked so in the lake: {}", detached);
            }
            name = SlotNames.claim(catalog, spec.pipeline());
        }
        SourceAdapter adapter = source.adapter(
                name,
                tables,
                CatalogLakePositions.opener(
                        spec, runId, tables.stream().map(SourceTable::name).toList()));
        environment.setParallelism(spec.parallelism());
        environment.getConfig().enableObjectReuse();
        DataStreamSource<Batch> batches = environment.fromSource(
                new LoadThenStreamSource(adapter),
                WatermarkStrategy.noWatermarks(),
                "source " + spec.source().database(),
                BatchTypeInfo.INSTANCE);
        batches.uid("postgres-source");
        batches.sinkTo(new LakeSink(spec, runId, tables, policies, CommitWatch.opener(adapter)))
                .name("lake")
                .uid("lake-sink");
        if (!spec.hot().tables().isEmpty()) {
            batches.sinkTo(new HotSink(tables, spec)).name("hot").uid("hot-sink");
        }
    }

    /** Tells this run, and its sessions at the source, from any other run of the same pipeline. */
    private static String drawn() {
        byte[] drawn = new byte[4];
        new SecureRandom().nextBytes(drawn);
        return HexFormat.of().formatHex(drawn);
    }

    /** Checkpoints are the lake commits; a restart needs none of them, so none is kept after the job ends. */
    private static Configuration configuration(PipelineSpec spec) {
        Configuration configuration = new Configuration();
        long interval = spec.commitIntervalMillis();
        configuration.setString("execution.checkpointing.interval", interval + "ms");
        configuration.setString(
                "execution.checkpointing.interval-during-backlog",
                Math.max(interval, LOAD_CHECKPOINT_INTERVAL.toMillis()) + "ms");
        configuration.setString("execution.checkpointing.min-pause", Math.min(interval, 100) + "ms");
        configuration.setString("execution.checkpointing.max-concurrent-checkpoints", "1");
        // A long lake commit holds the next checkpoint up. Starting over would not make it shorter, only come again.
        configuration.setString("execution.checkpointing.timeout", "60min");
        configuration.setString("execution.checkpointing.tolerable-failed-checkpoints", "2147483647");
        configuration.setString(
                "execution.checkpointing.externalized-checkpoint-retention", "NO_EXTERNALIZED_CHECKPOINTS");
        configuration.setString("restart-strategy.type", "exponential-delay");
        configuration.setString("restart-strategy.exponential-delay.initial-backoff", "500ms");
        configuration.setString("restart-strategy.exponential-delay.max-backoff", "30s");
        configuration.setString("restart-strategy.exponential-delay.backoff-multiplier", "2.0");
        configuration.setString("restart-strategy.exponential-delay.reset-backoff-threshold", "2min");
        configuration.setString("restart-strategy.exponential-delay.attempts-before-reset-backoff", "2147483647");
        return configuration;
    }
}
