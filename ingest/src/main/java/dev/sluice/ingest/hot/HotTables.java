package dev.sluice.ingest.hot;

import dev.sluice.spec.PipelineSpec.HotSpec;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import dev.sluice.spec.sql.ClickHouseSql;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Creates the hot tables, or makes sure that those that are there fit. Harmless to repeat. */
final class HotTables {
    private static final int SWAP_ATTEMPTS = 3;

    private final HotSpec hot;
    private final ClickHouseClient client;

    HotTables(HotSpec hot, ClickHouseClient client) {
        this.hot = hot;
        this.client = client;
    }

    void createDatabase() {
        client.run(
                "create the hot database", "CREATE DATABASE IF NOT EXISTS " + ClickHouseSql.identifier(hot.database()));
    }

    /**
     * Makes the table, if it is not there. Throws E0902 when one is there with other columns, another key or another
     * engine.
     *
     * @return false when the table is there as earlier versions of Sluice made it, without the version of a row: its rows
     *     can be read, but not written
     */
    boolean create(HotTable table) {
        client.run("create the hot table " + table.name(), table.createStatement(hot.retention()));
        List<String> differences = differences(table);
        if (differences.equals(List.of("column " + HotTable.VERSION + " is missing"))) {
            return false;
        }
        if (!differences.isEmpty()) {
            throw new SluiceException(
                    ErrorCode.E0902,
                    "the table " + hot.database() + "." + table.name() + " is not the hot table of this source: "
                            + String.join("; ", differences),
                    "run `sluice hot rebuild " + table.name()
                            + "`, which puts one that fits in its place (or DROP TABLE " + table.qualifiedName()
                            + "); nothing but the hot store is lost");
        }
        setRetention(table);
        return true;
    }

    /** Makes an empty table in which the rows of the lake are gathered; what an earlier attempt left is gone. */
    void createForRefill(HotTable table, String id) {
        String purpose = "make room for the rows of " + table.name() + " from the lake";
        client.run(purpose, "DROP TABLE IF EXISTS " + table.refillName() + " SYNC");
        client.run(
                purpose,
                table.createStatement(hot.retention(), table.refillName()) + " COMMENT " + ClickHouseSql.literal(id));
    }

    /**
     * Puts the filled table in the place of the one that readers see, in one step. An exchange must not be repeated
     * blindly: by its {@code id} it is seen whether it was done.
     */
    void swap(HotTable table, String id) {
        String purpose = "put the refilled table " + table.name() + " in place";
        // Only to have something to exchange, should somebody have dropped it.
        client.run(purpose, table.createStatement(hot.retention()));
        client.awaitLateStatements(table.qualifiedName());
        SluiceException failure = null;
        for (int attempt = 0;
                attempt < SWAP_ATTEMPTS && !describe(table, "comment").equals(id);
                attempt++) {
            try {
                client.runOnce(purpose, "EXCHANGE TABLES " + table.qualifiedName() + " AND " + table.refillName());
            } catch (SluiceException e) {
                failure = e;
                client.awaitLateStatements(table.qualifiedName());
            }
        }
        if (!describe(table, "comment").equals(id)) {
            throw failure == null ? new SluiceException(ErrorCode.E0901, purpose + ": not done", "") : failure;
        }
        client.run(purpose, "DROP TABLE IF EXISTS " + table.refillName() + " SYNC");
    }

    private List<String> differences(HotTable table) {
        Map<String, String> expected = table.definitions();
        Map<String, String> found = columns(table);
        List<String> differences = new ArrayList<>();
        expected.forEach((name, type) -> {
            String other = found.get(name);
            if (other == null) {
                differences.add("column " + name + " is missing");
            } else if (!other.equals(type)) {
                differences.add("column " + name + " is " + other + " instead of " + type);
            }
        });
        found.keySet().stream()
                .filter(name -> !expected.containsKey(name))
                .forEach(name -> differences.add("column " + name + " is unknown"));
        String engine = describe(table, "engine");
        if (!engine.endsWith("ReplacingMergeTree")) {
            differences.add("its engine is " + engine);
        }
        String key = client.text(
                "read the key of " + table.name(),
                "SELECT arrayStringConcat(groupArray(name), '\\n') FROM (SELECT name FROM system.columns WHERE "
                        + condition(table, "table") + " AND is_in_sorting_key ORDER BY name) FORMAT TSVRaw");
        String expectedKey = String.join(
                "\n", table.keys().stream().map(HotColumn::name).sorted().toList());
        if (!key.equals(expectedKey)) {
            differences.add("its sorting key is " + key.replace("\n", ", "));
        }
        return differences;
    }

    private Map<String, String> columns(HotTable table) {
        String rows = client.text(
                "read the columns of " + table.name(),
                "SELECT name, type FROM system.columns WHERE " + condition(table, "table")
                        + " ORDER BY position FORMAT TSVRaw");
        Map<String, String> columns = new LinkedHashMap<>();
        for (String row : rows.split("\n")) {
            int tab = row.lastIndexOf('\t');
            columns.put(row.substring(0, tab), row.substring(tab + 1));
        }
        return columns;
    }

    private void setRetention(HotTable table) {
        String ttl = table.ttl(hot.retention());
        if (!describe(table, "create_table_query").contains(ttl)) {
            client.run(
                    "set the retention of " + table.name(),
                    "ALTER TABLE " + table.qualifiedName() + " MODIFY TTL " + ttl
                            + " SETTINGS materialize_ttl_after_modify = 0");
        }
    }

    private String describe(HotTable table, String what) {
        return client.text(
                "look at the table " + table.name(),
                "SELECT " + what + " FROM system.tables WHERE " + condition(table, "name") + " FORMAT TSVRaw");
    }

    private String condition(HotTable table, String nameColumn) {
        return "database = " + ClickHouseSql.literal(hot.database()) + " AND " + nameColumn + " = "
                + ClickHouseSql.literal(table.name());
    }
}
