package dev.sluice.e2e.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.demo.shop.ShopGenerator;
import dev.sluice.demo.shop.ShopTable;
import dev.sluice.demo.shop.ShopTraffic;
import dev.sluice.e2e.SharedStack;
import dev.sluice.lake.LakeCatalog;
import dev.sluice.lake.Position;
import dev.sluice.lake.Stamp;
import dev.sluice.lake.TableStamps;
import dev.sluice.lake.Tags;
import dev.sluice.spec.PipelineSpec;
import dev.sluice.spec.PipelineSpec.PostgresSourceSpec;
import dev.sluice.spec.PipelineSpec.TableSpec;
import dev.sluice.spec.PipelineSpec.UpkeepSpec;
import dev.sluice.spec.PipelineSpecJson;
import dev.sluice.stack.LocalStack;
import dev.sluice.stack.StackServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotSummary;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Upkeep on the real cluster, beside a pipeline that goes on committing under traffic. */
final class UpkeepIT {
    private static final String NAME = "upkeep_pipeline";
    private static final int RUNS = 2;

    private final LocalStack stack =
            SharedStack.with(StackServer.CATALOG, StackServer.JOBMANAGER, StackServer.TASKMANAGER);
    private final PipelineSpec spec = TestPipeline.shopSpec(stack, NAME);
    private final ShopGenerator generator = new ShopGenerator(TestPipeline.shop(spec));
    private RunningPipeline pipeline;
    private ShopTraffic traffic;

    @BeforeEach
    void loadAndChange() throws Exception {
        pipeline = new RunningPipeline(stack, spec);
        TestPipeline.createDatabase(stack, NAME);
        generator.seed(11, 5_000);
        traffic = TestPipeline.traffic(generator);
        pipeline.submit().awaitLoaded();
        for (int i = 0; i < 4; i++) {
            pipeline.awaitProgress();
        }
    }

    @AfterEach
    void stop() throws Exception {
        traffic.close();
        pipeline.close();
        TestPipeline.createDatabase(stack, NAME);
    }

    @Test
    void losesNoCommitOfEitherSideAndKeepsWhatIsTagged() throws Exception {
        try (LakeCatalog lake = LakeCatalog.open(spec.catalog())) {
            Table orders = lake.load(lake.bronze("orders"));
            long tagged = orders.currentSnapshot().snapshotId();
            Tags.create(orders, "before", tagged, Optional.empty());
            long taggedRows = rows(orders, tagged);
            assertThat(Long.parseLong(orders.currentSnapshot()
                            .summary()
                            .getOrDefault(SnapshotSummary.TOTAL_EQ_DELETES_PROP, "0")))
                    .as("there is something to apply")
                    .isPositive();
            Position before = pipeline.acknowledged().orElseThrow();
            int snapshotsBefore = size(orders);
            for (int i = 0; i < RUNS; i++) {
                Map<String, String> reports = maintain();
                assertThat(reports).hasSize(ShopTable.values().length);
                assertThat(reports.values())
                        .allSatisfy(report -> assertThat(report).contains("\"error\":\"\""));
            }
            assertThat(pipeline.acknowledged().orElseThrow())
                    .as("the pipeline committed meanwhile")
                    .isGreaterThan(before);
            orders.refresh();
            assertThat(orders.snapshot(tagged)).as("the tagged snapshot").isNotNull();
            assertThat(rows(orders, tagged)).as("rows of the tagged snapshot").isEqualTo(taggedRows);
            assertThat(size(orders)).as("snapshots").isLessThan(snapshotsBefore + 10);
            assertThat(TableStamps.current(orders)).as("the head is stamped").isPresent();
            assertThat(stampsNeverGoBack(orders)).as("stamps along main").isTrue();
            traffic.stop();
            pipeline.assertEqualToSource();
            // With nothing coming in, one more run leaves no delete behind.
            maintain();
            orders.refresh();
            assertThat(orders.currentSnapshot().summary()).containsEntry(SnapshotSummary.TOTAL_DELETE_FILES_PROP, "0");
            pipeline.assertEqualToSource();
        }
    }

    @Test
    void aTableThatCannotBeTendedIsReportedAndTheOthersAreTended() throws Exception {
        PipelineSpec eager = eager();
        List<TableSpec> tables = new ArrayList<>(eager.source().tables());
        tables.add(0, new TableSpec("public", "ghost", List.of()));
        Map<String, String> reports = maintain(withTables(eager, tables));
        assertThat(reports).hasSize(ShopTable.values().length + 1);
        assertThat(reports.get("report.ghost")).contains("E0703");
        reports.remove("report.ghost");
        assertThat(reports.values())
                .allSatisfy(report -> assertThat(report).contains("\"error\":\"\""))
                .anySatisfy(report -> assertThat(report).doesNotContain("\"removedFiles\":0"));
        traffic.stop();
        pipeline.assertEqualToSource();
    }

    private static PipelineSpec withTables(PipelineSpec spec, List<TableSpec> tables) {
        PostgresSourceSpec source = spec.postgres();
        return new PipelineSpec(
                spec.pipeline(),
                spec.catalog(),
                new PostgresSourceSpec(
                        source.host(),
                        source.port(),
                        source.database(),
                        source.user(),
                        source.password(),
                        source.sslMode(),
                        tables),
                spec.commitIntervalMillis(),
                spec.parallelism(),
                spec.hot(),
                spec.models(),
                spec.upkeep());
    }

    private Map<String, String> maintain() throws InterruptedException {
        return maintain(eager());
    }

    private Map<String, String> maintain(PipelineSpec what) throws InterruptedException {
        Path file = stack.config().home().resolve(spec.pipeline() + "-upkeep.json");
        PipelineSpecJson.write(file, what);
        Path jar = TestPipeline.jobJar(stack, "compaction");
        String job = pipeline.flink()
                .run(jar, "dev.sluice.compaction.job.UpkeepJob", List.of("--pipeline-file", file.toString()));
        String state = pipeline.flink().awaitEnd(job, RunningPipeline.PATIENCE);
        assertThat(state)
                .as(() -> pipeline.flink().rootException(job).orElse(""))
                .isEqualTo("FINISHED");
        Map<String, String> reports = pipeline.flink().accumulators(job);
        reports.keySet().removeIf(name -> !name.startsWith("report."));
        return reports;
    }

    /** The pipeline with a policy by which every run has something to do. */
    private PipelineSpec eager() {
        return spec.withUpkeep(new UpkeepSpec(spec.upkeep().targetFileSizeBytes(), 2, 1, Duration.ZERO, 2));
    }

    private static boolean stampsNeverGoBack(Table table) {
        List<Position> newestFirst = new ArrayList<>();
        for (Snapshot snapshot = table.currentSnapshot();
                snapshot != null;
                snapshot = snapshot.parentId() == null ? null : table.snapshot(snapshot.parentId())) {
            Stamp.of(snapshot).map(Stamp::position).ifPresent(newestFirst::add);
        }
        for (int i = 1; i < newestFirst.size(); i++) {
            if (newestFirst.get(i - 1).compareTo(newestFirst.get(i)) < 0) {
                return false;
            }
        }
        return !newestFirst.isEmpty();
    }

    private static int size(Table table) {
        int size = 0;
        for (Snapshot ignored : table.snapshots()) {
            size++;
        }
        return size;
    }

    private static long rows(Table table, long snapshotId) throws IOException {
        long rows = 0;
        try (CloseableIterable<Record> records =
                IcebergGenerics.read(table).useSnapshot(snapshotId).build()) {
            for (Record ignored : records) {
                rows++;
            }
        }
        return rows;
    }
}
