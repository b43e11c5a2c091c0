package dev.sluice.demo.shop;

import dev.sluice.demo.shop.ShopTally.Counts;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.time.Instant;
import org.postgresql.PGConnection;
import org.postgresql.copy.PGCopyOutputStream;

/**
 * Fills the empty shop. The same seed, number of rows and start give the same rows, byte for byte. All of it is one
 * transaction: a seed is there or it is not.
 *
 * @param rows exact total over all tables
 * @param start "now" of the data: orders lie in the three days before it, accounts in the ten days before it
 */
public record ShopSeed(long seed, long rows, Instant start, boolean unicodeNames) {
    public static final long DEFAULT_ROWS = 200_000;
    private static final int COPY_BUFFER_BYTES = 1 << 16;

    /** Creates database and tables where missing, writes the rows, and returns exactly how many each table got. */
    public ShopTally write(ShopDatabase database) {
        ShopPlan plan = plan();
        database.create();
        try (Connection connection = database.connect()) {
            connection.setAutoCommit(false);
            refuseUnlessEmpty(connection, database);
            trustTheReferences(connection);
            ShopTally tally = new ShopTally();
            for (ShopTable table : ShopTable.values()) {
                tally.add(table, new Counts(copy(connection, plan, table), 0, 0));
            }
            finish(connection, tally);
            connection.commit();
            analyze(connection);
            return tally;
        } catch (SQLException e) {
            throw database.failure("the seed could not be written", e);
        } catch (IOException e) {
            throw database.failure("the seed could not be written", new SQLException(e.getMessage(), e));
        }
    }

    /** Prints the rows as a script for psql, COPY blocks with their data, instead of writing them. */
    public ShopTally print(PrintStream out) {
        ShopPlan plan = plan();
        ShopTally tally = new ShopTally();
        try {
            for (ShopTable table : ShopTable.values()) {
                out.print(copyCommand(table) + ";\n");
                tally.add(table, new Counts(new ShopRows(plan, new CopyText(out)).write(table), 0, 0));
                out.write("\\.\n".getBytes(StandardCharsets.US_ASCII));
            }
            out.flush();
            return tally;
        } catch (IOException e) {
            throw new SluiceException(ErrorCode.E1203, "the rows could not be printed", "", e);
        }
    }

    private ShopPlan plan() {
        return new ShopPlan(seed, rows, start, unicodeNames);
    }

    private static String copyCommand(ShopTable table) {
        return "copy " + table.tableName() + " (" + table.columnList() + ") from stdin";
    }

    private static long copy(Connection connection, ShopPlan plan, ShopTable table) throws SQLException, IOException {
        PGConnection postgres = connection.unwrap(PGConnection.class);
        try (OutputStream out = new PGCopyOutputStream(postgres, copyCommand(table), COPY_BUFFER_BYTES)) {
            return new ShopRows(plan, new CopyText(out)).write(table);
        }
    }

    private static void refuseUnlessEmpty(Connection connection, ShopDatabase database) throws SQLException {
        for (ShopTable table : ShopTable.values()) {
            try (Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery("select 1 from " + table.tableName() + " limit 1")) {
                if (rows.next()) {
                    throw new SluiceException(
                            ErrorCode.E1203,
                            "the table " + table.tableName() + " of the database " + database.database()
                                    + " already holds rows",
                            "drop the database " + database.database() + " or keep the seed that is there");
                }
            }
        }
    }

    /** A superuser may leave the checks of references out: the plan makes only valid ones, and a test holds it to that. */
    private static void trustTheReferences(Connection connection) throws SQLException {
        Savepoint before = connection.setSavepoint();
        try (Statement statement = connection.createStatement()) {
            statement.execute("set local session_replication_role = replica");
        } catch (SQLException notAllowed) {
            connection.rollback(before);
        }
    }

    private static void finish(Connection connection, ShopTally tally) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (ShopTable table : ShopTable.values()) {
                long rows = tally.of(table).inserted();
                if (rows > 0) {
                    statement.execute("select setval(pg_get_serial_sequence('public." + table.tableName() + "', '"
                            + table.keyColumn() + "'), " + rows + ")");
                }
            }
            statement.execute(ShopDatabase.script("indexes.sql"));
        }
    }

    private static void analyze(Connection connection) throws SQLException {
        connection.setAutoCommit(true);
        try (Statement statement = connection.createStatement()) {
            statement.execute("analyze");
        }
    }
}
