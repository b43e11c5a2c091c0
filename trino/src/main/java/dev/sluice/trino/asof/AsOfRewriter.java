package dev.sluice.trino.asof;

import dev.sluice.lake.Position;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.NearestName;
import dev.sluice.spec.errors.SluiceException;
import dev.sluice.trino.asof.SnapshotLookup.AtSnapshot;
import dev.sluice.trino.asof.SnapshotLookup.Found;
import dev.sluice.trino.asof.SnapshotLookup.LakeTable;
import dev.sluice.trino.asof.SnapshotLookup.NoTable;
import dev.sluice.trino.asof.SnapshotLookup.NotAt;
import dev.sluice.trino.sql.ParsedSql;
import dev.sluice.trino.sql.SqlSplice;
import dev.sluice.trino.sql.TableReference;
import io.trino.sql.tree.CreateTableAsSelect;
import io.trino.sql.tree.Delete;
import io.trino.sql.tree.Explain;
import io.trino.sql.tree.ExplainAnalyze;
import io.trino.sql.tree.Insert;
import io.trino.sql.tree.Merge;
import io.trino.sql.tree.Query;
import io.trino.sql.tree.Statement;
import io.trino.sql.tree.Update;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Makes a statement read every table of the lake as of one position. Each reference gets {@code FOR VERSION AS OF} with
 * the id of the snapshot that belongs to the position; the rest of the text stays as the user wrote it.
 *
 * <p>Left alone: references that carry their own {@code FOR ... AS OF} (what is said for one table beats what is said
 * for all), metadata tables such as {@code "orders$snapshots"}, tables of other catalogs, and targets of writes.
 */
public final class AsOfRewriter {
    private final TableScope scope;

    public AsOfRewriter(TableScope scope) {
        this.scope = scope;
    }

    /**
     * The statement with its tables pinned to {@code position}.
     *
     * @throws SluiceException E1003 when the text is not SQL or not a statement that reads tables; E1004 when a table has
     *     no snapshot at or before the position or the lake has not got that far; E0703 when a name is not a table
     */
    public String rewrite(String sql, AsOfPoint point, SnapshotLookup lookup) {
        ParsedSql parsed = ParsedSql.parse(sql);
        refuseOtherStatements(parsed.statement());
        Map<TableReference, LakeTable> tables = new LinkedHashMap<>();
        for (TableReference reference : parsed.tablesRead()) {
            Optional<LakeTable> table = reference.hasPeriod() ? Optional.empty() : scope.lakeTable(reference);
            table.ifPresent(found -> tables.put(reference, found));
        }
        Map<LakeTable, AtSnapshot> snapshots = snapshots(tables.values(), point, lookup);
        SqlSplice splice = new SqlSplice(parsed.text());
        tables.forEach((reference, table) -> splice.read(
                reference,
                parsed.text().substring(reference.nameStart(), reference.nameEnd()),
                versionClause(Objects.requireNonNull(snapshots.get(table)).snapshotId()),
                false));
        return splice.apply();
    }

    /** The clause for a snapshot. Trino refuses an id that fits an integer literal, hence the type in front. */
    public static String versionClause(long snapshotId) {
        return "FOR VERSION AS OF BIGINT '" + snapshotId + "'";
    }

    /**
     * The snapshot of each table at one position.
     *
     * <p>A time is turned into one LSN first, the greatest that any of the tables had reached by then, so that all tables
     * are read at the same point even where the source's commit times do not grow with its LSNs.
     */
    public static Map<LakeTable, AtSnapshot> snapshots(
            Collection<LakeTable> tables, AsOfPoint point, SnapshotLookup lookup) {
        Map<LakeTable, AtSnapshot> found = new LinkedHashMap<>();
        switch (point) {
            case AsOfPoint.AtPosition(Position position) -> {
                refuseTheFuture(position, lookup);
                tables.forEach(
                        table -> found.put(table, snapshot(table, lookup.atPosition(table, position), point, lookup)));
            }
            case AsOfPoint.AtTime(Instant time) -> {
                refuseTheFuture(time);
                Position position = Position.ZERO;
                for (LakeTable table : tables) {
                    Found atTime = lookup.atTime(table, time);
                    found.put(table, snapshot(table, atTime, point, lookup));
                    position =
                            Position.max(position, found.get(table).position().orElse(Position.ZERO));
                }
                for (LakeTable table : tables) {
                    found.put(table, snapshot(table, lookup.atPosition(table, position), point, lookup));
                }
            }
            case AsOfPoint.AtTag(String name) ->
                tables.forEach(table -> found.put(table, snapshot(table, lookup.atTag(table, name), point, lookup)));
        }
        return found;
    }

    private static void refuseTheFuture(Position position, SnapshotLookup lookup) {
        Optional<Position> progress = lookup.progress();
        if (progress.isPresent() && !position.isAtMost(progress.get())) {
            throw new SluiceException(
                    ErrorCode.E1004,
                    "the lake is at LSN " + progress.get() + ", it has not reached " + position + " yet",
                    "wait until the pipeline has committed it, or ask for " + progress.get()
                            + " or an earlier position");
        }
    }

    private static void refuseTheFuture(Instant time) {
        // The source's clock may be ahead of this machine's.
        if (time.isAfter(Instant.now().plusSeconds(60))) {
            throw new SluiceException(ErrorCode.E1004, time + " has not come yet", "ask for a time in the past");
        }
    }

    private static AtSnapshot snapshot(LakeTable table, Found found, AsOfPoint point, SnapshotLookup lookup) {
        return switch (found) {
            case AtSnapshot snapshot -> snapshot;
            case NotAt(Optional<String> oldest)
            when point instanceof AsOfPoint.AtTag ->
                throw new SluiceException(
                        ErrorCode.E1004,
                        table + " has no snapshot with the " + point,
                        "select name, snapshot_id from " + table.schema() + ".\"" + table.table()
                                + "$refs\" lists its tags");
            case NotAt(Optional<String> oldest) ->
                throw new SluiceException(
                        ErrorCode.E1004,
                        table + " has no snapshot at or before " + point
                                + oldest.map(text -> "; its oldest is at " + text)
                                        .orElse("; it has no stamped snapshot at all"),
                        oldest.isPresent() ? "ask for that position or a later one" : "");
            case NoTable() ->
                throw new SluiceException(
                        ErrorCode.E0703,
                        table + " is not a table of the lake; only tables have snapshots, a view has none",
                        NearestName.of(table.table(), lookup.tables(table.schema()))
                                .map(near -> "did you mean " + table.schema() + "." + near + "?")
                                .orElse(""));
        };
    }

    private static void refuseOtherStatements(Statement statement) {
        switch (statement) {
            case Query _, Insert _, CreateTableAsSelect _, Delete _, Update _, Merge _ -> {}
            case Explain explain -> refuseOtherStatements(explain.getStatement());
            case ExplainAnalyze explain -> refuseOtherStatements(explain.getStatement());
            default ->
                throw new SluiceException(
                        ErrorCode.E1003,
                        "a position was given, but " + statement.getClass().getSimpleName()
                                + " is not a statement that reads tables as of a position",
                        "give SELECT, INSERT ... SELECT, CREATE TABLE AS SELECT, or EXPLAIN of one of them");
        }
    }
}
