package dev.sluice.catalog.tables;

import dev.sluice.catalog.tables.SwapOutcome.Applied;
import dev.sluice.catalog.tables.SwapOutcome.Conflict;
import dev.sluice.catalog.tables.SwapOutcome.Found;
import dev.sluice.catalog.tables.SwapOutcome.NotApplied;
import dev.sluice.catalog.tables.SwapOutcome.Unknown;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.iceberg.BaseMetastoreTableOperations;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.CommitStateUnknownException;
import org.apache.iceberg.exceptions.NoSuchNamespaceException;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.exceptions.ServiceUnavailableException;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.jdbc.UncheckedSQLException;

/**
 * One table, for one request. A commit ends in one of three ways: it returns (applied); it throws
 * {@link CommitStateUnknownException}, having deleted nothing; or it throws anything else (not applied), having deleted
 * the metadata file that it wrote. Not thread-safe.
 */
final class StoredTableOperations extends BaseMetastoreTableOperations {
    private static final int READ_RETRIES = 2;

    private final TableIdentifier table;
    private final TableRows rows;
    private final FileIO io;
    private final Predicate<Namespace> namespaceExists;

    StoredTableOperations(TableIdentifier table, TableRows rows, FileIO io, Predicate<Namespace> namespaceExists) {
        this.table = table;
        this.rows = rows;
        this.io = io;
        this.namespaceExists = namespaceExists;
    }

    @Override
    protected void doRefresh() {
        Optional<String> location = locate();
        if (location.isPresent()) {
            refreshFromMetadataLocation(location.get(), READ_RETRIES);
        } else if (currentMetadataLocation() != null) {
            throw new NoSuchTableException("Table does not exist any more: %s", table);
        } else {
            disableRefresh();
        }
    }

    @Override
    protected void doCommit(TableMetadata base, TableMetadata metadata) {
        boolean isNew = base == null;
        if (isNew) {
            checkNamespace();
        }
        String location = writeNewMetadataIfRequired(isNew, metadata);
        // A registered table's file is not ours to delete.
        boolean written = !location.equals(metadata.metadataFileLocation());
        Optional<String> from = isNew ? Optional.empty() : Optional.of(base.metadataFileLocation());
        SwapOutcome outcome = rows.swap(List.of(new RowChange(table, from, location)));
        if (written && (outcome instanceof Conflict || outcome instanceof NotApplied)) {
            AbandonedFiles.delete(io, List.of(location));
        }
        throwUnlessApplied(outcome);
    }

    /** Turns an outcome into what Iceberg's handlers and the HTTP side understand. */
    static void throwUnlessApplied(SwapOutcome outcome) {
        switch (outcome) {
            case Applied applied -> {}
            case Conflict(TableIdentifier table, Found found) ->
                throw switch (found) {
                    case OTHER_STATE ->
                        new CommitFailedException(
                                "Cannot commit %s: another commit was first, or the table is gone", table);
                    case TABLE -> new AlreadyExistsException("Table already exists: %s", table);
                    case VIEW -> new AlreadyExistsException("View with same name already exists: %s", table);
                };
            case NotApplied(SQLException cause) -> {
                if (TableRows.isDataError(cause)) {
                    throw new UncheckedSQLException(cause, "The database refuses a name or a value");
                }
                throw new ServiceUnavailableException(cause, "The catalog's database failed; nothing was applied");
            }
            case Unknown unknown -> throw new CommitStateUnknownException(unknown.cause());
        }
    }

    /** Writes the next metadata file and returns its place; the table does not change. */
    String write(TableMetadata metadata) {
        return writeNewMetadata(metadata, currentVersion() + 1);
    }

    /** A table is made only where its namespace is. */
    void checkNamespace() {
        if (!namespaceExists.test(table.namespace())) {
            throw new NoSuchNamespaceException("Namespace does not exist: %s", table.namespace());
        }
    }

    @Override
    public FileIO io() {
        return io;
    }

    @Override
    protected String tableName() {
        return table.toString();
    }

    private Optional<String> locate() {
        try {
            return rows.find(table);
        } catch (SQLException e) {
            throw new UncheckedSQLException(e, "Cannot read the row of table %s", table);
        }
    }
}
