package dev.sluice.ingest.hot;

import dev.sluice.spec.PipelineSpec.HotSpec;
import java.util.Arrays;
import java.util.List;

/**
 * Tells readers which source state the hot tables reflect: a row per table in {@code _sluice_progress}, written after
 * the rows that it speaks of. A reader so finds at least what it says, never less. Not thread-safe.
 */
final class HotProgress {
    static final String TABLE = "_sluice_progress";

    private final ClickHouseClient client;
    private final String qualifiedName;
    private final List<String> tables;
    private final long[] lsns;
    private final long[] micros;
    private boolean hasAdvanced;

    HotProgress(ClickHouseClient client, HotSpec hot, List<String> tables) {
        this.client = client;
        this.qualifiedName = ClickHouseSql.qualified(hot.database(), TABLE);
        this.tables = List.copyOf(tables);
        this.lsns = new long[tables.size()];
        this.micros = new long[tables.size()];
    }

    void create() {
        client.run("create the table of progress", """
                CREATE TABLE IF NOT EXISTS %s (
                  table String,
                  lsn UInt64,
                  commit_time DateTime64(6, 'UTC'),
                  written_at DateTime64(6, 'UTC')
                ) ENGINE = ReplacingMergeTree(lsn) ORDER BY table""".formatted(qualifiedName));
    }

    /** Everything up to {@code lsn} of table number {@code table} has been written. */
    void advance(int table, long lsn, long commitMicros) {
        if (Long.compareUnsigned(lsn, lsns[table]) > 0) {
            lsns[table] = lsn;
            micros[table] = commitMicros == 0 ? micros[table] : commitMicros;
            hasAdvanced = true;
        }
    }

    boolean hasAdvanced() {
        return hasAdvanced;
    }

    /** Call it only after the rows themselves have been stored. */
    void write(long nowMicros) {
        RowBinary rows = new RowBinary();
        for (int i = 0; i < lsns.length; i++) {
            if (lsns[i] != 0) {
                byte[] name = tables.get(i).getBytes(java.nio.charset.StandardCharsets.UTF_8);
                rows.string(name, 0, name.length);
                rows.int64(lsns[i]);
                rows.int64(micros[i] == 0 ? nowMicros : micros[i]);
                rows.int64(nowMicros);
            }
        }
        String insert = "INSERT INTO " + qualifiedName + " FORMAT RowBinary";
        client.finish(client.startInsert(
                "write the progress", insert, Arrays.copyOf(rows.bytes(), rows.length()), rows.length()));
        hasAdvanced = false;
    }
}
