package dev.sluice.ingest.hot;

import dev.sluice.spec.PipelineSpec.HotSpec;
import dev.sluice.spec.sql.ClickHouseSql;
import java.util.List;
import java.util.stream.Collectors;

/** Drops the hot tables of a pipeline. Tables of the same name that the sink did not make stay. Harmless to repeat. */
public final class HotRemoval {
    /** Somebody waits for it. */
    private static final long RETRY_MILLIS_MAX = 5_000;

    private final HotSpec hot;
    private final ClickHouseClient client;

    public HotRemoval(HotSpec hot) {
        this(hot, new ClickHouseClient(hot, RETRY_MILLIS_MAX));
    }

    HotRemoval(HotSpec hot, ClickHouseClient client) {
        this.hot = hot;
        this.client = client;
    }

    /**
     * Returns the names of the tables that were there. Throws E0901 when ClickHouse stays out of reach, E0902 when it
     * refuses.
     */
    public List<String> run() {
        if (exists(HotProgress.TABLE)) {
            removeRows(HotProgress.TABLE);
        }
        if (exists(HotProgress.REQUESTS)) {
            removeRows(HotProgress.REQUESTS);
        }
        List<String> tables = hotTables();
        for (String table : tables) {
            client.run("drop the hot table " + table, "DROP TABLE IF EXISTS " + qualified(table) + " SYNC");
            client.run(
                    "drop what is left of a refill",
                    "DROP TABLE IF EXISTS " + qualified(table + HotTable.REFILL) + " SYNC");
        }
        return tables;
    }

    private List<String> hotTables() {
        String own = HotTable.MARKS.stream().map(ClickHouseSql::literal).collect(Collectors.joining(", "));
        return client.text(
                        "list the hot tables",
                        "SELECT table FROM system.columns WHERE database = " + ClickHouseSql.literal(hot.database())
                                + " AND table IN (" + names() + ") AND name IN (" + own
                                + ") GROUP BY table HAVING count() = " + HotTable.MARKS.size() + " FORMAT TSVRaw")
                .lines()
                .toList();
    }

    /** Another pipeline may tell its progress, or ask, in the same table. */
    private void removeRows(String table) {
        String progress = qualified(table);
        String mine = " WHERE table IN (" + names() + ")";
        String others = client.text(
                "read the progress",
                "SELECT count() FROM " + progress + " WHERE table NOT IN (" + names() + ") FORMAT TSVRaw");
        if (others.equals("0")) {
            client.run("drop the table " + table, "DROP TABLE IF EXISTS " + progress + " SYNC");
        } else {
            client.run("forget the progress", "DELETE FROM " + progress + mine);
        }
    }

    private boolean exists(String table) {
        return client.text(
                        "look for the table " + table,
                        "SELECT count() FROM system.tables WHERE database = " + ClickHouseSql.literal(hot.database())
                                + " AND name = " + ClickHouseSql.literal(table) + " FORMAT TSVRaw")
                .equals("1");
    }

    private String names() {
        return hot.tables().stream().map(ClickHouseSql::literal).collect(Collectors.joining(", "));
    }

    private String qualified(String table) {
        return ClickHouseSql.qualified(hot.database(), table);
    }
}
