package dev.sluice.lake;

import dev.sluice.spec.errors.ErrorCode;
import java.util.List;
import java.util.Optional;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotAncestryValidator;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.util.SnapshotUtil;

/** Whether a table may take a change: the ancestry decides, never a job id, a checkpoint number or an idempotency key. */
sealed interface Admission {

    /** The table stands before the change. */
    record Open(Position tableAt) implements Admission {}

    /**
     * The table at the position of the change is in its history. As a table at a position equals the source there, the
     * change is in it.
     */
    record AlreadyThere(Optional<Long> snapshotId) implements Admission {}

    /** None of the commit: another pipeline owns the table, or a writer has been here that knew of some of its changes. */
    record Refused(Refusal refusal) implements Admission {}

    /** This table cannot take the change; others of the commit can take theirs. */
    record TableRefused(Refusal refusal) implements Admission {}

    static Admission of(Table table, TableChange change) {
        Optional<Stamp> current = TableStamps.current(table);
        String pipeline = change.stamp().pipeline();
        String owner = table.properties()
                .getOrDefault(
                        StampProperties.PIPELINE, current.map(Stamp::pipeline).orElse(pipeline));
        if (!owner.equals(pipeline)) {
            return new Refused(new Refusal(
                    ErrorCode.E0503,
                    "table " + change.table() + " belongs to pipeline " + owner + ", not to " + pipeline,
                    "give one of the two another bronze namespace, or drop the table"));
        }
        Following following = Following.of(table);
        Optional<Long> there = find(table, change.stamp().position());
        if (change.isLoad()) {
            return ofLoad(change, following, current, there);
        }
        if (there.isPresent()) {
            return new AlreadyThere(there);
        }
        Optional<Stamp> kept = Stamp.ofTableProperties(table.properties(), table.name());
        if (kept.filter(stamp -> stamp.position().equals(change.stamp().position()))
                .isPresent()) {
            return new AlreadyThere(Optional.empty());
        }
        Optional<Refusal> difference = TableHead.difference(table, pipeline);
        if (difference.isPresent()) {
            return new TableRefused(difference.get());
        }
        Position tableAt = current.map(Stamp::position).orElse(Position.ZERO);
        return change.lowest().isAtMost(tableAt) ? new Refused(alreadyHolds(change, tableAt)) : new Open(tableAt);
    }

    /** No table of that name: dropped under the running pipeline. */
    static Admission missing(TableIdentifier table) {
        return new TableRefused(
                new Refusal(
                        ErrorCode.E0512,
                        "table " + table + " is not in the catalog any more",
                        "find out who dropped it; the others go on, and the next start of the pipeline makes and loads it anew"));
    }

    /** A table that stands before where it was left. */
    static Admission setBack(TableIdentifier table, Position left, Position at) {
        return new TableRefused(TableHead.setBack(table.toString(), left, at));
    }

    /** A load replaces whatever is there, in a table that is not followed yet or not any more. */
    private static Admission ofLoad(
            TableChange change, Following following, Optional<Stamp> current, Optional<Long> there) {
        Position at = change.stamp().position();
        boolean isThis = following.isFollowed()
                && following.since().filter(at.text()::equals).isPresent();
        if (isThis) {
            return new AlreadyThere(there);
        }
        Position tableAt = current.map(Stamp::position).orElse(Position.ZERO);
        boolean isStale = following.isFollowed()
                && following.since().isPresent()
                && following.stop().isEmpty()
                && at.isAtMost(tableAt);
        return isStale ? new Refused(alreadyHolds(change, tableAt)) : new Open(tableAt);
    }

    private static Refusal alreadyHolds(TableChange change, Position tableAt) {
        return new Refusal(
                ErrorCode.E0504,
                "table " + change.table() + " is at LSN " + tableAt + ", and the changes begin at " + change.lowest()
                        + ": another writer of this pipeline has been here, or the job was restored from an old state",
                "stop the other writer, then start the pipeline again: it goes on from the lake");
    }

    /** The snapshot of a table at a position. */
    static Optional<Long> find(Table table, Position position) {
        Iterable<Snapshot> ancestry =
                table.currentSnapshot() == null ? List.of() : SnapshotUtil.currentAncestors(table);
        for (Snapshot snapshot : ancestry) {
            if (Stamp.of(snapshot)
                    .filter(stamp -> stamp.position().equals(position))
                    .isPresent()) {
                return Optional.of(snapshot.snapshotId());
            }
        }
        return Optional.empty();
    }

    /** The same rule once more inside Iceberg's own commit, where the base can no longer change unseen. */
    static SnapshotAncestryValidator validator(TableChange change) {
        return new SnapshotAncestryValidator() {
            @Override
            public boolean validate(Iterable<Snapshot> newestFirst) {
                return change.isLoad()
                        || TableStamps.newestIn(newestFirst)
                                .filter(stamp -> stamp.position().compareTo(change.lowest()) >= 0
                                        || !stamp.pipeline()
                                                .equals(change.stamp().pipeline()))
                                .isEmpty();
            }

            @Override
            public String errorMessage() {
                return "the history of " + change.table() + " already holds LSN " + change.lowest() + " or a later one";
            }
        };
    }
}
