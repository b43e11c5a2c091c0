package dev.sluice.ingest.source.postgres.watch;

import dev.sluice.ingest.source.postgres.watch.TableShape.Column;
import dev.sluice.ingest.source.postgres.watch.TableShape.Label;
import dev.sluice.ingest.table.SourceTable;
import dev.sluice.ingest.table.TableStop;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.Remedy;
import java.util.Map;
import java.util.Optional;

/**
 * The first thing in which a table is not what it was, of those that leave its rows in the lake wrong. See
 * {@code docs/decisions/0017}: VACUUM FULL, CLUSTER and TRUNCATE change the file and no column; what touches a column
 * only does not change the file; ALTER COLUMN ... TYPE ... USING does both, even to the same type.
 */
final class ShapeDifference {
    private final int index;
    private final SourceTable table;
    private final TableShape was;
    private final TableShape is;

    private ShapeDifference(int index, SourceTable table, TableShape was, TableShape is) {
        this.index = index;
        this.table = table;
        this.was = was;
        this.is = is;
    }

    /**
     * @param index of the table in the pipeline
     * @param now empty when no table has the name any more
     */
    static Optional<TableStop> of(int index, SourceTable table, TableShape was, Optional<TableShape> now) {
        if (now.isEmpty()) {
            return Optional.of(new TableStop(
                    index,
                    ErrorCode.E0222,
                    "no table is named " + table.qualifiedName() + " any more; it had the oid " + was.oid()
                            + ": it was dropped or renamed",
                    "take it out of source.tables, or give it its name back and " + Remedy.resync(table.name())));
        }
        return new ShapeDifference(index, table, was, now.get()).find();
    }

    private Optional<TableStop> find() {
        return another()
                .or(this::hierarchy)
                .or(this::columns)
                .or(this::identity)
                .or(this::rewrite)
                .or(this::labels)
                .or(this::publication);
    }

    private Optional<TableStop> another() {
        if (was.oid() != is.oid()) {
            return stop(
                    ErrorCode.E0222,
                    "is another table: its oid was " + was.oid() + " and is " + is.oid()
                            + " (it was dropped and made anew, or another was renamed to it)");
        }
        if (!was.kind().equals(is.kind())) {
            return stop(ErrorCode.E0222, "is of another kind: " + was.kind() + " before, " + is.kind() + " now");
        }
        return Optional.empty();
    }

    /** Only what is new: a table that leaves a hierarchy keeps its rows, and whoever knew it there knows it still. */
    private Optional<TableStop> hierarchy() {
        if (was.parents() != null && !was.parents().containsAll(is.parents())) {
            return stop(
                    ErrorCode.E0226,
                    "has become a partition or a child of another table, so that rows come and go through that one");
        }
        if (was.children() != null && !was.children().containsAll(is.children())) {
            return stop(
                    ErrorCode.E0226,
                    "has got a child, whose rows are read with it at the source; only its own rows are followed");
        }
        return Optional.empty();
    }

    private Optional<TableStop> columns() {
        Map<Integer, Column> now = is.columnsByNumber();
        for (Column before : was.columns()) {
            Column there = now.remove(before.number());
            if (there == null) {
                boolean again = is.columns().stream().anyMatch(c -> c.name().equals(before.name()));
                return stop(
                        ErrorCode.E0404,
                        "column " + before.name() + " was dropped"
                                + (again ? " and added again, with other values" : ""));
            }
            if (!there.name().equals(before.name())) {
                return stop(ErrorCode.E0404, "column " + before.name() + " was renamed to " + there.name());
            }
            if (there.type() != before.type() || there.modifier() != before.modifier()) {
                return stop(
                        ErrorCode.E0404,
                        "the type of column " + before.name() + " was changed (type oid and modifier "
                                + before.type() + "/" + before.modifier() + " before, " + there.type() + "/"
                                + there.modifier() + " now)");
            }
        }
        return now.values().stream()
                .findFirst()
                .flatMap(added -> stop(ErrorCode.E0404, "column " + added.name() + " was added"));
    }

    private Optional<TableStop> identity() {
        if (was.identity().equals(is.identity()) && was.key().equals(is.key())) {
            return Optional.empty();
        }
        return stop(
                ErrorCode.E0404,
                "its replica identity was changed (kind and attribute numbers " + was.identity() + " " + was.key()
                        + " before, " + is.identity() + " " + is.key() + " now)");
    }

    private Optional<TableStop> rewrite() {
        if (was.file() == is.file()) {
            return Optional.empty();
        }
        Map<Integer, Column> now = is.columnsByNumber();
        for (Column before : was.columns()) {
            Column there = now.get(before.number());
            if (!there.by().equals(before.by()) && !isWrittenByTheRewrite(before, there)) {
                return stop(
                        ErrorCode.E0223,
                        "column " + before.name() + " was altered and the table was rewritten (relfilenode "
                                + was.file() + " before, " + is.file()
                                + " now), as ALTER COLUMN ... TYPE ... USING does: its values may be others, and no"
                                + " change event says so");
            }
        }
        return Optional.empty();
    }

    /** Any rewrite, also VACUUM FULL, stores the value of a column that was added with a DEFAULT in every row. */
    private static boolean isWrittenByTheRewrite(Column before, Column there) {
        return before.missing() && !there.missing() && before.standard() != 0 && before.standard() == there.standard();
    }

    private Optional<TableStop> labels() {
        Map<Long, Label> now = is.labelsByOid();
        for (Label before : was.labels()) {
            Label there = now.get(before.oid());
            if (there == null) {
                return stop(ErrorCode.E0224, "label '" + before.text() + "' of one of its enums is gone");
            }
            if (!there.text().equals(before.text())) {
                return stop(
                        ErrorCode.E0224,
                        "label '" + before.text() + "' of one of its enums was renamed to '" + there.text()
                                + "', and rows in the lake hold the old one");
            }
            if (!there.by().equals(before.by()) && there.order().equals(before.order())) {
                return stop(
                        ErrorCode.E0224,
                        "label '" + before.text() + "' of one of its enums was renamed and named back");
            }
        }
        return Optional.empty();
    }

    private Optional<TableStop> publication() {
        if (is.entry() == 0) {
            return stop(ErrorCode.E0221, "was taken out of the publication");
        }
        if (is.filtered()) {
            return stop(ErrorCode.E0221, "has a row filter in the publication, and had none");
        }
        if (was.entry() != is.entry() || !was.entryBy().equals(is.entryBy())) {
            return stop(ErrorCode.E0221, "was taken out of the publication and put back, and changes between are lost");
        }
        return Optional.empty();
    }

    private Optional<TableStop> stop(ErrorCode code, String what) {
        return Optional.of(
                new TableStop(index, code, table.qualifiedName() + " " + text(what), Remedy.resync(table.name())));
    }

    private static String text(String what) {
        return what.startsWith("is ") || what.startsWith("was ") || what.startsWith("has ")
                ? what
                : "has changed: " + what;
    }
}
