package dev.sluice.catalog.rest;

import dev.sluice.catalog.auth.Right;
import dev.sluice.catalog.auth.Role;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.iceberg.DataOperations;
import org.apache.iceberg.MetadataUpdate;
import org.apache.iceberg.SnapshotRef;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.ForbiddenException;
import org.apache.iceberg.rest.requests.UpdateTableRequest;

/**
 * Which commits a role may make, by what is in them: the address of a commit tells nothing about it. A snapshot that
 * calls itself a replacement is believed; whether it holds the same rows only its files could tell.
 */
final class CommitRights {
    private CommitRights() {}

    /** @throws ForbiddenException naming what the role may not do */
    static void check(Role role, Map<TableIdentifier, UpdateTableRequest> changes) {
        changes.forEach((table, change) -> {
            Set<Long> replacements = new HashSet<>();
            for (MetadataUpdate update : change.updates()) {
                Right needed = isProgress(table) && update instanceof MetadataUpdate.RemoveSnapshots
                        ? Right.COMMIT
                        : needed(update, replacements);
                if (!role.may(needed)) {
                    throw forbidden(role, needed);
                }
            }
        });
    }

    /** A pipeline's progress is the head of a table without rows; each move replaces the snapshot before it. */
    private static boolean isProgress(TableIdentifier table) {
        return table.namespace().equals(Namespace.of("_sluice")) && table.name().startsWith("progress_");
    }

    static ForbiddenException forbidden(Role role, Right needed) {
        return new ForbiddenException("The token is one of role %s, which %s", role.label(), needed.withoutIt());
    }

    /** @param replacements snapshots, among those added so far, that hold the same rows in other files */
    private static Right needed(MetadataUpdate update, Set<Long> replacements) {
        return switch (update) {
            case MetadataUpdate.RemoveSnapshots removed -> Right.EXPIRE;
            case MetadataUpdate.AddSnapshot added -> {
                boolean isReplacement =
                        DataOperations.REPLACE.equals(added.snapshot().operation());
                if (isReplacement) {
                    replacements.add(added.snapshot().snapshotId());
                }
                yield isReplacement ? Right.COMMIT : Right.CHANGE;
            }
            // Anything else would be a rollback.
            case MetadataUpdate.SetSnapshotRef reference ->
                replacements.contains(reference.snapshotId()) ? Right.COMMIT : Right.CHANGE;
            case MetadataUpdate.RemoveSnapshotRef reference ->
                SnapshotRef.MAIN_BRANCH.equals(reference.name()) ? Right.CHANGE : Right.COMMIT;
            case MetadataUpdate.SetProperties properties -> Right.COMMIT;
            case MetadataUpdate.SetStatistics statistics -> Right.COMMIT;
            case MetadataUpdate.RemoveStatistics statistics -> Right.COMMIT;
            case MetadataUpdate.SetPartitionStatistics statistics -> Right.COMMIT;
            case MetadataUpdate.RemovePartitionStatistics statistics -> Right.COMMIT;
            // Expiry takes those that no snapshot uses any more.
            case MetadataUpdate.RemovePartitionSpecs unused -> Right.COMMIT;
            case MetadataUpdate.RemoveSchemas unused -> Right.COMMIT;
            default -> Right.CHANGE;
        };
    }
}
