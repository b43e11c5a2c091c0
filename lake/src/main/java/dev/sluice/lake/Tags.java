package dev.sluice.lake;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.iceberg.ManageSnapshots;
import org.apache.iceberg.SnapshotRef;
import org.apache.iceberg.Table;

/** Names for snapshots that expiry keeps. */
public final class Tags {

    private Tags() {}

    /**
     * Names a snapshot. A tag of that name on the same snapshot is left as it is; on another snapshot it is an error of
     * the caller ({@link IllegalArgumentException} of Iceberg).
     *
     * @param retention how long upkeep must keep it; empty for ever
     */
    public static void create(Table table, String tag, long snapshotId, Optional<Duration> retention) {
        SnapshotRef existing = table.refs().get(tag);
        if (existing != null && existing.isTag() && existing.snapshotId() == snapshotId) {
            return;
        }
        LakeErrors.calling("tagging " + table.name(), () -> {
            ManageSnapshots update = table.manageSnapshots().createTag(tag, snapshotId);
            retention.ifPresent(age -> update.setMaxRefAgeMs(tag, age.toMillis()));
            update.commit();
            return null;
        });
    }

    /** All tags and their snapshots, by name. */
    public static Map<String, Long> list(Table table) {
        Map<String, Long> tags = new TreeMap<>();
        table.refs().forEach((name, ref) -> {
            if (ref.isTag()) {
                tags.put(name, ref.snapshotId());
            }
        });
        return tags;
    }
}
