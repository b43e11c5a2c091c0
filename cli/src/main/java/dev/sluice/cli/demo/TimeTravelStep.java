package dev.sluice.cli.demo;

import dev.sluice.lake.Position;
import dev.sluice.lake.Progress;
import dev.sluice.spec.time.Waiting;
import dev.sluice.trino.asof.AsOfPoint;
import dev.sluice.trino.asof.AsOfRewriter;
import dev.sluice.trino.asof.LakeSnapshotLookup;
import dev.sluice.trino.asof.TableScope;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The same query now and as of before a visible change, by time and by LSN. */
final class TimeTravelStep {
    private static final Duration ARRIVES_WITHIN = Duration.ofSeconds(60);
    private static final String QUERY = "SELECT count(*) AS products, sum(price) AS price_total FROM bronze.products";

    private final DemoContext demo;

    TimeTravelStep(DemoContext demo) {
        this.demo = demo;
    }

    void run() throws SQLException, InterruptedException {
        Narrator narrator = demo.narrator();
        narrator.step(
                "Time travel",
                "Every price is doubled at the source; the lake is asked as of now, and as of before, by time and by LSN.");
        Position before;
        Position after;
        Instant timeBefore;
        try (Connection source = demo.shop().connect();
                Statement statement = source.createStatement()) {
            before = currentPosition(statement);
            timeBefore = now(statement);
            // The change must not fall into the same clock tick.
            statement.execute("SELECT pg_sleep(0.01)");
            statement.execute("UPDATE products SET price = price * 2");
            after = currentPosition(statement);
        }
        waitFor(after);
        AsOfRewriter rewriter = new AsOfRewriter(TableScope.ofCatalog(DemoContext.READ_CATALOG, Optional.of("bronze")));
        LakeSnapshotLookup lookup =
                new LakeSnapshotLookup(demo.lake(), demo.spec().pipeline());
        try (Connection connection = demo.trino();
                Statement trino = connection.createStatement()) {
            List<List<String>> table = new ArrayList<>();
            table.add(List.of("as of", "products", "price total"));
            table.add(row("now", trino, QUERY));
            table.add(row(
                    "time " + timeBefore, trino, rewriter.rewrite(QUERY, new AsOfPoint.AtTime(timeBefore), lookup)));
            table.add(row("LSN " + before, trino, rewriter.rewrite(QUERY, new AsOfPoint.AtPosition(before), lookup)));
            narrator.say("%s", QUERY);
            narrator.table(table);
            String now = table.get(1).get(2);
            narrator.check(
                    table.get(2).equals(withLabel(table.get(3), table.get(2).get(0))),
                    "by time and by LSN the answer is the same");
            narrator.check(!now.equals(table.get(3).get(2)), "before the change the prices were others");
        }
    }

    private static List<String> withLabel(List<String> row, String label) {
        return List.of(label, row.get(1), row.get(2));
    }

    private static List<String> row(String label, Statement trino, String sql) throws SQLException {
        List<String> row = new ArrayList<>(List.of(label));
        row.addAll(HotStep.rows(trino, sql).get(1));
        return row;
    }

    private void waitFor(Position position) throws InterruptedException {
        Progress progress = new Progress(demo.lake(), demo.spec().pipeline());
        boolean arrived = Waiting.atMost(ARRIVES_WITHIN)
                .until(() -> progress.acknowledged().filter(position::isAtMost).isPresent());
        if (!arrived) {
            demo.narrator().check(false, "the change arrived in the lake within %d s", ARRIVES_WITHIN.toSeconds());
        }
    }

    private static Position currentPosition(Statement statement) throws SQLException {
        try (ResultSet rows = statement.executeQuery("SELECT pg_current_wal_lsn()")) {
            rows.next();
            return Position.parse(rows.getString(1));
        }
    }

    private static Instant now(Statement statement) throws SQLException {
        try (ResultSet rows =
                statement.executeQuery("SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint")) {
            rows.next();
            long micros = rows.getLong(1);
            return Instant.ofEpochSecond(micros / 1_000_000, micros % 1_000_000 * 1_000);
        }
    }
}
