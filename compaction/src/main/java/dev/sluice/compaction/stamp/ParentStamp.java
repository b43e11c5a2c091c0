package dev.sluice.compaction.stamp;

import dev.sluice.lake.Stamp;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.util.Iterator;
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
    public ParentStamp {
        summary = Map.copyOf(summary);
    }

    /**
     * @throws SluiceException E0506 when the parent has no stamp: rewriting it would bury a foreign snapshot under one
     *     that looks like ours
     */
    public static ParentStamp of(Snapshot parent, String table) {
        Stamp stamp = Stamp.of(parent)
                .orElseThrow(() -> new SluiceException(
                        ErrorCode.E0506,
                        "the head of " + table + " is not ours: snapshot " + parent.snapshotId() + " ("
                                + parent.operation() + ") has no stamp; upkeep leaves the table as it is",
                        "find out who wrote it, then load the table anew: sluice resync <table>"));
        return new ParentStamp(
                parent.snapshotId(), stamp.repeatedAs(Stamp.Kind.UPKEEP).toSummary());
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
