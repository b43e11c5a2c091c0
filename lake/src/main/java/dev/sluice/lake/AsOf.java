package dev.sluice.lake;

import java.time.Instant;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotRef;
import org.apache.iceberg.Table;
import org.apache.iceberg.util.SnapshotUtil;

/**
 * Finds the snapshot that shows a table as of a position. Looks at table metadata only, never at manifests: the walk
 * is linear in the number of snapshots and reads nothing from the store.
 */
public final class AsOf {

    private AsOf() {}

    /** The newest snapshot of main whose position is at most {@code position}; empty when all are newer (or have expired). */
    public static Optional<Snapshot> position(Table table, Position position) {
        return newest(table, stamp -> stamp.position().isAtMost(position));
    }

    /** The newest snapshot of main whose source commit time is at most {@code time}. */
    public static Optional<Snapshot> time(Table table, Instant time) {
        return newest(table, stamp -> !stamp.sourceCommitTime().isAfter(time));
    }

    /** The snapshot of a tag. */
    public static Optional<Snapshot> tag(Table table, String tag) {
        SnapshotRef ref = table.refs().get(tag);
        return ref == null || !ref.isTag() ? Optional.empty() : Optional.ofNullable(table.snapshot(ref.snapshotId()));
    }

    private static Optional<Snapshot> newest(Table table, Predicate<Stamp> fits) {
        if (table.currentSnapshot() == null) {
            return Optional.empty();
        }
        for (Snapshot snapshot : SnapshotUtil.currentAncestors(table)) {
            if (Stamp.of(snapshot).filter(fits).isPresent()) {
                return Optional.of(snapshot);
            }
        }
        return Optional.empty();
    }
}
