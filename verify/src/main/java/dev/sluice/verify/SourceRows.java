package dev.sluice.verify;

import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import dev.sluice.spec.sql.PostgresSql;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.postgresql.PGConnection;

/**
 * The rows of the source as an exported snapshot shows them. TRUNCATE and what rewrites a table are not consistent with
 * an older snapshot; they are not kept away by locks, for the application would wait, but found out afterwards: a table
 * is locked while it is read, not longer, and when somebody waits for that lock the reading ends. Not thread-safe.
 */
final class SourceRows implements AutoCloseable {
    private static final int LOCK_TIMEOUT_MILLIS = 10_000;
    private static final Duration WATCH = Duration.ofMillis(200);
    /** A server that sends to a slow reader does not hear that it is to end. */
    private static final int LOOKS_BEFORE_ABORT = 5;

    private static final String IS_WAITED_FOR = """
            select exists (select 1 from pg_locks
                where not granted and pid <> ? and ? = any(pg_blocking_pids(pid)))
            """;

    private final Connection rows;
    private final Connection observer;
    private final int pid;

    private SourceRows(Connection rows, Connection observer) throws SQLException {
        this.rows = rows;
        this.observer = observer;
        this.pid = rows.unwrap(PGConnection.class).getBackendPID();
    }

    /** @param snapshot exported, and not yet forgotten by who did */
    static SourceRows importing(SourceConnections connections, String snapshot) throws SQLException {
        Connection rows = connections.query();
        try {
            rows.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            rows.setReadOnly(true);
            rows.setAutoCommit(false);
            execute(rows, "set transaction snapshot " + PostgresSql.literal(snapshot));
            execute(rows, "set local lock_timeout = " + LOCK_TIMEOUT_MILLIS);
            return new SourceRows(rows, connections.query());
        } catch (SQLException | RuntimeException e) {
            closeQuietly(rows);
            throw e;
        }
    }

    /**
     * Hands all rows of a table to {@code visitor}.
     *
     * @throws SluiceException E1202 when the table is not any more what {@code table} says, or somebody waits for it
     */
    void read(ComparedTable table, RowVisitor visitor) {
        try {
            execute(rows, "savepoint one_table");
            try (Watch watch = new Watch()) {
                watch.begin();
                try {
                    SourceScan.read(rows, table, visitor);
                } catch (RuntimeException e) {
                    throw watch.gaveWay ? gaveWay(table) : e;
                }
                if (watch.gaveWay) {
                    throw gaveWay(table);
                }
            }
            // Under the lock of the reading still, so what is seen now was so all the time.
            expectStill(table);
            execute(rows, "rollback to one_table");
        } catch (SQLException e) {
            throw SourceConnections.failure("the rows of " + table.spec().qualifiedName() + " could not be read", e);
        }
    }

    private void expectStill(ComparedTable table) throws SQLException {
        if (!TableShapes.read(observer, table.spec()).isStill(table)) {
            throw new SluiceException(
                    ErrorCode.E1202,
                    table.spec().qualifiedName() + " was altered, truncated or rewritten during the verification",
                    "verify again");
        }
    }

    private static SluiceException gaveWay(ComparedTable table) {
        return new SluiceException(
                ErrorCode.E1202,
                "a session waited to lock " + table.spec().qualifiedName()
                        + ", as ALTER TABLE, TRUNCATE or VACUUM FULL do, and the verification gave way",
                "verify again when it is done");
    }

    /** Looks whether anybody waits for what the reading has locked. */
    private final class Watch implements AutoCloseable {
        private final Thread thread =
                Thread.ofPlatform().name("verify-watch").daemon().unstarted(this::run);
        private volatile boolean isOver;
        private volatile boolean gaveWay;

        void begin() {
            thread.start();
        }

        private void run() {
            for (int waitedFor = 0; !isOver; ) {
                try {
                    Thread.sleep(WATCH);
                    if (!isOver && isWaitedFor()) {
                        gaveWay = true;
                        end(++waitedFor);
                    }
                } catch (InterruptedException e) {
                    return;
                } catch (SQLException e) {
                    // The reading goes on to a question on the same connection, and fails there with the reason.
                    return;
                }
            }
        }

        private void end(int waitedFor) throws SQLException {
            if (waitedFor < LOOKS_BEFORE_ABORT) {
                rows.unwrap(PGConnection.class).cancelQuery();
            } else {
                rows.abort(Runnable::run);
            }
        }

        private boolean isWaitedFor() throws SQLException {
            try (PreparedStatement statement = observer.prepareStatement(IS_WAITED_FOR)) {
                statement.setInt(1, pid);
                statement.setInt(2, pid);
                try (ResultSet row = statement.executeQuery()) {
                    row.next();
                    return row.getBoolean(1);
                }
            }
        }

        /** Returns when nobody uses the observer any more. */
        @Override
        public void close() {
            isOver = true;
            thread.interrupt();
            boolean interrupted = false;
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public void close() {
        closeQuietly(rows);
        closeQuietly(observer);
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    static void closeQuietly(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            // Nothing hangs on it: the server ends the session with the socket.
        }
    }
}
