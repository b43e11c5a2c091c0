package dev.sluice.demo.shop;

import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;

/** Rows inserted, updated and deleted per table, as far as they were committed. Thread-safe. */
public final class ShopTally {
    private final Map<ShopTable, Counts> counts = new EnumMap<>(ShopTable.class);

    /** Rows of one table that committed transactions touched; a row deleted by a cascade counts as deleted. */
    public record Counts(long inserted, long updated, long deleted) {
        static final Counts NONE = new Counts(0, 0, 0);

        Counts plus(Counts other) {
            return new Counts(inserted + other.inserted, updated + other.updated, deleted + other.deleted);
        }

        /** By how much the table grew. */
        public long growth() {
            return inserted - deleted;
        }
    }

    synchronized void add(ShopTable table, Counts more) {
        counts.merge(table, more, Counts::plus);
    }

    synchronized void add(ShopTally other) {
        other.byTable().forEach(this::add);
    }

    /** What happened to one table. */
    public synchronized Counts of(ShopTable table) {
        return counts.getOrDefault(table, Counts.NONE);
    }

    /** All tables, untouched ones included. */
    public synchronized Map<ShopTable, Counts> byTable() {
        Map<ShopTable, Counts> all = new EnumMap<>(ShopTable.class);
        for (ShopTable table : ShopTable.values()) {
            all.put(table, of(table));
        }
        return all;
    }

    /** Inserted rows per table name, as a demo asserts them after seeding. */
    public Map<String, Long> insertedByTableName() {
        Map<String, Long> inserted = new TreeMap<>();
        byTable().forEach((table, count) -> inserted.put(table.tableName(), count.inserted()));
        return inserted;
    }

    /** Sum over all tables. */
    public Counts total() {
        return byTable().values().stream().reduce(Counts.NONE, Counts::plus);
    }

    /** A table for people: one line per source table and a total. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        text.append(String.format("%-16s %12s %12s %12s%n", "table", "inserted", "updated", "deleted"));
        byTable().forEach((table, c) -> text.append(line(table.tableName(), c)));
        return text.append(line("total", total())).toString();
    }

    private static String line(String name, Counts c) {
        return String.format("%-16s %12d %12d %12d%n", name, c.inserted(), c.updated(), c.deleted());
    }
}
