package dev.sluice.lake;

import dev.sluice.spec.errors.ErrorCode;
import java.time.Instant;
import java.util.Optional;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;

/**
 * Whether what readers of a followed table see is what its pipeline, or upkeep, put there. Every snapshot of ours is
 * stamped, and what the newest stamp says is kept in the table's properties by the same commit; whatever breaks one of
 * the two was done by somebody else.
 */
public final class TableHead {
    private TableHead() {}

    /** What is wrong with the head of a table, empty when nothing is. Looks at metadata only. */
    public static Optional<Refusal> difference(Table table, String pipeline) {
        Optional<Stamp> kept = Stamp.ofTableProperties(table.properties(), table.name());
        Snapshot head = table.currentSnapshot();
        if (head == null) {
            return kept.map(stamp -> new Refusal(
                    ErrorCode.E0507,
                    "table " + table.name() + " has no snapshot, and its properties say that it was at "
                            + stamp.position() + ": it was set back or emptied by others",
                    resync(table)));
        }
        Optional<Stamp> stamp = Stamp.of(head);
        if (stamp.isEmpty() || !stamp.get().pipeline().equals(pipeline)) {
            return Optional.of(notOurs(table, head, stamp));
        }
        Position there = stamp.get().position();
        // Both, as somebody may have changed one of the two keys.
        if (kept.map(Stamp::position)
                .filter(at -> at.equals(there) && at.order() == there.order())
                .isPresent()) {
            return Optional.empty();
        }
        return Optional.of(new Refusal(
                ErrorCode.E0507,
                "table " + table.name() + ": its head, snapshot " + head.snapshotId() + ", is at " + there
                        + ", and its properties say "
                        + kept.map(found -> found.position().orderText()).orElse("nothing")
                        + ": it was set back to an older snapshot, or the property was changed by others",
                resync(table)));
    }

    /**
     * The same, and whether the whole table, its properties too, was put back to an earlier time, as from a backup.
     *
     * @param left where the pipeline's progress says that the table was left; empty when it says nothing
     */
    public static Optional<Refusal> difference(Table table, String pipeline, Optional<Position> left) {
        return difference(table, pipeline)
                .or(() -> left.flatMap(then -> TableStamps.current(table)
                        .map(Stamp::position)
                        .filter(at -> at.isBelow(then))
                        .map(at -> setBack(table.name(), then, at))));
    }

    static Refusal setBack(String table, Position left, Position at) {
        return new Refusal(
                ErrorCode.E0507,
                "table " + table + " is at " + at + ", and the pipeline had left it at " + left
                        + ": it was set back by others, as from a backup",
                "find out who did it; then load the table anew, the others go on: sluice resync " + simple(table));
    }

    private static Refusal notOurs(Table table, Snapshot head, Optional<Stamp> stamp) {
        Optional<Stamp> ours = TableStamps.current(table);
        return new Refusal(
                ErrorCode.E0506,
                "the head of table " + table.name() + " is not ours: snapshot " + head.snapshotId() + " ("
                        + head.operation() + " at " + Instant.ofEpochMilli(head.timestampMillis())
                        + rows(head, "added-records", ", +") + rows(head, "deleted-records", ", -") + ") "
                        + stamp.map(other -> "was written by pipeline " + other.pipeline())
                                .orElse("has no stamp")
                        + "; the newest of ours is at "
                        + ours.map(found -> found.position().text()).orElse("no position"),
                resync(table));
    }

    private static String rows(Snapshot head, String key, String sign) {
        String count = head.summary().get(key);
        return count == null ? "" : sign + count + " rows";
    }

    private static String resync(Table table) {
        return "find out who wrote to it, and keep them out; then load the table anew, the others go on: sluice resync "
                + simple(table.name());
    }

    private static String simple(String name) {
        return name.substring(name.lastIndexOf('.') + 1);
    }
}
