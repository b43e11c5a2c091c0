package dev.sluice.ingest.source.postgres.slot;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a publication says.
 *
 * @param isComplete whether it publishes all operations, and does not take in every table
 */
record PublishedTables(boolean exists, boolean isComplete, List<Entry> entries) {
    private static final int COLUMN_LIST_VERSION_MIN = 150_000;

    /**
     * A table in it.
     *
     * @param name quoted, with its schema
     * @param filtered whether rows are left out
     * @param columns names in its column list; empty when it has none
     */
    record Entry(int oid, String name, boolean filtered, Set<String> columns) {}

    static PublishedTables read(Connection connection, String publication) throws SQLException {
        boolean exists = false;
        boolean complete = false;
        List<Entry> entries = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement("""
                select p.pubinsert and p.pubupdate and p.pubdelete and p.pubtruncate and not p.puballtables
                           and not p.pubviaroot,
                       r.prrelid, format('%%I.%%I', n.nspname, c.relname), %s
                from pg_publication p
                left join pg_publication_rel r on r.prpubid = p.oid
                left join pg_class c on c.oid = r.prrelid
                left join pg_namespace n on n.oid = c.relnamespace
                where p.pubname = ?
                """.formatted(
                        serverVersion(connection) >= COLUMN_LIST_VERSION_MIN
                                ? "r.prqual is not null, (select array_agg(a.attname::text) from pg_attribute a"
                                        + " where a.attrelid = r.prrelid and a.attnum = any(r.prattrs))"
                                : "false, null::text[]"))) {
            statement.setString(1, publication);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    exists = true;
                    complete = row.getBoolean(1);
                    if (row.getLong(2) != 0) {
                        Set<String> columns = row.getArray(5) == null
                                ? Set.of()
                                : Set.copyOf(
                                        Arrays.asList((String[]) row.getArray(5).getArray()));
                        entries.add(new Entry((int) row.getLong(2), row.getString(3), row.getBoolean(4), columns));
                    }
                }
            }
        }
        return new PublishedTables(exists, complete, List.copyOf(entries));
    }

    Optional<Entry> find(int oid) {
        return entries.stream().filter(entry -> entry.oid == oid).findFirst();
    }

    private static int serverVersion(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select current_setting('server_version_num')::int")) {
            row.next();
            return row.getInt(1);
        }
    }
}
