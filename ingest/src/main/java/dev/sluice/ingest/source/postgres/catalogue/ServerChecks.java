package dev.sluice.ingest.source.postgres.catalogue;

import dev.sluice.ingest.source.SourceProblems;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.sql.PostgresSql;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** What the server and the role must offer before anything is written anywhere. */
final class ServerChecks {
    private static final int VERSION_MIN = 140_000;
    private static final int COLUMN_LIST_VERSION_MIN = 150_000;

    private ServerChecks() {}

    static void check(Connection connection, String slotName, boolean columnListsNeeded, SourceProblems problems)
            throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("""
                        select current_setting('server_version_num')::int, current_setting('wal_level'),
                               pg_is_in_recovery(), getdatabaseencoding(), current_user,
                               (select r.rolsuper or r.rolreplication from pg_roles r where r.rolname = current_user),
                               current_setting('max_replication_slots')::int,
                               (select count(*) from pg_replication_slots)
                        """)) {
            row.next();
            int version = row.getInt(1);
            if (version < VERSION_MIN) {
                problems.add(
                        ErrorCode.E0204,
                        "the server reports version number " + version + "; Sluice needs PostgreSQL 14 or later",
                        "upgrade the server");
            } else if (columnListsNeeded && version < COLUMN_LIST_VERSION_MIN) {
                problems.add(
                        ErrorCode.E0204,
                        "source.postgres.exclude-at: source needs column lists in publications, which PostgreSQL 14 does not have",
                        "upgrade to PostgreSQL 15 or later, or set source.postgres.exclude-at: reader");
            }
            if (!row.getString(2).equals("logical")) {
                problems.add(
                        ErrorCode.E0203,
                        "wal_level is " + row.getString(2),
                        "ALTER SYSTEM SET wal_level = 'logical'; then restart the server");
            }
            if (row.getBoolean(3)) {
                problems.add(
                        ErrorCode.E0217,
                        "the server is a standby, where neither publications nor exported slots can be created",
                        "point source.postgres.host at the primary");
            }
            if (row.getString(4).equals("SQL_ASCII")) {
                problems.add(
                        ErrorCode.E0217,
                        "the database is encoded as SQL_ASCII, so the server cannot promise that text is text",
                        "move the data to a database encoded as UTF8");
            }
            String user = row.getString(5);
            if (!row.getBoolean(6)) {
                problems.add(
                        ErrorCode.E0205,
                        "role " + user + " may not replicate",
                        "ALTER ROLE " + PostgresSql.identifier(user) + " REPLICATION;");
            }
            if (row.getLong(8) >= row.getInt(7) && !slotExists(connection, slotName)) {
                problems.add(
                        ErrorCode.E0208,
                        "all " + row.getInt(7) + " replication slots are in use",
                        "drop a slot that nobody needs (select slot_name, active from pg_replication_slots),"
                                + " or raise max_replication_slots and restart the server");
            }
        }
    }

    private static boolean slotExists(Connection connection, String slotName) throws SQLException {
        try (var statement = connection.prepareStatement("select 1 from pg_replication_slots where slot_name = ?")) {
            statement.setString(1, slotName);
            try (ResultSet row = statement.executeQuery()) {
                return row.next();
            }
        }
    }
}
