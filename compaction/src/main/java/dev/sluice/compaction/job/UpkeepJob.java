package dev.sluice.compaction.job;

import dev.sluice.spec.PipelineSpec;
import dev.sluice.spec.PipelineSpecJson;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * One run of upkeep as a bounded Flink job: plan each table, rewrite its groups in parallel, commit table by table,
 * then expire. It keeps no state and is never restarted by Flink: a run that fails has changed whole tables or nothing,
 * and the next run plans afresh. Reports reach the caller as accumulators named {@code report.<table>}.
 */
public final class UpkeepJob {
    /** Prefix of the accumulators that carry a {@link TableReport} as JSON. */
    public static final String REPORT_PREFIX = "report.";

    private static final TypeInformation<byte[]> BYTES = PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO;
    private static final int REWRITE_PARALLELISM = 2;

    private UpkeepJob() {}

    public static void main(String[] arguments) throws Exception {
        UpkeepArguments asked = UpkeepArguments.parse(arguments);
        PipelineSpec spec = PipelineSpecJson.read(asked.pipelineFile());
        UpkeepOptions options = UpkeepOptions.of(asked, spec);
        Configuration configuration = new Configuration();
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "none");
        StreamExecutionEnvironment environment = StreamExecutionEnvironment.getExecutionEnvironment(configuration);
        environment.setParallelism(1);
        environment
                .fromData(options.tables())
                .uid("tables")
                .transform("plan", BYTES, new PlanOperator(spec.catalog().forUpkeep(), options))
                .uid("plan")
                .rebalance()
                .transform("rewrite", BYTES, new RewriteOperator(spec.catalog().forUpkeep(), options))
                .uid("rewrite")
                .setParallelism(REWRITE_PARALLELISM)
                .global()
                .transform("commit", BYTES, new CommitOperator(spec.catalog().forUpkeep(), options))
                .uid("commit")
                .print("upkeep")
                .uid("end");
        environment.execute("sluice upkeep " + spec.pipeline());
    }
}
