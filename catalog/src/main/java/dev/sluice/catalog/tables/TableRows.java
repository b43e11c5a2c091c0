package dev.sluice.catalog.tables;

import dev.sluice.catalog.tables.SwapOutcome.Applied;
import dev.sluice.catalog.tables.SwapOutcome.Conflict;
import dev.sluice.catalog.tables.SwapOutcome.Found;
import dev.sluice.catalog.tables.SwapOutcome.NotApplied;
import dev.sluice.catalog.tables.SwapOutcome.Unknown;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;

/**
 * The rows that say which metadata file is a table's current one; the layout is that of Iceberg's JdbcCatalog, schema
 * V1. Thread-safe.
 *
 * <p>Assumes READ COMMITTED: an UPDATE that waited for another one sees its result, so that of two commits on the same
 * file the second finds no row. Rows are taken in one order by everybody, so commits do not wait for each other in a
 * circle.
 */
final class TableRows {
    private static final String UNIQUE_VIOLATION = "23505";
    private static final String LOCK_TIMEOUT = "55P03";
    private static final String COMPLETION_UNKNOWN = "40003";
    private static final Comparator<RowChange> ORDER = Comparator.<RowChange, String>comparing(
                    change -> namespaceOf(change.table()))
            .thenComparing(change -> change.table().name());

    private static final String FIND = """
            SELECT metadata_location FROM iceberg_tables
            WHERE catalog_name = ? AND table_namespace = ? AND table_name = ?
              AND (iceberg_type = 'TABLE' OR iceberg_type IS NULL)
            """;
    private static final String CHANGE = """
            UPDATE iceberg_tables SET metadata_location = ?, previous_metadata_location = ?
            WHERE catalog_name = ? AND table_namespace = ? AND table_name = ? AND metadata_location = ?
              AND (iceberg_type = 'TABLE' OR iceberg_type IS NULL)
            """;
    private static final String CHECK = """
            SELECT 1 FROM iceberg_tables
            WHERE catalog_name = ? AND table_namespace = ? AND table_name = ? AND metadata_location = ?
              AND (iceberg_type = 'TABLE' OR iceberg_type IS NULL)
            FOR SHARE
            """;
    private static final String CREATE = """
            INSERT INTO iceberg_tables
              (catalog_name, table_namespace, table_name, metadata_location, previous_metadata_location, iceberg_type)
            VALUES (?, ?, ?, ?, NULL, 'TABLE')
            ON CONFLICT DO NOTHING
            """;

    private static final String KIND = """
            SELECT iceberg_type FROM iceberg_tables
            WHERE catalog_name = ? AND table_namespace = ? AND table_name = ?
            """;

    private final DataSource database;
    private final String catalogName;

    TableRows(DataSource database, String catalogName) {
        this.database = database;
        this.catalogName = catalogName;
    }

    private enum Phase {
        CHANGING,
        COMMITTING,
        COMMITTED
    }

    /** The current metadata file; empty when there is no such table. */
    Optional<String> find(TableIdentifier table) throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(FIND)) {
            bind(statement, catalogName, namespaceOf(table), table.name());
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() ? Optional.of(rows.getString(1)) : Optional.empty();
            }
        }
    }

    /** Takes all the steps in one transaction, or none of them. */
    SwapOutcome swap(List<RowChange> changes) {
        Phase phase = Phase.CHANGING;
        RowChange current = changes.get(0);
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            for (RowChange change : changes.stream().sorted(ORDER).toList()) {
                current = change;
                if (!apply(connection, change)) {
                    Found found = change.from().isPresent() ? Found.OTHER_STATE : inTheWay(connection, change.table());
                    connection.rollback();
                    return new Conflict(change.table(), found);
                }
            }
            phase = Phase.COMMITTING;
            connection.commit();
            phase = Phase.COMMITTED;
        } catch (SQLException e) {
            return switch (phase) {
                case CHANGING -> beforeCommit(e, current);
                case COMMITTING -> saysRolledBack(e) ? new NotApplied(e) : new Unknown(e);
                // Only giving the connection back failed.
                case COMMITTED -> new Applied();
            };
        }
        return new Applied();
    }

    private boolean apply(Connection connection, RowChange change) throws SQLException {
        String namespace = namespaceOf(change.table());
        String name = change.table().name();
        if (change.from().isEmpty()) {
            return update(connection, CREATE, catalogName, namespace, name, change.to()) == 1;
        }
        String from = change.from().get();
        if (!from.equals(change.to())) {
            return update(connection, CHANGE, change.to(), from, catalogName, namespace, name, from) == 1;
        }
        try (PreparedStatement statement = connection.prepareStatement(CHECK)) {
            bind(statement, catalogName, namespace, name, from);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next();
            }
        }
    }

    /** The server drops what it was not told to commit, so nothing is applied whatever went wrong. */
    private static SwapOutcome beforeCommit(SQLException e, RowChange current) {
        boolean raced = stateOf(e).startsWith("40")
                || stateOf(e).equals(LOCK_TIMEOUT)
                || stateOf(e).equals(UNIQUE_VIOLATION);
        return raced ? new Conflict(current.table(), Found.OTHER_STATE) : new NotApplied(e);
    }

    private Found inTheWay(Connection connection, TableIdentifier table) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(KIND)) {
            bind(statement, catalogName, namespaceOf(table), table.name());
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() && "VIEW".equals(rows.getString(1)) ? Found.VIEW : Found.TABLE;
            }
        }
    }

    private static boolean saysRolledBack(SQLException e) {
        String state = stateOf(e);
        return (state.startsWith("40") && !state.equals(COMPLETION_UNKNOWN)) || state.startsWith("23");
    }

    /** Whether a value did not fit its column: the caller's fault, not the database's. */
    static boolean isDataError(SQLException e) {
        return stateOf(e).startsWith("22");
    }

    private static String stateOf(SQLException e) {
        return e.getSQLState() == null ? "" : e.getSQLState();
    }

    private static int update(Connection connection, String sql, String... arguments) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            bind(statement, arguments);
            return statement.executeUpdate();
        }
    }

    private static void bind(PreparedStatement statement, String... arguments) throws SQLException {
        for (int i = 0; i < arguments.length; i++) {
            statement.setString(i + 1, arguments[i]);
        }
    }

    private static String namespaceOf(TableIdentifier table) {
        return namespaceText(table.namespace());
    }

    /** As JdbcCatalog writes it, and why a level with a dot in it is refused. */
    static String namespaceText(Namespace namespace) {
        return String.join(".", namespace.levels());
    }
}
