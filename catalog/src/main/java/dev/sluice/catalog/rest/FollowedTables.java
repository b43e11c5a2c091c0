package dev.sluice.catalog.rest;

import dev.sluice.catalog.http.Call;
import dev.sluice.spec.errors.ErrorCode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.iceberg.MetadataUpdate;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotRef;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.ForbiddenException;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.rest.requests.UpdateTableRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps writers other than Sluice off the heads of the tables that a pipeline follows: what is put there without a stamp
 * differs from the source, and the pipeline stops the table. It keeps mistakes out, not malice, as anybody with a writer's
 * token can copy a stamp. A commit that says that it is a repair is let through, and logged.
 */
final class FollowedTables {
    private static final Logger LOG = LoggerFactory.getLogger(FollowedTables.class);

    /** Where the stamp of the head says, in the table's properties too, how far the table is. */
    private static final List<String> STAMP = List.of("sluice.pipeline", "sluice.lsn", "sluice.position");

    private static final String PIPELINE = STAMP.get(0);

    /** The model that makes the table. */
    private static final String MODEL = "sluice.model";

    private FollowedTables() {}

    /**
     * @param repair why the caller means to write to followed tables; empty when it does not
     * @throws ForbiddenException naming the table, its pipeline, and the way
     */
    static void check(Catalog catalog, Optional<String> repair, TableIdentifier table, UpdateTableRequest change) {
        Optional<String> foreign = foreign(change);
        if (foreign.isEmpty()) {
            return;
        }
        Optional<String> pipeline = pipeline(catalog, table);
        if (pipeline.isEmpty()) {
            return;
        }
        if (repair.isPresent()) {
            LOG.warn(
                    "repair of table {} of pipeline {}: {}, because: {}",
                    table,
                    pipeline.get(),
                    foreign.get(),
                    repair.get().replaceAll("\\p{Cntrl}", " "));
            return;
        }
        throw refused(
                pipeline.get(),
                table,
                "only Sluice writes there; this commit " + foreign.get(),
                "write to the source, or to a table of your own. A repair says so in the header " + Call.REPAIR_HEADER
                        + ": see docs/guides/operating.md");
    }

    /**
     * Says more than that the role may not, where the files of a followed table were to be deleted with it.
     *
     * @throws ForbiddenException when the table is one that a pipeline follows
     */
    static void refuseDeletion(Catalog catalog, TableIdentifier table) {
        Optional<String> pipeline = pipeline(catalog, table);
        if (pipeline.isPresent()) {
            throw refused(
                    pipeline.get(),
                    table,
                    "this would drop it with its files",
                    "take it out of source.tables and run `sluice apply`, or drop the pipeline with `sluice drop "
                            + pipeline.get() + " --tables`");
        }
    }

    private static ForbiddenException refused(String pipeline, TableIdentifier table, String what, String fix) {
        return new ForbiddenException(
                "%s %s: pipeline %s follows its source into table %s, and %s. Fix: %s",
                ErrorCode.E0508, ErrorCode.E0508.title(), pipeline, table, what, fix);
    }

    /** What in the commit a followed table cannot have, from the commit alone. */
    private static Optional<String> foreign(UpdateTableRequest change) {
        Map<Long, Snapshot> added = new HashMap<>();
        Map<String, String> head = Map.of();
        for (MetadataUpdate update : change.updates()) {
            if (update instanceof MetadataUpdate.AddSnapshot one) {
                added.put(one.snapshot().snapshotId(), one.snapshot());
            } else if (update instanceof MetadataUpdate.SetSnapshotRef to && isMain(to.name())) {
                if (!added.containsKey(to.snapshotId())) {
                    return Optional.of("sets it to snapshot " + to.snapshotId() + ", which is there already");
                }
                head = Optional.ofNullable(added.get(to.snapshotId()).summary()).orElse(Map.of());
                if (!head.keySet().containsAll(STAMP)) {
                    return Optional.of("puts a snapshot without a stamp there ("
                            + added.get(to.snapshotId()).operation() + ")");
                }
            } else if (update instanceof MetadataUpdate.RemoveSnapshotRef gone && isMain(gone.name())) {
                return Optional.of("removes its main branch");
            }
        }
        return property(change, head);
    }

    private static Optional<String> property(UpdateTableRequest change, Map<String, String> head) {
        for (MetadataUpdate update : change.updates()) {
            for (String key : STAMP) {
                boolean isForged = update instanceof MetadataUpdate.SetProperties set
                        && set.updated().containsKey(key)
                        && !set.updated().get(key).equals(head.get(key));
                boolean isGone = update instanceof MetadataUpdate.RemoveProperties removed
                        && removed.removed().contains(key);
                if (isForged || isGone) {
                    return Optional.of("changes its property " + key);
                }
            }
        }
        return Optional.empty();
    }

    private static boolean isMain(String reference) {
        return SnapshotRef.MAIN_BRANCH.equals(reference);
    }

    /**
     * Empty for a table that is not there yet, that belongs to no pipeline, or that a model makes: it follows no source, and
     * the next run of the model finds what others did to it (E0501).
     */
    private static Optional<String> pipeline(Catalog catalog, TableIdentifier table) {
        try {
            Map<String, String> properties = catalog.loadTable(table).properties();
            return properties.containsKey(MODEL) ? Optional.empty() : Optional.ofNullable(properties.get(PIPELINE));
        } catch (NoSuchTableException e) {
            return Optional.empty();
        }
    }
}
