package dev.sluice.compaction.stamp;

import dev.sluice.lake.Stamp;
import java.util.Iterator;
import java.util.Map;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotAncestryValidator;

/**
 * The stamp that an upkeep snapshot takes over from its parent, so that it equals the source at the same LSN.
 *
 * @param parentId snapshot that the upkeep snapshot must follow
 * @param summary keys to set in its summary; empty when the parent has no stamp
 */
public record ParentStamp(long parentId, Map<String, String> summary) {
    public ParentStamp {
        summary = Map.copyOf(summary);
    }

    public static ParentStamp of(Snapshot parent) {
        Map<String, String> summary = Stamp.of(parent)
                .map(stamp -> stamp.repeatedAs(Stamp.Kind.UPKEEP).toSummary())
                .orElse(Map.of());
        return new ParentStamp(parent.snapshotId(), summary);
    }

    /** Refuses the commit when another snapshot has become the head meanwhile. */
    public SnapshotAncestryValidator isStillTheHead() {
        return new SnapshotAncestryValidator() {
            @Override
            public boolean validate(Iterable<Snapshot> ancestry) {
                Iterator<Snapshot> newestFirst = ancestry.iterator();
                return newestFirst.hasNext() && newestFirst.next().snapshotId() == parentId;
            }

            @Override
            public String errorMessage() {
                return "the head has moved since its stamp was read";
            }
        };
    }
}
