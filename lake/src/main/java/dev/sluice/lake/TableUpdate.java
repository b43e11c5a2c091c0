package dev.sluice.lake;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.BaseTransaction;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.ManifestFiles;
import org.apache.iceberg.ManifestReader;
import org.apache.iceberg.RowDelta;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotUpdate;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.UpdateProperties;
import org.apache.iceberg.exceptions.ValidationException;

/**
 * New metadata of one table, built by Iceberg's own operations and not yet committed. Manifests are written to the
 * store; nothing is ever deleted here, as the attempt may land later than it seems.
 *
 * @param base the metadata that it was built on; the catalog refuses the commit when main has moved since
 */
record TableUpdate(TableMetadata base, TableMetadata updated) {

    /**
     * @param table as it was judged
     * @throws ValidationException when its main is another by now: the judgement is out of date
     */
    static TableUpdate of(Table table, TableChange change, Position tableAt) {
        Optional<Long> judged = head(table.currentSnapshot());
        // Reads the table anew.
        BaseTransaction transaction = (BaseTransaction) table.newTransaction();
        if (!head(transaction.startMetadata().currentSnapshot()).equals(judged)) {
            throw new ValidationException("the main branch of %s has moved since it was looked at", change.table());
        }
        SnapshotUpdate<?> update = operation(transaction, table, change);
        change.stamp().startingAt(tableAt).toSummary().forEach(update::set);
        update.validateWith(Admission.validator(change));
        update.commit();
        UpdateProperties properties = transaction.updateProperties();
        change.stamp().toTableProperties().forEach(properties::set);
        if (change.stamp().kind() == Stamp.Kind.LOAD) {
            Following.begin(properties, change.stamp().position().toString());
        }
        properties.commit();
        return new TableUpdate(transaction.startMetadata(), transaction.currentMetadata());
    }

    private static Optional<Long> head(Snapshot snapshot) {
        return Optional.ofNullable(snapshot).map(Snapshot::snapshotId);
    }

    private static SnapshotUpdate<?> operation(BaseTransaction transaction, Table table, TableChange change) {
        boolean removes = change.replaceAll() && table.currentSnapshot() != null;
        if (!removes && change.deleteFiles().isEmpty()) {
            AppendFiles append = transaction.newAppend();
            change.dataFiles().forEach(append::appendFile);
            return append;
        }
        // No conflict validation beyond the ancestry: equality deletes reach rewritten rows, because a rewrite keeps
        // the
        // older data sequence number, and position deletes name files of this commit only.
        RowDelta delta = transaction.newRowDelta();
        if (removes) {
            removeAll(delta, table);
        }
        change.dataFiles().forEach(delta::addRows);
        change.deleteFiles().forEach(delta::addDeletes);
        return delta;
    }

    private static void removeAll(RowDelta delta, Table table) {
        Snapshot current = table.currentSnapshot();
        for (ManifestFile manifest : current.dataManifests(table.io())) {
            try (ManifestReader<DataFile> files = ManifestFiles.read(manifest, table.io(), table.specs())) {
                files.forEach(file -> delta.removeRows(file.copyWithoutStats()));
            } catch (IOException e) {
                throw new UncheckedIOException("reading manifest " + manifest.path(), e);
            }
        }
        for (ManifestFile manifest : current.deleteManifests(table.io())) {
            try (ManifestReader<DeleteFile> files =
                    ManifestFiles.readDeleteManifest(manifest, table.io(), table.specs())) {
                files.forEach(file -> delta.removeDeletes(file.copyWithoutStats()));
            } catch (IOException e) {
                throw new UncheckedIOException("reading manifest " + manifest.path(), e);
            }
        }
    }
}
