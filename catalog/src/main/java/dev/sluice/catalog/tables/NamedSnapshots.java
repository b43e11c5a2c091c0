package dev.sluice.catalog.tables;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.iceberg.MetadataUpdate;
import org.apache.iceberg.MetadataUpdate.RemoveSnapshotRef;
import org.apache.iceberg.MetadataUpdate.RemoveSnapshots;
import org.apache.iceberg.MetadataUpdate.SetSnapshotRef;
import org.apache.iceberg.SnapshotRef;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.UpdateRequirement;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.rest.requests.UpdateTableRequest;

/**
 * A requirement that the REST protocol has no word for: no snapshot is forgotten that a tag or branch names. A tag that
 * is made while expiry plans would go without a word otherwise, because what names a missing snapshot is dropped with it.
 *
 * @param updates of the request; names that it removes or moves itself do not count
 */
public record NamedSnapshots(List<MetadataUpdate> updates) implements UpdateRequirement {

    /** The request with the requirement, where it forgets snapshots; any other as it is. */
    public static UpdateTableRequest required(UpdateTableRequest request) {
        if (request.updates().stream().noneMatch(RemoveSnapshots.class::isInstance)) {
            return request;
        }
        List<UpdateRequirement> requirements = new ArrayList<>(request.requirements());
        requirements.add(new NamedSnapshots(request.updates()));
        return UpdateTableRequest.create(request.identifier(), requirements, request.updates());
    }

    @Override
    public void validate(TableMetadata base) {
        Set<Long> forgotten = new HashSet<>();
        Set<String> released = new HashSet<>();
        for (MetadataUpdate update : updates) {
            if (update instanceof RemoveSnapshots removal) {
                forgotten.addAll(removal.snapshotIds());
            } else if (update instanceof RemoveSnapshotRef removal) {
                released.add(removal.name());
            } else if (update instanceof SetSnapshotRef move) {
                released.add(move.name());
            }
        }
        base.refs().forEach((name, ref) -> {
            if (forgotten.contains(ref.snapshotId()) && !released.contains(name)) {
                throw new CommitFailedException(
                        "Requirement failed: %s %s names snapshot %s, which the commit would forget",
                        kind(ref), name, ref.snapshotId());
            }
        });
    }

    private static String kind(SnapshotRef ref) {
        return ref.isTag() ? "tag" : "branch";
    }
}
