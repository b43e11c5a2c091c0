package dev.sluice.ingest.source.postgres.load;

import dev.sluice.ingest.source.SnapshotLostException;
import dev.sluice.ingest.source.postgres.connection.PostgresConnector;
import dev.sluice.ingest.source.postgres.connection.SqlErrors;
import dev.sluice.ingest.table.SourceTable;
import dev.sluice.spec.sql.PostgresSql;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A transaction under an imported snapshot. It keeps the snapshot alive, and gives it on to others, for as long as it
 * lasts; but it holds a lock on a table only between {@link #lock} and {@link #release}, which undoes everything up to a
 * savepoint. Used by one thread at a time.
 */
final class SnapshotTransaction implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotTransaction.class);
    /**
     * How long to stand in the line for a lock. Nobody who reads or writes waits behind us there; but the task cannot take
     * part in checkpoints meanwhile.
     */
    private static final int LOCK_TIMEOUT_MILLIS = 500;

    private static final String SAVEPOINT = "chunk";

    private final Connection connection;
    private final int processId;
    private final String exportedName;
    private boolean locked;

    private SnapshotTransaction(Connection connection, int processId, String exportedName) {
        this.connection = connection;
        this.processId = processId;
        this.exportedName = exportedName;
    }

    /** Begins a transaction that sees what the others see who imported this snapshot. */
    static SnapshotTransaction begin(PostgresConnector connector, String snapshotName)
            throws SQLException, SnapshotLostException {
        Connection connection = connector.query();
        boolean begun = false;
        try (Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("set transaction isolation level repeatable read, read only");
            importSnapshot(statement, snapshotName);
            try (ResultSet row = statement.executeQuery("select pg_backend_pid(), pg_export_snapshot()")) {
                row.next();
                begun = true;
                return new SnapshotTransaction(connection, row.getInt(1), row.getString(2));
            }
        } finally {
            if (!begun) {
                abort(connection);
            }
        }
    }

    private static void importSnapshot(Statement statement, String name) throws SQLException, SnapshotLostException {
        try {
            statement.execute("set transaction snapshot " + PostgresSql.literal(name));
        } catch (SQLException e) {
            if (SqlErrors.is(e, SqlErrors.INVALID_PARAMETER_VALUE) || SqlErrors.is(e, SqlErrors.UNDEFINED_OBJECT)) {
                throw new SnapshotLostException(name, e);
            }
            throw e;
        }
    }

    Connection connection() {
        return connection;
    }

    /** The server process of this transaction. */
    int processId() {
        return processId;
    }

    /** A name under which others can import the same snapshot for as long as this transaction lasts. */
    String exportedName() {
        return exportedName;
    }

    /** Locks a table against being rewritten; returns false when somebody else holds it. */
    boolean lock(SourceTable table) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("savepoint " + SAVEPOINT);
            locked = true;
            statement.execute("set local lock_timeout = " + LOCK_TIMEOUT_MILLIS);
            statement.execute(
                    "lock table only " + PostgresSql.qualified(table.schema(), table.name()) + " in access share mode");
            return true;
        } catch (SQLException e) {
            if (SqlErrors.is(e, SqlErrors.LOCK_NOT_AVAILABLE)) {
                release();
                return false;
            }
            throw e;
        }
    }

    /** Gives up the lock, whatever became of the statement that ran under it. */
    void release() throws SQLException {
        if (!locked) {
            return;
        }
        locked = false;
        try {
            rollbackToSavepoint();
        } catch (SQLException e) {
            if (!SqlErrors.is(e, SqlErrors.QUERY_CANCELED)) {
                throw e;
            }
            // A request to give way came when the statement that it was meant for had just ended.
            rollbackToSavepoint();
        }
    }

    private void rollbackToSavepoint() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("rollback to savepoint " + SAVEPOINT);
            statement.execute("release savepoint " + SAVEPOINT);
        }
    }

    /** Whether the server still answers in this transaction; no lock may be held. */
    boolean isAlive() {
        try (Statement statement = connection.createStatement()) {
            return statement.execute("select 1");
        } catch (SQLException e) {
            return false;
        }
    }

    @Override
    public void close() {
        abort(connection);
    }

    /** Cuts an unfinished COPY short, where an ordinary close would read the rest of it. */
    private static void abort(Connection connection) {
        try {
            connection.abort(Runnable::run);
        } catch (SQLException e) {
            LOG.debug("A connection of the load did not close cleanly", e);
        }
    }
}
