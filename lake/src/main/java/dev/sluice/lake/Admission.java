package dev.sluice.lake;

import dev.sluice.spec.errors.ErrorCode;
import java.util.List;
import java.util.Optional;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotAncestryValidator;
import org.apache.iceberg.Table;
import org.apache.iceberg.util.SnapshotUtil;

/** Whether a table may take a change: the ancestry decides, never a job id, a checkpoint number or an idempotency key. */
sealed interface Admission {

    /** The table stands before the change. */
    record Open(Position tableAt) implements Admission {}

    /**
     * The table at the LSN of the change is in its history. As a table at an LSN equals the source at that LSN, whoever
     * wrote it, the change is in it.
     */
    record AlreadyThere(Optional<Long> snapshotId) implements Admission {}

    /** Another pipeline owns the table, or a writer has been here that knew of some of these changes. */
    record Refused(ErrorCode code, String reason, String fix) implements Admission {}

    static Admission of(Table table, TableChange change) {
        Iterable<Snapshot> ancestry =
                table.currentSnapshot() == null ? List.of() : SnapshotUtil.currentAncestors(table);
        Optional<Stamp> current = TableStamps.current(table);
        String pipeline = change.stamp().pipeline();
        String owner = table.properties()
                .getOrDefault(
                        StampProperties.PIPELINE, current.map(Stamp::pipeline).orElse(pipeline));
        if (!owner.equals(pipeline)) {
            return new Refused(
                    ErrorCode.E0503,
                    "table " + change.table() + " belongs to pipeline " + owner + ", not to " + pipeline,
                    "give one of the two another bronze namespace, or drop the table");
        }
        Optional<TableHead.Difference> foreign = change.stamp().kind() == Stamp.Kind.DATA && current.isPresent()
                ? TableHead.difference(table, pipeline)
                : Optional.empty();
        boolean isThere = holds(ancestry, change)
                || current.isPresent()
                        && current.get().position().equals(change.stamp().position());
        if (foreign.isPresent() && !isThere) {
            return new Refused(
                    foreign.get().code(), foreign.get().reason(), foreign.get().fix());
        }
        if (current.isEmpty() || current.get().position().compareTo(change.lowest()) < 0) {
            return new Open(current.map(Stamp::position).orElse(Position.ZERO));
        }
        for (Snapshot snapshot : ancestry) {
            if (Stamp.of(snapshot)
                    .filter(stamp -> stamp.position().equals(change.stamp().position()))
                    .isPresent()) {
                return new AlreadyThere(Optional.of(snapshot.snapshotId()));
            }
        }
        if (current.get().position().equals(change.stamp().position())) {
            return new AlreadyThere(Optional.empty());
        }
        return new Refused(
                ErrorCode.E0504,
                "table " + change.table() + " is at LSN " + current.get().position() + ", and the changes begin at "
                        + change.lowest() + ": another writer of this pipeline has been here, or the job was"
                        + " restored from an old state",
                "stop the other writer, then start the pipeline without Flink state: it resumes from the lake");
    }

    private static boolean holds(Iterable<Snapshot> ancestry, TableChange change) {
        for (Snapshot snapshot : ancestry) {
            if (Stamp.of(snapshot)
                    .filter(stamp -> stamp.position().equals(change.stamp().position()))
                    .isPresent()) {
                return true;
            }
        }
        return false;
    }

    /** The same rule once more inside Iceberg's own commit, where the base can no longer change unseen. */
    static SnapshotAncestryValidator validator(TableChange change) {
        return new SnapshotAncestryValidator() {
            @Override
            public boolean validate(Iterable<Snapshot> newestFirst) {
                return TableStamps.newestIn(newestFirst)
                        .filter(stamp -> stamp.position().compareTo(change.lowest()) >= 0
                                || !stamp.pipeline().equals(change.stamp().pipeline()))
                        .isEmpty();
            }

            @Override
            public String errorMessage() {
                return "the history of " + change.table() + " already holds LSN " + change.lowest() + " or a later one";
            }
        };
    }
}
