package dev.sluice.catalog.tables;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.NoSuchNamespaceException;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.jdbc.JdbcCatalog;
import org.apache.iceberg.jdbc.UncheckedSQLException;

/**
 * Iceberg's JdbcCatalog with what it lacks: commits that end in one of three known ways, namespace properties that
 * change together, listings in one order (a page token is a position in the list), and table places of their own, so
 * that a table made again under an old name shares no folder with the old one's files. Thread-safe.
 */
public final class PostgresCatalog extends JdbcCatalog {
    /** In the column catalog_name of every row. */
    static final String NAME = "sluice";

    private static final int CHECK_SECONDS_MAX = 2;
    private static final String EXISTS_PROPERTY = "exists";
    private static final String UNIQUE_VIOLATION = "23505";
    private static final String UPSERT_PROPERTY = """
            INSERT INTO iceberg_namespace_properties (catalog_name, namespace, property_key, property_value)
            VALUES (?, ?, ?, ?)
            ON CONFLICT (catalog_name, namespace, property_key) DO UPDATE SET property_value = excluded.property_value
            """;

    private final HikariDataSource database;
    private final FileIO io;
    private final TableRows rows;

    private PostgresCatalog(HikariDataSource database, FileIO io) {
        super(properties -> io, properties -> new PooledConnections(database), true);
        this.database = database;
        this.io = io;
        this.rows = new TableRows(database, NAME);
    }

    /**
     * Opens the catalog and makes its tables in the database when they are missing. Closing it closes both arguments.
     *
     * @param warehouse where tables lie that name no place of their own
     */
    public static PostgresCatalog open(HikariDataSource database, FileIO io, String warehouse) {
        PostgresCatalog catalog = new PostgresCatalog(database, io);
        catalog.initialize(
                NAME,
                Map.of(
                        "uri", database.getJdbcUrl(),
                        "warehouse", warehouse,
                        "jdbc.schema-version", "V1",
                        "jdbc.strict-mode", "true",
                        "unique-table-location", "true"));
        return catalog;
    }

    /** Asks the database something that only works when the catalog does. */
    public void check() throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement("SELECT 1 FROM iceberg_tables LIMIT 1")) {
            statement.setQueryTimeout(CHECK_SECONDS_MAX);
            statement.executeQuery().close();
        }
    }

    StoredTableOperations operations(TableIdentifier table) {
        return new StoredTableOperations(table, rows, io, this::namespaceExists);
    }

    FileIO io() {
        return io;
    }

    TableRows rows() {
        return rows;
    }

    @Override
    protected TableOperations newTableOps(TableIdentifier table) {
        return operations(table);
    }

    @Override
    public void createNamespace(Namespace namespace, Map<String, String> properties) {
        for (String level : namespace.levels()) {
            if (level.isEmpty() || level.contains(".") || level.chars().anyMatch(Character::isISOControl)) {
                throw new IllegalArgumentException(
                        "A level of a namespace must not be empty, hold a dot or a control character: " + namespace);
            }
        }
        try {
            super.createNamespace(namespace, properties == null ? Map.of() : properties);
        } catch (UncheckedSQLException e) {
            if (e.getCause() instanceof SQLException cause && UNIQUE_VIOLATION.equals(cause.getSQLState())) {
                throw new AlreadyExistsException(e, "Namespace already exists: %s", namespace);
            }
            throw e;
        }
    }

    @Override
    public boolean setProperties(Namespace namespace, Map<String, String> properties) {
        if (!namespaceExists(namespace)) {
            throw new NoSuchNamespaceException("Namespace does not exist: %s", namespace);
        }
        if (properties.containsKey(EXISTS_PROPERTY)) {
            throw new IllegalArgumentException("Cannot set reserved property: " + EXISTS_PROPERTY);
        }
        // One transaction in one order of keys: two callers neither mix their values nor lock each other out.
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            try (PreparedStatement statement = connection.prepareStatement(UPSERT_PROPERTY)) {
                for (String key : properties.keySet().stream().sorted().toList()) {
                    statement.setString(1, NAME);
                    statement.setString(2, TableRows.namespaceText(namespace));
                    statement.setString(3, key);
                    statement.setString(4, properties.get(key));
                    statement.addBatch();
                }
                statement.executeBatch();
            }
            connection.commit();
        } catch (SQLException e) {
            throw new UncheckedSQLException(e, "Cannot set properties of namespace %s", namespace);
        }
        return !properties.isEmpty();
    }

    @Override
    public List<TableIdentifier> listTables(Namespace namespace) {
        return sorted(super.listTables(namespace));
    }

    @Override
    public List<TableIdentifier> listViews(Namespace namespace) {
        return sorted(super.listViews(namespace));
    }

    @Override
    public List<Namespace> listNamespaces() {
        return super.listNamespaces().stream()
                .sorted(Comparator.comparing(Namespace::toString))
                .toList();
    }

    @Override
    public List<Namespace> listNamespaces(Namespace parent) {
        return super.listNamespaces(parent).stream()
                .sorted(Comparator.comparing(Namespace::toString))
                .toList();
    }

    private static List<TableIdentifier> sorted(List<TableIdentifier> tables) {
        return tables.stream()
                .sorted(Comparator.comparing(TableIdentifier::name))
                .toList();
    }
}
