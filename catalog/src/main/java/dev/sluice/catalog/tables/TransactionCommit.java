package dev.sluice.catalog.tables;

import dev.sluice.catalog.tables.SwapOutcome.Conflict;
import dev.sluice.catalog.tables.SwapOutcome.NotApplied;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.iceberg.CatalogUtil;
import org.apache.iceberg.MetadataUpdate.UpgradeFormatVersion;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.UpdateRequirement.AssertTableDoesNotExist;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.rest.requests.UpdateTableRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commits changes of several tables: all of them, or none.
 *
 * <p>Requirements are checked against the current metadata, the new metadata files are written, and then every row
 * goes from the file that was checked to the new one inside a single SQL transaction. A row that has moved in between
 * fails all of them; trying again, on top of what is there then, is the client's business. Files are deleted only when
 * it is certain that no row names them. Thread-safe.
 */
public final class TransactionCommit {
    private static final Logger LOG = LoggerFactory.getLogger(TransactionCommit.class);

    private final PostgresCatalog catalog;

    public TransactionCommit(PostgresCatalog catalog) {
        this.catalog = catalog;
    }

    /** @param base null when the table is new */
    private record Planned(
            TableIdentifier table, StoredTableOperations operations, TableMetadata base, TableMetadata next) {
        boolean isNew() {
            return base == null;
        }

        boolean isUnchanged() {
            return next == base;
        }
    }

    /**
     * Applies the changes; see {@link StoredTableOperations} for how it ends.
     *
     * @throws CommitFailedException when a requirement does not hold or another commit was first
     * @throws NoSuchTableException when a table does not exist
     */
    public void commit(List<UpdateTableRequest> changes) {
        refuseTwoChangesOfOneTable(changes);
        List<Planned> planned = Together.each(changes, this::plan);
        Queue<String> written = new ConcurrentLinkedQueue<>();
        List<RowChange> rows;
        try {
            rows = Together.each(planned, one -> rowChange(one, written));
        } catch (RuntimeException e) {
            AbandonedFiles.delete(catalog.io(), written);
            throw e;
        }
        SwapOutcome outcome = catalog.rows().swap(rows);
        if (outcome instanceof Conflict || outcome instanceof NotApplied) {
            AbandonedFiles.delete(catalog.io(), written);
        }
        StoredTableOperations.throwUnlessApplied(outcome);
        planned.forEach(this::deleteOldMetadata);
    }

    private static void refuseTwoChangesOfOneTable(List<UpdateTableRequest> changes) {
        Set<TableIdentifier> seen = new HashSet<>();
        for (UpdateTableRequest change : changes) {
            if (!seen.add(change.identifier())) {
                throw new IllegalArgumentException("The transaction changes a table twice: " + change.identifier());
            }
        }
    }

    private Planned plan(UpdateTableRequest change) {
        TableIdentifier table = change.identifier();
        StoredTableOperations operations = catalog.operations(table);
        TableMetadata base = operations.current();
        boolean create = change.requirements().stream().anyMatch(AssertTableDoesNotExist.class::isInstance);
        if (create) {
            return planCreate(change, operations, base);
        }
        if (base == null) {
            throw new NoSuchTableException("Table does not exist: %s", table);
        }
        NamedSnapshots.required(change).requirements().forEach(requirement -> requirement.validate(base));
        TableMetadata.Builder builder = TableMetadata.buildFrom(base);
        change.updates().forEach(update -> update.applyTo(builder));
        TableMetadata next = builder.build();
        return new Planned(table, operations, base, next.changes().isEmpty() ? base : next);
    }

    private Planned planCreate(UpdateTableRequest change, StoredTableOperations operations, TableMetadata base) {
        TableIdentifier table = change.identifier();
        if (base != null) {
            throw new AlreadyExistsException("Table already exists: %s", table);
        }
        if (!change.requirements().stream().allMatch(AssertTableDoesNotExist.class::isInstance)) {
            throw new IllegalArgumentException("A new table can have no other requirement than not to exist: " + table);
        }
        operations.checkNamespace();
        Optional<Integer> formatVersion = change.updates().stream()
                .filter(UpgradeFormatVersion.class::isInstance)
                .map(update -> ((UpgradeFormatVersion) update).formatVersion())
                .findFirst();
        TableMetadata.Builder builder =
                formatVersion.map(TableMetadata::buildFromEmpty).orElseGet(TableMetadata::buildFromEmpty);
        change.updates().forEach(update -> update.applyTo(builder));
        return new Planned(table, operations, null, builder.build());
    }

    private static RowChange rowChange(Planned planned, Queue<String> written) {
        Optional<String> from =
                planned.isNew() ? Optional.empty() : Optional.of(planned.base().metadataFileLocation());
        if (planned.isUnchanged()) {
            // Its requirements must still hold when the others are applied.
            return new RowChange(planned.table(), from, from.orElseThrow());
        }
        String to = planned.operations().write(planned.next());
        written.add(to);
        return new RowChange(planned.table(), from, to);
    }

    /** By now the commit is applied: nothing that goes wrong here may say otherwise. */
    private void deleteOldMetadata(Planned planned) {
        try {
            if (!planned.isUnchanged()) {
                CatalogUtil.deleteRemovedMetadataFiles(catalog.io(), planned.base(), planned.next());
            }
        } catch (RuntimeException e) {
            LOG.warn("left behind old metadata of {}: {}", planned.table(), e.toString());
        }
    }
}
