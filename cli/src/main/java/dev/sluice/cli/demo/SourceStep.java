package dev.sluice.cli.demo;

import dev.sluice.demo.shop.ShopDatabase;
import dev.sluice.demo.shop.ShopGenerator;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A real PostgreSQL with the shop's tables, filled by the seeded generator. */
final class SourceStep {
    private final Narrator narrator;
    private final DemoOptions options;
    private final ShopDatabase shop;
    private final List<String> tables;

    /** Needs PostgreSQL and nothing else: the other servers start meanwhile. */
    SourceStep(Narrator narrator, DemoOptions options, ShopDatabase shop, List<String> tables) {
        this.narrator = narrator;
        this.options = options;
        this.shop = shop;
        this.tables = List.copyOf(tables);
    }

    void run() throws SQLException {
        narrator.step(
                "The source: PostgreSQL with a shop of eight tables",
                "Filled by a seeded generator; the same seed makes the same rows. Traffic follows once the load is done.");
        shop.create();
        if (rows("users") > 0) {
            narrator.say("the shop is filled already (from an earlier demo; --fresh starts over)");
        } else {
            long start = System.nanoTime();
            Map<String, Long> made =
                    new ShopGenerator(shop).seed(options.seed(), options.rows()).insertedByTableName();
            long total = made.values().stream().mapToLong(Long::longValue).sum();
            narrator.say("%,d rows made in %.1f s (seed %d)", total, (System.nanoTime() - start) / 1e9, options.seed());
            boolean exact = true;
            for (Map.Entry<String, Long> table : made.entrySet()) {
                exact &= rows(table.getKey()) == table.getValue();
            }
            narrator.check(
                    exact && total == options.rows(), "each table has exactly the rows that the generator states");
        }
        List<List<String>> table = new ArrayList<>(List.of(List.of("table", "rows")));
        for (String name : tables) {
            table.add(List.of("public." + name, String.format("%,d", rows(name))));
        }
        narrator.table(table);
    }

    private long rows(String table) throws SQLException {
        try (Connection connection = shop.connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT count(*) FROM public." + table)) {
            rows.next();
            return rows.getLong(1);
        }
    }
}
