package dev.sluice.cli.demo;

import dev.sluice.spec.Lsn;
import dev.sluice.spec.time.Waiting;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Hot aggregates over clickhouse-jdbc, changing while one looks, and how far behind the source they are. */
final class HotStep {
    private static final Duration CHANGE_WITHIN = Duration.ofSeconds(30);
    private static final Duration PROBE = Duration.ofMillis(20);
    private static final int FRESHNESS_PROBES = 5;

    private final DemoContext demo;

    HotStep(DemoContext demo) {
        this.demo = demo;
    }

    void run() throws SQLException, InterruptedException {
        Narrator narrator = demo.narrator();
        narrator.step(
                "Hot aggregates in ClickHouse",
                "The same job writes current rows to ClickHouse, versioned by LSN; views are SQL files in demo/shop/hot/.");
        try (Connection clickHouse = demo.clickHouse();
                Statement statement = clickHouse.createStatement()) {
            for (String view : List.of(
                    "gold_hot_payment_failure_rate", "gold_hot_top_selling_product", "gold_hot_order_revenue")) {
                narrator.say("hot.%s", view);
                narrator.table(rows(statement, "SELECT * FROM " + view + " LIMIT 5"));
            }
            String before = newestOrder(statement);
            String after = Waiting.atMost(CHANGE_WITHIN)
                    .answer(() -> Optional.of(newestOrder(statement)).filter(now -> !now.equals(before)))
                    .orElse(before);
            narrator.say("newest order and number of orders: %s, and a moment later %s", before, after);
            narrator.check(!after.equals(before), "the hot tables change while one looks");
            freshness(statement);
        }
    }

    /** Commits a marker at the source and polls the hot table until it shows. */
    private void freshness(Statement clickHouse) throws SQLException, InterruptedException {
        List<Long> millis = new ArrayList<>();
        try (Connection source = demo.shop().connect();
                Statement statement = source.createStatement()) {
            for (int i = 0; i < FRESHNESS_PROBES; i++) {
                String name = "Freshness probe " + i;
                long start = System.nanoTime();
                statement.execute("UPDATE products SET name = '" + name
                        + "' WHERE product_id = (SELECT min(product_id) FROM products)");
                String count = "SELECT count() FROM products FINAL WHERE name = '" + name + "'";
                boolean seen = Waiting.atMost(CHANGE_WITHIN).every(PROBE).until(() -> number(clickHouse, count) > 0);
                if (seen) {
                    millis.add((System.nanoTime() - start) / 1_000_000);
                }
            }
        }
        millis.sort(null);
        demo.narrator().check(millis.size() == FRESHNESS_PROBES, "every probe arrived in ClickHouse");
        if (!millis.isEmpty()) {
            demo.narrator()
                    .measured(
                            "source commit to visible in ClickHouse",
                            "median %d ms, slowest %d ms of %d probes",
                            millis.get(millis.size() / 2),
                            millis.getLast(),
                            millis.size());
        }
    }

    /** The hot store keeps an LSN as a number; everybody else writes it as PostgreSQL does. */
    private static String lsn(String number) {
        return new Lsn(Long.parseUnsignedLong(number)).toString();
    }

    private static String newestOrder(Statement statement) throws SQLException {
        List<List<String>> rows = rows(statement, "SELECT max(order_id), count() FROM orders FINAL");
        return String.join(" / ", rows.get(1));
    }

    static long number(Statement statement, String sql) throws SQLException {
        try (ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getLong(1);
        }
    }

    static List<List<String>> rows(Statement statement, String sql) throws SQLException {
        List<List<String>> table = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery(sql)) {
            int columns = rows.getMetaData().getColumnCount();
            List<String> header = new ArrayList<>();
            for (int i = 1; i <= columns; i++) {
                header.add(rows.getMetaData().getColumnLabel(i).toLowerCase(Locale.ROOT));
            }
            table.add(header);
            while (rows.next()) {
                List<String> row = new ArrayList<>();
                for (int i = 1; i <= columns; i++) {
                    String value = rows.getString(i);
                    row.add(value == null ? "" : header.get(i - 1).equals("lsn") ? lsn(value) : value);
                }
                table.add(row);
            }
        }
        return table;
    }
}
