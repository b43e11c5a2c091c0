package dev.sluice.ingest.postgres.slot;

import dev.sluice.ingest.postgres.connection.SqlErrors;
import dev.sluice.ingest.postgres.connection.SqlNames;
import dev.sluice.ingest.table.SourceTable;
import dev.sluice.ingest.table.SourceTable.SourceColumn;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The publication of a pipeline: exactly its tables, with column lists only where columns are excluded. It must exist
 * before the slot's consistent point, because pgoutput looks it up as it was at the LSN that it decodes.
 */
public final class Publication {
    private static final int COLUMN_LIST_VERSION_MIN = 150_000;
    /** A table that is added must see no writer half-way; writers are not kept waiting longer than this. */
    private static final int LOCK_TIMEOUT_MILLIS = 2_000;

    private static final int ATTEMPTS_MAX = 10;

    private final String name;
    private final List<SourceTable> tables;
    /** Object ids of the tables with a column list. */
    private final Set<Integer> listed;

    /** @param listed object ids of the tables whose columns are listed one by one */
    public Publication(String name, List<SourceTable> tables, Set<Integer> listed) {
        this.name = name;
        this.tables = tables;
        this.listed = listed;
    }

    /** Creates or changes the publication so that it fits; does nothing, and needs no privilege, when it does already. */
    public void ensure(Connection connection) {
        try {
            if (!exists(connection)) {
                execute(connection, List.of(createStatement()));
            } else if (!fits(connection)) {
                change(connection);
            }
            if (!fits(connection)) {
                throw new SluiceException(
                        ErrorCode.E0207,
                        "publication " + name + " does not publish exactly the tables and columns of the pipeline",
                        "DROP PUBLICATION " + SqlNames.identifier(name) + "; and start again");
            }
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    /** Drops the publication of this name, if there is one. E0205 when it belongs to somebody else. */
    public static void drop(Connection connection, String name) throws SQLException {
        String drop = "drop publication if exists " + SqlNames.identifier(name);
        try (Statement statement = connection.createStatement()) {
            statement.execute(drop);
        } catch (SQLException e) {
            if (!SqlErrors.is(e, SqlErrors.INSUFFICIENT_PRIVILEGE)) {
                throw e;
            }
            throw new SluiceException(
                    ErrorCode.E0205,
                    "publication " + name + " cannot be dropped: " + SqlErrors.message(e),
                    "let its owner run: " + drop,
                    e);
        }
    }

    private SluiceException failed(SQLException e) {
        if (SqlErrors.isPassing(e)) {
            return new SluiceException(
                    ErrorCode.E0201,
                    "publication " + name + " could not be created or changed now: " + SqlErrors.message(e),
                    "",
                    e);
        }
        boolean privilege = SqlErrors.is(e, SqlErrors.INSUFFICIENT_PRIVILEGE);
        return new SluiceException(
                privilege ? ErrorCode.E0205 : ErrorCode.E0207,
                "publication " + name + " cannot be created or changed: " + SqlErrors.message(e),
                privilege ? "let an owner of the tables run: " + createStatement() : "",
                e);
    }

    private boolean exists(Connection connection) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("select 1 from pg_publication where pubname = ?")) {
            statement.setString(1, name);
            try (ResultSet row = statement.executeQuery()) {
                return row.next();
            }
        }
    }

    private boolean fits(Connection connection) throws SQLException {
        boolean hasLists = serverVersion(connection) >= COLUMN_LIST_VERSION_MIN;
        Map<Integer, List<String>> wanted = new HashMap<>();
        for (SourceTable table : tables) {
            wanted.put(table.oid(), listed.contains(table.oid()) ? columnNames(table) : List.of());
        }
        Map<Integer, List<String>> published = new HashMap<>();
        try (PreparedStatement statement = connection.prepareStatement("""
                select p.pubinsert and p.pubupdate and p.pubdelete and p.pubtruncate and not p.puballtables, r.prrelid, %s
                from pg_publication p left join pg_publication_rel r on r.prpubid = p.oid
                where p.pubname = ?
                """.formatted(
                        hasLists
                                ? "r.prqual is null, (select array_agg(a.attname::text order by a.attnum) from"
                                        + " pg_attribute a where a.attrelid = r.prrelid and a.attnum = any(r.prattrs))"
                                : "true, null::text[]"))) {
            statement.setString(1, name);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    if (!row.getBoolean(1) || row.getLong(2) == 0 || !row.getBoolean(3)) {
                        return false;
                    }
                    List<String> columns = row.getArray(4) == null
                            ? List.of()
                            : Arrays.asList((String[]) row.getArray(4).getArray());
                    published.put((int) row.getLong(2), columns);
                }
            }
        }
        return published.equals(wanted);
    }

    /** A lock on the added tables keeps out servers' older defect of losing changes that run beside ALTER PUBLICATION. */
    private void change(Connection connection) throws SQLException {
        Set<Integer> present = publishedTables(connection);
        List<SourceTable> added =
                tables.stream().filter(t -> !present.contains(t.oid())).toList();
        String lock = added.stream()
                .map(t -> "only " + SqlNames.qualified(t.schema(), t.name()))
                .collect(Collectors.joining(", ", "lock table ", " in share row exclusive mode"));
        String set = "alter publication " + SqlNames.identifier(name)
                + " set (publish = 'insert, update, delete, truncate')";
        String alter = "alter publication " + SqlNames.identifier(name) + " set table " + tableList();
        List<String> statements = added.isEmpty() ? List.of(set, alter) : List.of(lock, set, alter);
        for (int attempt = 1; ; attempt++) {
            try {
                execute(connection, statements);
                return;
            } catch (SQLException e) {
                if (!SqlErrors.is(e, SqlErrors.LOCK_NOT_AVAILABLE) || attempt == ATTEMPTS_MAX) {
                    throw e;
                }
            }
        }
    }

    private Set<Integer> publishedTables(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                select r.prrelid from pg_publication_rel r join pg_publication p on p.oid = r.prpubid
                where p.pubname = ?
                """)) {
            statement.setString(1, name);
            try (ResultSet row = statement.executeQuery()) {
                Set<Integer> oids = new java.util.HashSet<>();
                while (row.next()) {
                    oids.add((int) row.getLong(1));
                }
                return oids;
            }
        }
    }

    private static void execute(Connection connection, List<String> statements) throws SQLException {
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute("set local lock_timeout = " + LOCK_TIMEOUT_MILLIS);
            for (String sql : statements) {
                statement.execute(sql);
            }
            connection.commit();
        } catch (SQLException e) {
            connection.rollback();
            throw e;
        } finally {
            connection.setAutoCommit(true);
        }
    }

    private String createStatement() {
        return "create publication " + SqlNames.identifier(name) + " for table " + tableList();
    }

    private String tableList() {
        return tables.stream().map(this::tableItem).collect(Collectors.joining(", "));
    }

    private String tableItem(SourceTable table) {
        String item = "only " + SqlNames.qualified(table.schema(), table.name());
        if (!listed.contains(table.oid())) {
            return item;
        }
        return item
                + columnNames(table).stream().map(SqlNames::identifier).collect(Collectors.joining(", ", " (", ")"));
    }

    private static List<String> columnNames(SourceTable table) {
        return table.columns().stream().map(SourceColumn::name).toList();
    }

    private static int serverVersion(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select current_setting('server_version_num')::int")) {
            row.next();
            return row.getInt(1);
        }
    }
}
