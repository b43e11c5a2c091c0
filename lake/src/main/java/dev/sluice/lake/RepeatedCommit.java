package dev.sluice.lake;

import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.BaseTransaction;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.RowDelta;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableCommit;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.CommitFailedException;

/**
 * One commit of several tables at the positions at which they stand: rows move between them, none comes from a source.
 * The catalog refuses it when any of the tables has moved since it was loaded; then nothing is done.
 */
public final class RepeatedCommit {
    private RepeatedCommit() {}

    /**
     * The part of one table.
     *
     * @param table as loaded before the files were made
     */
    public record Part(TableIdentifier name, Table table, List<DataFile> added, List<DeleteFile> deleted) {}

    /**
     * Commits all parts or none.
     *
     * @return false when a table has moved: load them again, and make the files anew
     * @throws dev.sluice.spec.errors.SluiceException E07xx when the catalog does not say whether it was done
     */
    public static boolean commit(LakeCatalog catalog, List<Part> parts) {
        return LakeErrors.calling("moving rows between tables", () -> {
            List<TableCommit> commits = new ArrayList<>();
            for (Part part : parts) {
                BaseTransaction transaction = (BaseTransaction) part.table().newTransaction();
                RowDelta delta = transaction.newRowDelta();
                part.added().forEach(delta::addRows);
                part.deleted().forEach(delta::addDeletes);
                Stamp stamp = TableStamps.current(part.table()).orElseThrow().repeatedAs(Stamp.Kind.BACKFILL);
                stamp.toSummary().forEach(delta::set);
                delta.commit();
                commits.add(
                        TableCommit.create(part.name(), transaction.startMetadata(), transaction.currentMetadata()));
            }
            try {
                catalog.rest().commitTransaction(commits);
                return true;
            } catch (CommitFailedException e) {
                return false;
            }
        });
    }
}
