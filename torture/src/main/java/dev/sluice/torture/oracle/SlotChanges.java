package dev.sluice.torture.oracle;

import dev.sluice.spec.Lsn;
import dev.sluice.spec.sql.PostgresSql;
import dev.sluice.verify.SourceConnections;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads transactions from a permanent slot of test_decoding. It only peeks: the slot moves on when the next ones are asked
 * for, which says that the last are taken in, so a server that dies in between loses nothing, and what was taken in is not
 * decoded again for every position. The server's function stops after the first record that
 * ends at or beyond what it is given, and records do not overlap; so one byte more than a position takes in the commit
 * record that begins there, and none after it. Not thread-safe.
 */
public final class SlotChanges implements SourceHistory.Changes, AutoCloseable {
    private static final String SLOT = "torture_oracle";
    private static final int ROWS_PER_FETCH = 5_000;

    private final SourceConnections connections;
    private Connection connection;
    /** Where the commit record ends that was given last, and the one that the slot was moved to. */
    private Lsn given = Lsn.ZERO;

    private Lsn released = Lsn.ZERO;

    public SlotChanges(SourceConnections connections) {
        this.connections = connections;
    }

    /** The tables must be empty, and nobody writes yet. */
    public void createSlot() throws SQLException {
        execute("select pg_create_logical_replication_slot(" + PostgresSql.literal(SLOT) + ", 'test_decoding')");
    }

    @Override
    public List<SourceHistory.Transaction> upTo(Lsn position) throws SQLException {
        release();
        List<SourceHistory.Transaction> transactions = new ArrayList<>();
        try {
            try (Statement statement = connection().createStatement()) {
                statement.execute("begin read only");
                statement.execute(
                        "declare changes no scroll cursor for select lsn, data from pg_logical_slot_peek_changes("
                                + PostgresSql.literal(SLOT) + ", '" + new Lsn(position.value() + 1)
                                + "', null, 'include-xids', '0', 'skip-empty-xacts', '1')");
                read(statement, transactions);
                statement.execute("commit");
            }
        } catch (SQLException e) {
            close();
            throw e;
        }
        given = transactions.isEmpty() ? given : transactions.getLast().end();
        return transactions;
    }

    private static void read(Statement statement, List<SourceHistory.Transaction> transactions) throws SQLException {
        List<String> changes = new ArrayList<>();
        while (true) {
            int rows = 0;
            try (ResultSet row = statement.executeQuery("fetch " + ROWS_PER_FETCH + " from changes")) {
                for (; row.next(); rows++) {
                    String data = row.getString(2);
                    if (data.equals("BEGIN")) {
                        changes = new ArrayList<>();
                    } else if (data.equals("COMMIT")) {
                        transactions.add(new SourceHistory.Transaction(Lsn.parse(row.getString(1)), changes));
                    } else {
                        changes.add(data);
                    }
                }
            }
            if (rows == 0) {
                return;
            }
        }
    }

    private void release() throws SQLException {
        if (!given.equals(released)) {
            execute("select pg_replication_slot_advance(" + PostgresSql.literal(SLOT) + ", '" + given + "')");
            released = given;
        }
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = connection().createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            close();
            throw e;
        }
    }

    private Connection connection() {
        if (connection == null) {
            connection = connections.query();
        }
        return connection;
    }

    @Override
    public void close() {
        if (connection != null) {
            try {
                connection.close();
            } catch (SQLException e) {
                // The server ends the session with the socket.
            }
            connection = null;
        }
    }
}
