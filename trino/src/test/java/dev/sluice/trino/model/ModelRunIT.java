package dev.sluice.trino.model;

import static dev.sluice.trino.model.BronzeShop.row;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.lake.Position;
import dev.sluice.lake.Stamp;
import dev.sluice.trino.asof.AsOfPoint;
import dev.sluice.trino.asof.AsOfRewriter;
import dev.sluice.trino.asof.LakeSnapshotLookup;
import dev.sluice.trino.asof.TableScope;
import dev.sluice.trino.query.OutputFormat;
import dev.sluice.trino.query.TrinoQuery;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TimeZone;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** The shop's models on real servers. The tests are steps of one story: the lake moves forward from one to the next. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ModelRunIT {
    private static final Path MODELS = Path.of(System.getProperty("sluice.home"), "demo", "shop", "models");
    private static final String T = "2025-06-14 16:30";

    private static TestLake lake;
    private static TrinoQuery trino;
    private static BronzeShop shop;
    private static Position firstRun;

    @TempDir
    Path folder;

    @BeforeAll
    static void start() throws IOException {
        lake = TestLake.start();
        trino = lake.trino("lake");
        shop = new BronzeShop(lake.catalog);
        shop.rows(
                        "users",
                        // 17:30 UTC is the next day in Jakarta.
                        row(1, "aNNA  maria", "A.Nna+x@Example.com", "+62-812", "2025-06-14 17:30", T, null),
                        row(2, "e\u0301lan\u0007 O'NEIL", "e@example.com", null, T, T, T),
                        row(3, "no orders", "n@example.com", "1", null, null, null))
                .rows("categories", row(10, "books", null, T, T, null), row(11, "e-BOOKS", 10, T, T, null))
                .rows(
                        "products",
                        row(20, "product 1", "line\nbreak", "10.00", 5, 11, T, T, null),
                        row(21, "product 2", null, "99.99", 0, null, T, T, null))
                .rows(
                        "orders",
                        row(100, 1, "completed", "40.50", T, "2025-06-15 18:00"),
                        row(101, 2, "cancelled", "10.00", T, T),
                        row(102, 1, "created", "5.00", "2025-06-14 20:00", null))
                .rows(
                        "order_items",
                        row(1, 100, 20, 2, "10.25", T, T),
                        row(2, 100, 21, 1, "20.00", T, T),
                        row(3, 101, 20, 1, "10.00", T, T))
                .rows(
                        "payments",
                        row(1, 100, "40.50", "paypal", "2025-06-14 17:00", "failed", T, T),
                        row(2, 100, "40.50", "credit_card", "2025-06-14 18:00", "completed", T, T),
                        row(3, 101, "10.00", "paypal", null, "failed", T, T))
                .rows(
                        "shipping",
                        row(1, 100, "street 1", "Bandung", "01234", "ID", T, "TRK-1", T, T),
                        row(2, 100, "street 2", "Jakarta", "00001", "ID", "2025-06-15 00:00", null, T, T))
                .rows("product_reviews", row(1, 20, 1, 5, "good", T, T), row(2, 20, 2, 4, null, T, T))
                .commit("0/100", "2025-06-15T00:00:00Z");
    }

    @AfterAll
    static void stop() {
        if (trino != null) {
            trino.close();
        }
        if (lake != null) {
            lake.close();
        }
    }

    private static ModelRun run(Path models, Optional<AsOfPoint> position) {
        ModelRunner runner = new ModelRunner(lake.catalog, trino, "lake", BronzeShop.PIPELINE);
        return runner.run(runner.plan(ModelFolder.load(models, "lake")), position, result -> {});
    }

    private static ModelRun run() {
        return run(MODELS, Optional.empty());
    }

    private static String csv(String sql) {
        StringWriter out = new StringWriter();
        trino.run(sql, OutputFormat.CSV.writer(out));
        return out.toString().lines().skip(1).collect(Collectors.joining("\n"));
    }

    private static String asOf(String position, String sql) {
        AsOfRewriter rewriter = new AsOfRewriter(TableScope.ofCatalog("lake", Optional.of("bronze")));
        return csv(rewriter.rewrite(
                sql, AsOfPoint.parse(position), new LakeSnapshotLookup(lake.catalog, BronzeShop.PIPELINE)));
    }

    private static Table table(String name) {
        return lake.catalog.load(TableIdentifier.parse(name));
    }

    private static List<Position> headLsns() {
        return Stream.of("silver", "gold")
                .flatMap(layer -> lake.catalog.rest().listTables(Namespace.of(layer)).stream())
                .map(identifier -> Stamp.of(lake.catalog.load(identifier).currentSnapshot())
                        .orElseThrow()
                        .position())
                .toList();
    }

    @Test
    @Order(1)
    void theFirstRunMakesEveryModelAtThePipelinesProgress() {
        ModelRun result = run();
        firstRun = result.position();
        assertThat(result.position()).isEqualTo(Position.parse("0/100"));
        assertThat(result.results()).hasSize(17).allMatch(model -> model.outcome() == ModelRun.Outcome.WRITTEN);
        assertThat(headLsns()).hasSize(17).containsOnly(Position.parse("0/100"));
        assertThat(csv("select user_id, name, email, phone from silver.users order by 1"))
                .isEqualTo("1,Anna  Maria,A.Nna+x@Example.com,+62-812\n2,\u00c9lan O'neil,e@example.com,\n"
                        + "3,No Orders,n@example.com,1");
        assertThat(csv("select description from silver.products order by product_id"))
                .isEqualTo("\"line\nbreak\"\n");
    }

    @Test
    @Order(2)
    void theFiguresOfGoldAreThoseOfTheDefinitions() {
        assertThat(csv("select count(*), min(date_key), max(date_key) from gold.dim_date"))
                .isEqualTo("27393,2025-01-01,2099-12-31");
        assertThat(csv("select * from gold.dim_date where date_key = date '2025-06-15'"))
                .isEqualTo("2025-06-15,2025-06-09,2025-06-01,2,2025,true,Sunday,June");
        assertThat(csv("select user_id, start_date, end_date, is_current from gold.dim_user order by 1"))
                .isEqualTo("1,2025-06-15,,true\n2,2025-06-14,2025-06-14,false\n3,,,true\n,,,true");
        assertThat(csv("select order_id, date_key, order_status, payment_method, city, total_amount"
                        + " from gold.fact_order order by 1, 2, 3"))
                .isEqualTo("100,2025-06-14,created,credit_card,Jakarta,40.50\n"
                        + "100,2025-06-16,completed,credit_card,Jakarta,40.50\n"
                        + "101,2025-06-14,cancelled,paypal,,10.00\n"
                        + "101,2025-06-14,created,paypal,,10.00\n"
                        + "102,2025-06-15,created,,,5.00");
        assertThat(csv("select category, total_order, total_user, items_sold, total_revenue from gold.daily_transaction"
                        + " where order_status = 'completed' order by 1"))
                .isEqualTo("E-books,1,1,2,20.50\nUnknown,1,1,1,20.00");
        assertThat(csv("select * from gold.daily_user order by 1"))
                .isEqualTo("2025-06-14,2,1\n2025-06-15,1,1\n2025-06-16,1,0");
        assertThat(csv("select reviews, mean_rating from gold.product_rating")).isEqualTo("2,4.5000");
    }

    @Test
    @Order(3)
    void theVisibleSnapshotCarriesTheStampAndWhatWasRead() {
        Snapshot snapshot = table("gold.daily_user").currentSnapshot();
        Stamp stamp = Stamp.of(snapshot).orElseThrow();
        assertThat(stamp.kind()).isEqualTo(Stamp.Kind.MODEL);
        assertThat(stamp.pipeline()).isEqualTo(BronzeShop.PIPELINE);
        assertThat(stamp.sourceCommitTime()).isEqualTo("2025-06-15T00:00:00Z");
        assertThat(stamp.rowsInserted()).isEqualTo(3);
        assertThat(snapshot.summary())
                .containsEntry(ModelProperties.MODEL, "gold.daily_user")
                .containsEntry(
                        ModelProperties.INPUTS,
                        "gold.dim_user@"
                                + table("gold.dim_user").currentSnapshot().snapshotId() + ", gold.fact_order@"
                                + table("gold.fact_order").currentSnapshot().snapshotId());
        assertThat(table("silver.users").properties()).containsKey("comment");
        assertThat(table("silver.users").schema().findField("email").doc()).isEqualTo("as the source has it");
    }

    @Test
    @Order(4)
    void nothingOfTheStagingTablesIsLeftInTheCatalogAndTheirFilesStay() {
        assertThat(lake.catalog.rest().listTables(StagedOutput.NAMESPACE)).isEmpty();
        assertThat(csv("select count(*) from gold.dim_date where \"$path\" like '"
                        + table("gold.dim_date").location() + "/run-%'"))
                .isEqualTo("27393");
    }

    @Test
    @Order(5)
    void aSecondRunAtTheSameLsnChangesNothing() {
        long before = table("gold.fact_order").currentSnapshot().snapshotId();
        ModelRun again = run();
        assertThat(again.results()).allMatch(model -> model.outcome() == ModelRun.Outcome.UNCHANGED);
        assertThat(table("gold.fact_order").currentSnapshot().snapshotId()).isEqualTo(before);
    }

    @Test
    @Order(6)
    void onlyModelsDownstreamOfAChangedTableMoveAndTheOldStateStaysReadable() throws IOException {
        shop.rows("product_reviews", row(1, 20, 1, 1, "bad", T, T)).commit("0/200", "2025-06-16T00:00:00Z");
        assertThat(run().results().stream()
                        .filter(model -> model.outcome() == ModelRun.Outcome.WRITTEN)
                        .map(ModelRun.Result::model))
                .containsExactlyInAnyOrder("silver.product_reviews", "gold.product_rating");
        assertThat(csv("select mean_rating from gold.product_rating")).isEqualTo("1.0000");
        String both = "select p.mean_rating, r.comment from gold.product_rating p, product_reviews r order by 2";
        assertThat(asOf("0/100", both)).isEqualTo("4.5000,good\n4.5000,");
        assertThat(asOf("0/1FF", both)).isEqualTo("4.5000,good\n4.5000,");
        assertThat(asOf("2025-06-15 07:00 Asia/Jakarta", both)).isEqualTo("4.5000,good\n4.5000,");
        assertThat(asOf("0/200", both)).isEqualTo("1.0000,bad");
        assertThatThrownBy(() -> asOf("0/FF", both))
                .hasMessageContaining("E1004")
                .hasMessageContaining("gold.product_rating")
                .hasMessageContaining("LSN 0/100");
        assertThatThrownBy(() -> asOf("0/201", both)).hasMessageContaining("the lake is at LSN 0/200");
        assertThatThrownBy(() -> asOf("2025-06-14", both)).hasMessageContaining("E1004");
    }

    @Test
    @Order(7)
    void aFailingTestStopsEverythingAndNamesTheViolations() throws IOException {
        shop.rows(
                        "users",
                        row(1, "x", "x@example.com", null, T, T, null),
                        row(1, "y", "y@example.com", null, T, T, null),
                        row(2, "z", "z@example.com", null, T, T, null))
                .commit("0/300", "2025-06-17T00:00:00Z");
        List<Position> before = headLsns();
        assertThatThrownBy(ModelRunIT::run)
                .hasMessageContaining("E1002")
                .hasMessageContaining("silver.users as of LSN 0/300: unique(user_id) has 1 violation;");
        assertThat(headLsns()).isEqualTo(before);
        assertThat(lake.catalog.rest().listTables(StagedOutput.NAMESPACE)).isEmpty();
        // The position before the bad rows still runs.
        assertThat(run(MODELS, Optional.of(AsOfPoint.parse("0/200"))).results())
                .allMatch(model -> model.outcome() == ModelRun.Outcome.UNCHANGED);
    }

    @Test
    @Order(8)
    void aChangedModelKeepsTheIdsOfItsColumnsAndItsHistory() throws IOException {
        Path file = folder.resolve("gold/shape.sql");
        Files.createDirectories(file.getParent());
        Files.writeString(
                file, "select 1 as a, 'x' as b, array[cast(row(1) as row(f bigint))] as n from bronze.orders");
        run(folder, Optional.empty());
        long first = table("gold.shape").currentSnapshot().snapshotId();
        int idOfB = table("gold.shape").schema().findField("b").fieldId();
        Files.writeString(
                file,
                "select 'new' as c, 'y' as b, decimal '1.5' as a, array[cast(row(1, 'q') as row(f integer, g varchar))]"
                        + " as n from bronze.orders order by order_id limit 1");
        run(folder, Optional.empty());
        assertThat(table("gold.shape").schema().findField("b").fieldId()).isEqualTo(idOfB);
        assertThat(csv("select * from gold.shape")).isEqualTo("new,y,1.5,\"[{\"\"f\"\":1,\"\"g\"\":\"\"q\"\"}]\"");
        assertThat(csv("select a, b from gold.shape for version as of bigint '" + first + "' limit 1"))
                .isEqualTo("1,x");
        assertThat(csv("select count(*) from gold.shape for version as of bigint '" + first + "'"))
                .isEqualTo("3");
    }

    @Test
    @Order(9)
    void tablesThatNoModelMadeAreNotReplacedAndNothingMovesBack() throws IOException {
        trino.execute("create table lake.gold.own as select 1 x");
        Path file = folder.resolve("gold/own.sql");
        Files.createDirectories(file.getParent());
        Files.writeString(file, "select order_id from bronze.orders");
        assertThatThrownBy(() -> run(folder, Optional.empty()))
                .hasMessageContaining("E1002")
                .hasMessageContaining("gold.own is there already");
        assertThatThrownBy(() -> run(MODELS, Optional.of(AsOfPoint.parse("0/FF"))))
                .hasMessageContaining("E1004");
        assertThat(csv("select * from gold.own")).isEqualTo("1");
    }

    @Test
    @Order(9)
    void aSecondPipelineDoesNotReplaceATableOfTheFirst() throws IOException {
        Path file = folder.resolve("gold/daily_user.sql");
        Files.createDirectories(file.getParent());
        Files.writeString(file, "select order_id from bronze.orders");
        long before = table("gold.daily_user").currentSnapshot().snapshotId();
        ModelRunner second = new ModelRunner(lake.catalog, trino, "lake", "second");
        assertThatThrownBy(() -> second.run(
                        second.plan(ModelFolder.load(folder, "lake")),
                        Optional.of(AsOfPoint.parse("0/300")),
                        result -> {}))
                .hasMessageContaining("E1006")
                .hasMessageContaining("gold.daily_user")
                .hasMessageContaining("pipeline " + BronzeShop.PIPELINE);
        assertThat(table("gold.daily_user").currentSnapshot().snapshotId()).isEqualTo(before);
    }

    @Test
    @Order(20)
    void modelsGoOnAfterTheirTablesWereLoadedAnewFromAServerWithLowerPositions() throws IOException {
        Path file = folder.resolve("gold/after_reload.sql");
        Files.createDirectories(file.getParent());
        Files.writeString(file, "select order_id from bronze.orders");
        run(folder, Optional.empty());
        Position high = Stamp.of(table("gold.after_reload").currentSnapshot())
                .orElseThrow()
                .position();
        // The same load, looked at in the past: still refused.
        Files.writeString(file, "select order_id, 1 as one from bronze.orders");
        assertThatThrownBy(() -> run(folder, Optional.of(AsOfPoint.parse("0/100"))))
                .hasMessageContaining("E0504");
        shop.loadAnew("orders", row(7, 1, "created", "5.00", T, null)).commit("0/50", "2025-07-01T00:00:00Z");
        ModelRun after = run(folder, Optional.empty());
        assertThat(after.position()).isEqualTo(Position.parse("0/50")).isLessThan(high);
        assertThat(csv("select order_id from gold.after_reload")).isEqualTo("7");
    }

    @Test
    @Order(10)
    void theReadOnlyCatalogRefusesWritingAndProcedures() {
        try (TrinoQuery readOnly = lake.trino("lake_ro")) {
            assertThat(readOnly.numbers("select count(*) from gold.dim_date")).containsExactly(27393L);
            for (String sql : List.of(
                    "insert into gold.own values 2",
                    "drop table gold.own",
                    "alter table gold.own execute optimize",
                    "alter table gold.own execute expire_snapshots(retention_threshold => '0s')")) {
                assertThatThrownBy(() -> readOnly.execute(sql))
                        .hasMessageContaining("E1003")
                        .hasMessageContaining("Access Denied");
            }
        }
        assertThat(csv("select * from gold.own")).isEqualTo("1");
    }

    @Test
    @Order(11)
    void aTableThatSomebodyElseWritesToDuringTheRunStopsTheWholePublication() throws IOException {
        Path first = folder.resolve("gold/first.sql");
        Files.createDirectories(first.getParent());
        Files.writeString(first, "select 1 as x from bronze.orders");
        Files.writeString(folder.resolve("gold/second.sql"), "select first.x from gold.first");
        run(folder, Optional.empty());
        long before = table("gold.first").currentSnapshot().snapshotId();
        Files.writeString(first, "select 2 as x from bronze.orders");
        ModelRunner runner = new ModelRunner(lake.catalog, trino, "lake", BronzeShop.PIPELINE);
        assertThatThrownBy(() -> runner.run(runner.plan(ModelFolder.load(folder, "lake")), Optional.empty(), result -> {
                    if (result.model().equals("gold.second")) {
                        trino.execute("insert into gold.second values 9");
                    }
                }))
                .hasMessageContaining("E0501")
                .hasMessageContaining("gold.second");
        assertThat(table("gold.first").currentSnapshot().snapshotId()).isEqualTo(before);
        // The next run sees that gold.second is not what a model has made of these inputs, and makes it again.
        run(folder, Optional.empty());
        assertThat(csv("select distinct x from gold.second")).isEqualTo("2");
    }

    @Test
    @Order(11)
    void valuesOfEveryTypeComeOutAsTrinoHasThem() {
        TimeZone before = TimeZone.getDefault();
        TimeZone.setDefault(TimeZone.getTimeZone("America/New_York"));
        try {
            // 02:30 does not exist on that day in New York.
            assertThat(
                            json(
                                    "select true b, 9223372036854775807 l, real '1.1' r, 1e300 d, decimal '1.10' x, nan() n,"
                                            + " date '2026-03-08' day, timestamp '2026-03-08 02:30:00.123456' t,"
                                            + " timestamp '2026-03-08 02:30:00.5 UTC' tz, time '02:30:00' tm, x'00ff' bin, null nothing;"))
                    .isEqualTo(
                            "{\"b\":true,\"l\":9223372036854775807,\"r\":1.1,\"d\":1.0E300,\"x\":\"1.10\",\"n\":\"NaN\","
                                    + "\"day\":\"2026-03-08\",\"t\":\"2026-03-08 02:30:00.123456\","
                                    + "\"tz\":\"2026-03-08 02:30:00.5 UTC\",\"tm\":\"02:30:00\",\"bin\":\"0x00ff\",\"nothing\":null}");
            assertThat(json("select array[timestamp '2026-03-08 02:30:00'] a, map(array['k'], array[decimal '1.0']) m,"
                            + " cast(row(1, date '2026-03-08') as row(i integer, d date)) r, row(1, null) u,"
                            + " json '{\"a\": 1}' j, uuid '12151fd2-7586-11e9-8f9e-2a86e4085a59' id,"
                            + " interval '1' day iv"))
                    .isEqualTo(
                            "{\"a\":[\"2026-03-08 02:30:00\"],\"m\":{\"k\":\"1.0\"},\"r\":{\"i\":1,\"d\":\"2026-03-08\"},"
                                    + "\"u\":[1,null],\"j\":\"{\\\"a\\\":1}\",\"id\":\"12151fd2-7586-11e9-8f9e-2a86e4085a59\","
                                    + "\"iv\":\"1 00:00:00.000\"}");
        } finally {
            TimeZone.setDefault(before);
        }
    }

    private static String json(String sql) {
        StringWriter out = new StringWriter();
        trino.run(sql, OutputFormat.JSON.writer(out));
        return out.toString().lines().skip(1).findFirst().orElseThrow();
    }

    @Test
    @Order(12)
    void trinosErrorsComeWithTheirPlace() {
        assertThatThrownBy(() -> trino.execute("select *\nfrom nowhere"))
                .hasMessageContaining("E1003")
                .hasMessageContaining("line 2:6: Table 'lake.bronze.nowhere' does not exist")
                .hasMessageNotContaining("Query failed (#");
        // An id that would fit an integer reaches Trino as a bigint: it looks for the snapshot.
        assertThatThrownBy(() -> trino.execute("select * from gold.own " + AsOfRewriter.versionClause(5)))
                .hasMessageContaining("snapshot ID does not exists: 5");
    }
}
