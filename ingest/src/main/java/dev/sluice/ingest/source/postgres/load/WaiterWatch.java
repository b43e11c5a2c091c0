package dev.sluice.ingest.source.postgres.load;

import dev.sluice.ingest.source.postgres.catalogue.PostgresIds;
import dev.sluice.ingest.source.postgres.connection.PostgresConnector;
import dev.sluice.ingest.source.postgres.connection.SqlErrors;
import dev.sluice.ingest.table.SourceTable;
import dev.sluice.spec.errors.SluiceException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks, while a chunk is read, whether anybody waits for a lock that its reader holds. A reader that asks ends by itself;
 * one that does not is ended after a while: first by cancelling what it reads; a server that is stuck in sending to a slow
 * reader does not hear that, so then by ending its session.
 * The connection is asked by the task's thread, too: all use of it is synchronized.
 */
final class WaiterWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WaiterWatch.class);
    private static final long LOOK_MILLIS = 100;
    /** At so many looks in a row somebody waits before the reader is to end by itself, at the end of a part. */
    private static final int LOOKS_BEFORE_STOP = 4;
    /** At so many the reading is cancelled. */
    private static final int LOOKS_BEFORE_CANCEL = 5;
    /** So many looks later the session is ended, if it has not obeyed. */
    private static final int LOOKS_BEFORE_END = 7;

    private static final String WAITERS = """
            with locks as materialized (
                select pid, granted, database, relation from pg_locks where locktype = 'relation'
            )
            select min(w.pid) from locks h join locks w on w.database = h.database and w.relation = h.relation
            where h.pid = ? and h.granted and not w.granted and w.pid <> h.pid
            """;

    private final PostgresConnector connector;
    private Connection connection;
    private Thread thread;
    private boolean closed;
    /** The server process that is looked after; 0 when there is none. */
    private int processId;

    private String tableName = "";
    /** At how many looks in a row somebody has waited. */
    private volatile int looks;

    private boolean isRefused;

    WaiterWatch(PostgresConnector connector) {
        this.connector = connector;
    }

    /** A server process begins to read a table that it has locked. */
    synchronized void begin(int process, SourceTable table) {
        processId = process;
        tableName = table.schema() + "." + table.name();
        looks = 0;
        isRefused = false;
        if (thread == null) {
            thread = new Thread(this::run, "sluice-load-watch");
            thread.setDaemon(true);
            thread.start();
        }
        notifyAll();
    }

    /** The reading is over; returns whether it was ended from here. */
    synchronized boolean end() {
        processId = 0;
        return isRefused;
    }

    /** Whether somebody waited at the last look. */
    boolean isAnybodyWaiting() {
        return looks > 0;
    }

    /** Whether the reader is to end at the next end of a part. */
    boolean hasSomebodyWaitedLong() {
        return looks >= LOOKS_BEFORE_STOP;
    }

    /** The table as it is now, not under any snapshot. */
    synchronized Optional<TableShape> shape(SourceTable table) throws SQLException {
        boolean isKept = connection != null;
        try {
            return TableShape.read(connection(), PostgresIds.oid(table));
        } catch (SQLException e) {
            disconnect();
            if (!isKept) {
                throw e;
            }
        }
        // The server may have been restarted since the connection was last used.
        return TableShape.read(connection(), PostgresIds.oid(table));
    }

    @Override
    public synchronized void close() {
        closed = true;
        processId = 0;
        notifyAll();
        disconnect();
    }

    private synchronized void run() {
        try {
            while (!closed) {
                wait(processId == 0 ? 0 : LOOK_MILLIS);
                if (processId != 0) {
                    look();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void look() {
        try {
            int waiter = one(WAITERS, processId);
            looks = waiter == 0 && !isRefused ? 0 : looks + 1;
            if (looks == LOOKS_BEFORE_CANCEL) {
                LOG.info(
                        "Server process {} waits for {}, which is being loaded: the load gives way", waiter, tableName);
                one("select pg_cancel_backend(?)::int", processId);
                isRefused = true;
            } else if (looks == LOOKS_BEFORE_END) {
                one("select pg_terminate_backend(?)::int", processId);
            }
        } catch (SQLException e) {
            LOG.warn("Nobody can look who waits for the load: {}; connecting again", SqlErrors.message(e));
            disconnect();
        } catch (SluiceException e) {
            LOG.warn("Nobody can look who waits for the load: {}; connecting again", e.getMessage());
        }
    }

    private int one(String sql, int argument) throws SQLException {
        try (PreparedStatement statement = connection().prepareStatement(sql)) {
            statement.setInt(1, argument);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? row.getInt(1) : 0;
            }
        }
    }

    private Connection connection() throws SQLException {
        if (connection == null || connection.isClosed()) {
            connection = connector.query();
        }
        return connection;
    }

    private void disconnect() {
        try {
            if (connection != null) {
                connection.abort(Runnable::run);
            }
        } catch (SQLException e) {
            LOG.debug("The connection of the watch did not close cleanly", e);
        }
        connection = null;
    }
}
