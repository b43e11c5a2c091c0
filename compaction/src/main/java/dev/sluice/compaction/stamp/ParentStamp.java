package dev.sluice.compaction.stamp;

import dev.sluice.lake.StampProperties;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotAncestryValidator;

/**
 * The stamp that an upkeep snapshot takes over from its parent, so that it equals the source at the same LSN.
 *
 * @param parentId snapshot that the upkeep snapshot must follow
 * @param summary keys to set in its summary
 */
public record ParentStamp(long parentId, Map<String, String> summary) {
    private static final List<String> REPEATED =
            List.of(StampProperties.PIPELINE, StampProperties.LSN, StampProperties.SOURCE_COMMIT_TS);

    public ParentStamp {
        summary = Map.copyOf(summary);
    }

    public static ParentStamp of(Snapshot parent) {
        Map<String, String> summary = new LinkedHashMap<>();
        for (String key : REPEATED) {
            String value = parent.summary().get(key);
            if (value != null) {
                summary.put(key, value);
            }
        }
        summary.put(StampProperties.KIND, "upkeep");
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
