package dev.sluice.e2e.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.demo.shop.ShopGenerator;
import dev.sluice.demo.shop.ShopTraffic;
import dev.sluice.e2e.SharedStack;
import dev.sluice.ingest.hot.HotRebuild;
import dev.sluice.ingest.removal.PipelineRemoval;
import dev.sluice.lake.HotStaleness;
import dev.sluice.lake.LakeCatalog;
import dev.sluice.spec.PipelineSpec;
import dev.sluice.stack.LocalStack;
import dev.sluice.stack.StackServer;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.FileInfo;
import org.apache.iceberg.io.SupportsPrefixOperations;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The shop with hot tables: lake and hot store follow the same source, whatever happens to the hot store. */
final class HotPipelineIT {
    private static final String NAME = "hot_pipeline";
    private static final long SEEDED_ROWS = 5_000;
    private static final List<String> HOT_TABLES = List.of("orders", "order_items", "payments", "products");

    private final LocalStack stack = SharedStack.with(
            StackServer.CATALOG, StackServer.JOBMANAGER, StackServer.TASKMANAGER, StackServer.CLICKHOUSE);
    private final PipelineSpec spec = TestPipeline.withHot(TestPipeline.shopSpec(stack, NAME), stack, HOT_TABLES);
    private final ShopGenerator generator = new ShopGenerator(TestPipeline.shop(spec));
    private final HotStore store = new HotStore(spec);
    private RunningPipeline pipeline;
    private ShopTraffic traffic;

    @BeforeEach
    void seedAndStart() throws Exception {
        pipeline = new RunningPipeline(stack, spec);
        new PipelineRemoval(spec).removeHotTables();
        TestPipeline.createDatabase(stack, NAME);
        generator.seed(5, SEEDED_ROWS);
        traffic = TestPipeline.traffic(generator);
        pipeline.submit().awaitLoaded();
    }

    @AfterEach
    void stop() throws Exception {
        traffic.close();
        pipeline.close();
        TestPipeline.createDatabase(stack, NAME);
    }

    @Test
    void hotTablesEqualTheSourceAfterClickHouseWasKilled() throws Exception {
        pipeline.awaitProgress();
        SharedStack.kill(StackServer.CLICKHOUSE);
        assertThat(stack.pid(StackServer.CLICKHOUSE)).as("the fault fired").isEmpty();
        assertThatThrownBy(store::tables).as("nobody answers for it").isInstanceOf(IOException.class);
        for (int i = 0; i < 3; i++) {
            pipeline.awaitProgress();
        }
        assertThat(stack.pid(StackServer.CLICKHOUSE))
                .as("the lake went on without it")
                .isEmpty();
        await().atMost(Duration.ofSeconds(90)).until(() -> staleTables().containsAll(HOT_TABLES));
        SharedStack.with(StackServer.CLICKHOUSE);
        await().atMost(Duration.ofSeconds(90)).until(() -> staleTables().isEmpty());
        traffic.stop();
        assertHotTablesEqualTheSource();
        pipeline.assertEqualToSource();
    }

    @Test
    void aDroppedPipelineLeavesNothingAndLoadsAnewUnderItsName() throws Exception {
        pipeline.awaitProgress();
        pipeline.close();
        try (LakeCatalog lake = LakeCatalog.open(spec.catalog())) {
            Table orders = lake.load(lake.bronze("orders"));
            assertThat(filesOf(orders)).isPositive();
            PipelineRemoval removal = new PipelineRemoval(spec);
            for (int repeated = 0; repeated < 2; repeated++) {
                removal.removeHotTables();
                List<String> dropped = removal.removeLakeTables();
                assertThat(dropped)
                        .hasSize(repeated == 0 ? spec.source().tables().size() : 0);
                removal.removeFromSource();
            }
            assertThat(filesOf(orders)).isZero();
        }
        assertThat(store.tables()).isEmpty();
        assertThat(pipeline.acknowledged()).isEmpty();
        assertThat(countAtSource("pg_replication_slots where slot_name like 'sluice_" + spec.pipeline() + "%'"))
                .isZero();
        assertThat(countAtSource("pg_publication where pubname like 'sluice_" + spec.pipeline() + "%'"))
                .isZero();

        pipeline.submit().awaitLoaded();
        pipeline.awaitProgress();
        traffic.stop();
        assertHotTablesEqualTheSource();
        pipeline.assertEqualToSource();
    }

    @Test
    void hotTablesThatWereDroppedAreFilledFromTheLakeOnRequest() throws Exception {
        pipeline.awaitProgress();
        store.spoil("orders");
        assertThat(store.differences("orders")).as("the damage is done").isNotEmpty();
        HotRebuild rebuild = new HotRebuild(spec.hot());
        rebuild.request(List.of("orders"));
        await().atMost(Duration.ofSeconds(90))
                .until(() -> rebuild.standings().stream().noneMatch(HotRebuild.Standing::isRequested));
        traffic.stop();
        assertHotTablesEqualTheSource();
        pipeline.assertEqualToSource();
    }

    private List<String> staleTables() {
        try (LakeCatalog lake = LakeCatalog.open(spec.catalog())) {
            return HOT_TABLES.stream()
                    .filter(table ->
                            HotStaleness.of(lake.load(lake.bronze(table))).isPresent())
                    .toList();
        }
    }

    private static int filesOf(Table table) {
        int files = 0;
        for (FileInfo ignored : ((SupportsPrefixOperations) table.io()).listPrefix(table.location() + "/")) {
            files++;
        }
        return files;
    }

    /** The source is quiet, so the hot store gets there; what it holds then must be the same to the last column. */
    private void assertHotTablesEqualTheSource() throws Exception {
        for (String table : HOT_TABLES) {
            assertThat(countAtSource(table)).as(table + " at the source").isPositive();
            await().atMost(Duration.ofSeconds(60))
                    .ignoreExceptions()
                    .untilAsserted(
                            () -> assertThat(store.differences(table)).as(table).isEmpty());
        }
    }

    private long countAtSource(String what) throws Exception {
        try (Connection connection = TestPipeline.connect(stack, NAME);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select count(*) from " + what)) {
            row.next();
            return row.getLong(1);
        }
    }
}
