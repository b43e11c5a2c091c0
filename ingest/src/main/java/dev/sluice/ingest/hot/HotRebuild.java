package dev.sluice.ingest.hot;

import dev.sluice.spec.PipelineSpec.HotSpec;
import dev.sluice.spec.sql.ClickHouseSql;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Asks the running job of a pipeline to fill hot tables anew from the lake. The request stands in ClickHouse until it is
 * done, so it survives a restart of the job; only the job writes hot tables.
 */
public final class HotRebuild {
    /** Somebody waits for it. */
    private static final long RETRY_MILLIS_MAX = 5_000;

    private final HotSpec hot;
    private final ClickHouseClient client;

    public HotRebuild(HotSpec hot) {
        this.hot = hot;
        this.client = new ClickHouseClient(hot, RETRY_MILLIS_MAX);
    }

    /**
     * What a hot table says of itself.
     *
     * @param state live, stale, refilling or stopped
     * @param isRequested whether a rebuild was asked for that has not been done
     */
    public record Standing(String table, String state, String reason, boolean isRequested) {}

    /** Asks for the tables. Throws E0901 when ClickHouse stays out of reach, E0902 when it refuses. */
    public void request(List<String> tables) {
        String values = tables.stream()
                .map(table -> "(" + ClickHouseSql.literal(table) + ", now64(6))")
                .collect(Collectors.joining(", "));
        client.run("ask for a rebuild", "INSERT INTO " + qualified(HotProgress.REQUESTS) + " VALUES " + values);
    }

    /** How the tables stand for which a rebuild was ever asked; a table that says nothing has an empty state. */
    public List<Standing> standings() {
        String rows = client.text(
                "read the progress",
                "SELECT r.table, p.reason, p.state, r.requested_at > p.rebuilt_at FROM "
                        + qualified(HotProgress.REQUESTS) + " AS r FINAL LEFT JOIN " + qualified(HotProgress.TABLE)
                        + " AS p FINAL ON r.table = p.table ORDER BY r.table FORMAT TSVRaw");
        List<Standing> standings = new ArrayList<>();
        for (String row : rows.lines().toList()) {
            String[] values = row.split("\t", 4);
            standings.add(new Standing(values[0], values[2], values[1], values[3].equals("1")));
        }
        return standings;
    }

    private String qualified(String table) {
        return ClickHouseSql.qualified(hot.database(), table);
    }
}
