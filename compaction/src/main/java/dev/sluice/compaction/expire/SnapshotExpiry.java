package dev.sluice.compaction.expire;

import dev.sluice.spec.PipelineSpec.UpkeepSpec;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotRef;
import org.apache.iceberg.Table;

/**
 * Forgets old snapshots and deletes the files that only they need. Kept are: the head, which always carries the newest
 * stamp; the newest {@code retainLast} snapshots of main; everything younger than the retention; and whatever a tag or
 * another branch names.
 */
public final class SnapshotExpiry {
    private final Table table;
    private final UpkeepSpec policy;
    private final Clock clock;

    public SnapshotExpiry(Table table, UpkeepSpec policy, Clock clock) {
        this.table = table;
        this.policy = policy;
        this.clock = clock;
    }

    /** Ids that {@link #run()} would forget now, oldest first; the same rule as Iceberg's, for dry runs. */
    public List<Long> plan() {
        table.refresh();
        long olderThanMillis = olderThanMillis();
        Set<Long> kept = new HashSet<>();
        for (SnapshotRef ref : table.refs().values()) {
            kept.add(ref.snapshotId());
        }
        int newest = 0;
        for (Snapshot snapshot = table.currentSnapshot(); snapshot != null; snapshot = parent(snapshot)) {
            if (newest++ < policy.retainLast() || snapshot.timestampMillis() >= olderThanMillis) {
                kept.add(snapshot.snapshotId());
            }
        }
        List<Long> expired = new ArrayList<>();
        for (Snapshot snapshot : table.snapshots()) {
            if (!kept.contains(snapshot.snapshotId()) && snapshot.timestampMillis() < olderThanMillis) {
                expired.add(snapshot.snapshotId());
            }
        }
        return expired;
    }

    /** Expires, and returns how many snapshots went. */
    public int run() {
        Set<Long> before = ids();
        if (before.isEmpty()) {
            return 0;
        }
        table.expireSnapshots()
                .expireOlderThan(olderThanMillis())
                .retainLast(Math.max(1, policy.retainLast()))
                .cleanExpiredFiles(true)
                .commit();
        table.refresh();
        before.removeAll(ids());
        return before.size();
    }

    private long olderThanMillis() {
        return clock.millis() - policy.snapshotRetention().toMillis();
    }

    private Snapshot parent(Snapshot snapshot) {
        return snapshot.parentId() == null ? null : table.snapshot(snapshot.parentId());
    }

    private Set<Long> ids() {
        Set<Long> ids = new HashSet<>();
        for (Snapshot snapshot : table.snapshots()) {
            ids.add(snapshot.snapshotId());
        }
        return ids;
    }
}
