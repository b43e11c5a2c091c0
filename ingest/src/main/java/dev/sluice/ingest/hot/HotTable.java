package dev.sluice.ingest.hot;

import dev.sluice.ingest.table.SourceTable;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import dev.sluice.spec.sql.ClickHouseSql;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The hot table of a source table: its columns, its definition, and the order in which rows are inserted: the key, the
 * version columns, everything else. Key first, so that a row's key is the beginning of its bytes.
 */
final class HotTable {
    static final String VERSION = "_version";
    static final String LSN = "_lsn";
    static final String DELETED = "_deleted";
    static final String COMMIT_TIME = "_commit_time";
    static final String REFILL = "__refill";
    /** Columns that no table of somebody else has all of. */
    static final List<String> MARKS = List.of(LSN, DELETED, COMMIT_TIME);
    /** UInt128, UInt8, DateTime64. */
    static final int VERSION_BYTES = 25;
    /** Where the LSN stands in the version: it is the higher half of a little-endian number. */
    static final int LSN_IN_VERSION = 8;

    private static final String LSN_OF_VERSION = " DEFAULT toUInt64(bitShiftRight(" + VERSION + ", 64))";

    private final SourceTable source;
    private final String database;
    private final List<HotColumn> keys = new ArrayList<>();
    private final List<HotColumn> others = new ArrayList<>();

    HotTable(SourceTable source, String database) {
        this.source = source;
        this.database = database;
        for (int key : source.keyColumns()) {
            keys.add(new HotColumn(source.columns().get(key), key, true));
        }
        for (int i = 0; i < source.columns().size(); i++) {
            if (!source.keyColumns().contains(i)) {
                others.add(new HotColumn(source.columns().get(i), i, false));
            }
        }
        refuseTakenNames();
    }

    private void refuseTakenNames() {
        int count = 4;
        for (HotColumn column : columns()) {
            count += column.definitions().size();
        }
        if (definitions().size() != count) {
            throw new SluiceException(
                    ErrorCode.E0902,
                    "the table " + name() + " has a column by a name that the hot table needs for itself ("
                            + String.join(", ", VERSION, LSN, DELETED, COMMIT_TIME, "<array>__null") + ")",
                    "Exclude that column, or leave the table out of hot.tables.");
        }
    }

    SourceTable source() {
        return source;
    }

    String name() {
        return source.name();
    }

    List<HotColumn> keys() {
        return keys;
    }

    List<HotColumn> others() {
        return others;
    }

    private List<HotColumn> columns() {
        List<HotColumn> all = new ArrayList<>(keys);
        all.addAll(others);
        return all;
    }

    String qualifiedName() {
        return ClickHouseSql.qualified(database, name());
    }

    /** Every column of the table with its type, as {@code system.columns} spells it. */
    Map<String, String> definitions() {
        Map<String, String> all = new LinkedHashMap<>();
        columns().stream()
                .sorted(java.util.Comparator.comparingInt(HotColumn::index))
                .forEach(column -> all.putAll(column.definitions()));
        all.put(VERSION, "UInt128");
        all.put(LSN, "UInt64");
        all.put(DELETED, "UInt8");
        all.put(COMMIT_TIME, "DateTime64(6, 'UTC')");
        return all;
    }

    String ttl(Duration retention) {
        return "toDateTime(" + COMMIT_TIME + ") + toIntervalSecond(" + retention.toSeconds() + ")";
    }

    /**
     * The version of a row is a {@link HotVersion}; its LSN is a column as well, for readers. Partitions by day of commit let rows leave as whole parts,
     * oldest first, so that no old version outlives the one that replaced it; FINAL merges across them.
     */
    String createStatement(Duration retention) {
        return createStatement(retention, qualifiedName());
    }

    String createStatement(Duration retention, String qualifiedName) {
        String columns = definitions().entrySet().stream()
                .map(column -> ClickHouseSql.identifier(column.getKey()) + " " + column.getValue()
                        + (column.getKey().equals(LSN) ? LSN_OF_VERSION : ""))
                .collect(Collectors.joining(",\n  "));
        // Many small inserts, two a second: a part of a few megabytes is merged with every bunch of them and so written
        // anew. With bunches of 30 that is every 15 seconds; a reader then finds up to 40 parts.
        return "CREATE TABLE IF NOT EXISTS " + qualifiedName + " (\n  " + columns + "\n)\n"
                + "ENGINE = ReplacingMergeTree(" + VERSION + ", " + DELETED + ")\n"
                + "PARTITION BY toYYYYMMDD(" + COMMIT_TIME + ")\n"
                + "ORDER BY (" + names(keys) + ")\n"
                + "TTL " + ttl(retention) + "\n"
                + "SETTINGS ttl_only_drop_parts = 1, min_parts_to_merge_at_once = 30";
    }

    String insertStatement() {
        return insertStatement(qualifiedName());
    }

    String insertStatement(String qualifiedName) {
        String rest = names(others);
        return "INSERT INTO " + qualifiedName + " (" + names(keys) + ", "
                + String.join(", ", VERSION, DELETED, COMMIT_TIME) + (rest.isEmpty() ? "" : ", " + rest)
                + ") FORMAT RowBinary";
    }

    /**
     * Drops older rows: those that a TRUNCATE removed, or that an unfinished load left behind. Never a TRUNCATE of
     * ClickHouse, which would remove newer rows too if it was executed late.
     */
    String deleteBelow(HotVersion version) {
        return "ALTER TABLE " + qualifiedName() + " DELETE WHERE " + VERSION + " < " + version.literal()
                + " SETTINGS mutations_sync = 1";
    }

    /** 1 or 0. */
    String existsBelow(HotVersion version) {
        return "SELECT count() FROM (SELECT 1 FROM " + qualifiedName() + " WHERE " + VERSION + " < " + version.literal()
                + " LIMIT 1)";
    }

    /** How many rows of a load are there; no change of the table is newer yet. */
    String countOfLoad(long lsn) {
        return "SELECT count() FROM " + qualifiedName() + " FINAL WHERE " + VERSION + " = "
                + HotVersion.whole(lsn).literal();
    }

    /** Where the table is filled from the lake before it takes the place of the one that is there. */
    String refillName() {
        return ClickHouseSql.qualified(database, name() + REFILL);
    }

    String database() {
        return database;
    }

    static String names(List<HotColumn> columns) {
        return columns.stream()
                .flatMap(column -> column.definitions().keySet().stream())
                .map(ClickHouseSql::identifier)
                .collect(Collectors.joining(", "));
    }
}
