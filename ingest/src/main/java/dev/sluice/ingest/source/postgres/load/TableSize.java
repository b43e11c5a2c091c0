package dev.sluice.ingest.source.postgres.load;

import dev.sluice.ingest.source.postgres.catalogue.PostgresIds;
import dev.sluice.ingest.source.postgres.connection.SqlErrors;
import dev.sluice.ingest.table.SourceTable;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * How large a table is, to cut it into chunks; it may be wrong, and nothing but the size of chunks depends on it.
 *
 * @param pages pages of the heap
 * @param pageBytes bytes of a page
 * @param tableBytes heap and TOAST together
 * @param rows as of the last ANALYZE; 0 or less when not known
 */
public record TableSize(long pages, long pageBytes, long tableBytes, long rows) {
    private static final int LOCK_TIMEOUT_MILLIS = 500;

    /** Asks the files; if somebody holds the table, what was written down about it at some time. */
    public static TableSize read(Connection connection, SourceTable table) {
        try {
            try (Statement statement = connection.createStatement()) {
                statement.execute("set lock_timeout = " + LOCK_TIMEOUT_MILLIS);
            }
            return read(connection, table, "pg_relation_size(c.oid) / s.page", "pg_table_size(c.oid)");
        } catch (SQLException e) {
            if (!SqlErrors.is(e, SqlErrors.LOCK_NOT_AVAILABLE)) {
                throw failed(e);
            }
        }
        try {
            return read(connection, table, "c.relpages", "c.relpages * s.page");
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    private static TableSize read(Connection connection, SourceTable table, String pages, String bytes)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("select " + pages + ", s.page, " + bytes
                + ", c.reltuples::bigint from pg_class c, (select current_setting('block_size')::bigint as page) s"
                + " where c.oid = ?")) {
            statement.setLong(1, Integer.toUnsignedLong(PostgresIds.oid(table)));
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    throw new SluiceException(
                            ErrorCode.E0206, table.schema() + "." + table.name() + " was dropped meanwhile", "");
                }
                return new TableSize(row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4));
            }
        }
    }

    private static SluiceException failed(SQLException e) {
        return new SluiceException(ErrorCode.E0301, "planning failed: " + SqlErrors.message(e), "", e);
    }
}
