package dev.sluice.stack.server;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;

/**
 * Who may do what in the local stack's PostgreSQL. The pipeline replicates and reads: it is no superuser, and the
 * catalog's database is closed to it, as the source is to the catalog. As a member of the tables' owner it may publish
 * them, which PostgreSQL allows nobody else.
 */
final class PostgresRoles {
    private final Map<String, String> names;

    PostgresRoles(Map<String, String> names) {
        this.names = names;
    }

    /** In the database {@code postgres}, as the administrator; at every start, so that passwords are those of now. */
    void make(Connection connection) throws SQLException {
        role(connection, catalog(), password("SLUICE_CATALOG_JDBC_PASSWORD"), "NOREPLICATION");
        role(connection, app(), password("SLUICE_APP_PASSWORD"), "NOREPLICATION");
        role(connection, pipeline(), password("SLUICE_SOURCE_PASSWORD"), "REPLICATION");
        try (Statement statement = connection.createStatement()) {
            statement.execute("GRANT " + app() + " TO " + pipeline() + " WITH INHERIT TRUE, SET FALSE");
            // For filling its own tables at once; without it each reference is checked.
            statement.execute("GRANT SET ON PARAMETER session_replication_role TO " + app());
        }
        own(connection, "catalog", catalog());
        own(connection, "ecommerce", app());
    }

    /** In a database that is to be a role's own: what an earlier version made there as the administrator goes to it. */
    void handOver(Connection connection, boolean isCatalog) throws SQLException {
        String owner = isCatalog ? catalog() : app();
        try (Statement statement = connection.createStatement()) {
            statement.execute("""
                    DO $$ DECLARE one record; BEGIN
                      FOR one IN SELECT c.oid::regclass AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                                 WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND c.relowner = '%1$s'::regrole LOOP
                        EXECUTE format('ALTER TABLE %%s OWNER TO %2$s', one.name);
                      END LOOP;
                      FOR one IN SELECT pubname FROM pg_publication WHERE pubowner = '%1$s'::regrole LOOP
                        EXECUTE format('ALTER PUBLICATION %%I OWNER TO %3$s', one.pubname);
                      END LOOP;
                    END $$""".formatted(PostgresServer.USER, owner, isCatalog ? catalog() : pipeline()));
        }
    }

    private void role(Connection connection, String name, String password, String replication) throws SQLException {
        boolean exists;
        try (PreparedStatement statement = connection.prepareStatement("SELECT 1 FROM pg_roles WHERE rolname = ?")) {
            statement.setString(1, name);
            try (ResultSet rows = statement.executeQuery()) {
                exists = rows.next();
            }
        }
        try (Statement statement = connection.createStatement()) {
            // The server logs no statements, and the password is hexadecimal.
            statement.execute((exists ? "ALTER ROLE " : "CREATE ROLE ") + name
                    + " LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS " + replication + " PASSWORD '" + password
                    + "'");
        }
    }

    private static void own(Connection connection, String database, String owner) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("ALTER DATABASE " + database + " OWNER TO " + owner);
            statement.execute("REVOKE ALL ON DATABASE " + database + " FROM PUBLIC");
        }
    }

    /** Host based access: each role reaches its own database, and nobody but the administrator copies the server. */
    String hostBasedAccess() {
        return """
                # Written by sluice at every start.
                host all %1$s 127.0.0.1/32 scram-sha-256
                host replication %1$s 127.0.0.1/32 scram-sha-256
                host ecommerce %2$s,%3$s 127.0.0.1/32 scram-sha-256
                host catalog %4$s 127.0.0.1/32 scram-sha-256
                # The roles of Sluice's own go nowhere else; those that a user makes go where the database lets them.
                host all %2$s,%3$s,%4$s 127.0.0.1/32 reject
                host all all 127.0.0.1/32 scram-sha-256
                """.formatted(PostgresServer.USER, app(), pipeline(), catalog());
    }

    private String catalog() {
        return names.get("SLUICE_CATALOG_JDBC_USER");
    }

    private String app() {
        return names.get("SLUICE_APP_USER");
    }

    private String pipeline() {
        return names.get("SLUICE_SOURCE_USER");
    }

    private String password(String name) {
        return names.get(name);
    }
}
