package dev.sluice.lake;

import java.util.Optional;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.util.SnapshotUtil;

/** Where a table stands: the newest stamp of its history, or the copy in its properties where that history has expired. */
public final class TableStamps {

    private TableStamps() {}

    /** The current stamp of a table; empty when nothing has been published yet. */
    public static Optional<Stamp> current(Table table) {
        Optional<Stamp> inHistory =
                newestIn(table.currentSnapshot() == null ? java.util.List.of() : SnapshotUtil.currentAncestors(table));
        Optional<Stamp> inProperties = Stamp.ofTableProperties(table.properties(), table.name());
        // Both are written by one commit. Where others made them differ (see TableHead) the rows are those of the
        // history.
        return inHistory.or(() -> inProperties);
    }

    /** The first stamp of snapshots given newest first. */
    static Optional<Stamp> newestIn(Iterable<Snapshot> newestFirst) {
        for (Snapshot snapshot : newestFirst) {
            Optional<Stamp> stamp = Stamp.of(snapshot);
            if (stamp.isPresent()) {
                return stamp;
            }
        }
        return Optional.empty();
    }
}
