package dev.sluice.demo.shop;

import dev.sluice.demo.shop.ShopTally.Counts;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One connection that runs one statement per transaction and knows for certain what was committed. A statement reports
 * its effects as columns named {@code i_<table>}, {@code u_<table>}, {@code d_<table>} and its transaction as
 * {@code xid}. When the connection breaks during the commit, the transaction's fate is asked for after reconnecting.
 * Not thread-safe.
 */
final class ShopSession implements AutoCloseable {
    private static final String TRANSACTION_IN_THE_FUTURE = "22023";
    private static final Duration RETRY_PAUSE = Duration.ofMillis(300);

    private final ShopDatabase database;
    private final Duration reconnectFor;
    private final boolean dryRun;
    private Connection connection;
    private long reconnects;

    /** What a committed transaction did; {@code key} is the column of that name, 0 without one. */
    record Outcome(ShopTally tally, long key) {}

    ShopSession(ShopDatabase database, Duration reconnectFor, boolean dryRun) {
        this.database = database;
        this.reconnectFor = reconnectFor;
        this.dryRun = dryRun;
        try {
            connection = open();
        } catch (SQLException e) {
            throw database.failure("the shop could not be reached", e);
        }
    }

    private Connection open() throws SQLException {
        Connection opened = database.connect();
        opened.setAutoCommit(false);
        return opened;
    }

    /** How often the connection was lost and found again. */
    long reconnects() {
        return reconnects;
    }

    Connection connection() {
        return connection;
    }

    /**
     * Runs {@code sql} as one transaction. A transaction that the server refused (a reference that is gone, a
     * deadlock) throws {@link SQLException}; one that was lost with the connection before its commit is an empty
     * outcome. A null among {@code values} is a missing time.
     */
    Outcome run(String sql, @Nullable Object... values) throws SQLException {
        Outcome outcome = new Outcome(new ShopTally(), 0);
        String xid = null;
        try {
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                bind(statement, values);
                try (ResultSet row = statement.executeQuery()) {
                    row.next();
                    outcome = outcome(row);
                    xid = row.getString("xid");
                }
            }
            if (dryRun) {
                connection.rollback();
            } else {
                connection.commit();
            }
            return outcome;
        } catch (SQLException e) {
            if (!isLost(e)) {
                connection.rollback();
                throw e;
            }
            reconnect();
            return xid != null && wasCommitted(xid) ? outcome : new Outcome(new ShopTally(), 0);
        }
    }

    private static void bind(PreparedStatement statement, @Nullable Object[] values) throws SQLException {
        for (int i = 0; i < values.length; i++) {
            switch (values[i]) {
                case long[] longs -> statement.setObject(i + 1, longs);
                case int[] ints -> statement.setObject(i + 1, ints);
                case null -> statement.setNull(i + 1, Types.TIMESTAMP);
                default -> statement.setObject(i + 1, values[i]);
            }
        }
    }

    private static Outcome outcome(ResultSet row) throws SQLException {
        ShopTally tally = new ShopTally();
        long key = 0;
        ResultSetMetaData columns = row.getMetaData();
        for (int i = 1; i <= columns.getColumnCount(); i++) {
            String name = columns.getColumnLabel(i);
            if (name.equals("key")) {
                key = row.getLong(i);
            } else if (!name.equals("xid")) {
                ShopTable table = ShopTable.valueOf(name.substring(2).toUpperCase(Locale.ROOT));
                tally.add(table, counts(name.charAt(0), row.getLong(i)));
            }
        }
        return new Outcome(tally, key);
    }

    private static Counts counts(char operation, long rows) {
        return switch (operation) {
            case 'i' -> new Counts(rows, 0, 0);
            case 'u' -> new Counts(0, rows, 0);
            case 'd' -> new Counts(0, 0, rows);
            default -> throw new IllegalArgumentException("not an operation: " + operation);
        };
    }

    /** Connection exceptions (08), and the shutdown and start-up of the server (57P01 to 57P03). */
    private static boolean isLost(SQLException e) {
        String state = e.getSQLState();
        return state != null && (state.startsWith("08") || state.startsWith("57P"));
    }

    private void reconnect() {
        closeQuietly();
        long deadline = System.nanoTime() + reconnectFor.toNanos();
        while (true) {
            try {
                connection = open();
                reconnects++;
                return;
            } catch (SQLException e) {
                if (System.nanoTime() > deadline || Thread.currentThread().isInterrupted()) {
                    throw new SluiceException(
                            ErrorCode.E1203,
                            "the shop's database did not come back within " + reconnectFor.toSeconds() + " s",
                            "start PostgreSQL and the traffic again",
                            e);
                }
                LockSupport.parkNanos(RETRY_PAUSE.toNanos());
            }
        }
    }

    /** Waits, bounded by the time to reconnect, while the old session is still being cleaned up by the server. */
    private boolean wasCommitted(String xid) throws SQLException {
        long deadline = System.nanoTime() + reconnectFor.toNanos();
        while (true) {
            try (PreparedStatement statement = connection.prepareStatement("select pg_xact_status(cast(? as xid8))")) {
                statement.setString(1, xid);
                try (ResultSet row = statement.executeQuery()) {
                    row.next();
                    String status = row.getString(1);
                    connection.rollback();
                    if (!"in progress".equals(status) || System.nanoTime() > deadline) {
                        return "committed".equals(status);
                    }
                }
            } catch (SQLException e) {
                if (!TRANSACTION_IN_THE_FUTURE.equals(e.getSQLState())) {
                    throw e;
                }
                // The server crashed before anything of it was on disk, so it knows of no such transaction.
                connection.rollback();
                return false;
            }
            LockSupport.parkNanos(RETRY_PAUSE.toNanos());
        }
    }

    private void closeQuietly() {
        try {
            connection.close();
        } catch (SQLException alreadyBroken) {
            // The connection is given up in any case.
        }
    }

    @Override
    public void close() {
        closeQuietly();
    }
}
