package dev.sluice.ingest.source.postgres.connection;

import dev.sluice.spec.PipelineSpec.PostgresSourceSpec;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.io.Serializable;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import org.postgresql.Driver;
import org.postgresql.PGProperty;

/**
 * Opens connections to the source, every wait bounded. The password travels as a driver property, never in a URL.
 * Stateless, safe to share.
 */
public final class PostgresConnector implements Serializable {
    private static final long serialVersionUID = 1L;
    private static final int CONNECT_TIMEOUT_SECONDS = 10;
    private static final int LOGIN_TIMEOUT_SECONDS = 20;
    /** A chunk whose server is silent this long is given up. */
    private static final int QUERY_SOCKET_TIMEOUT_SECONDS = 120;
    /** A look reads a few rows of the catalog; what waits for it should not wait long for a server that is gone. */
    private static final int WATCH_SOCKET_TIMEOUT_SECONDS = 20;
    /** Creating a slot waits for every transaction that is running at that moment. */
    private static final int SLOT_SOCKET_TIMEOUT_SECONDS = 600;

    /**
     * Sessions here wait on purpose (snapshot): the server must not end them, nor filter their rows. A chunk that is read
     * again counts on the same order of its rows, which synchronized or parallel scans would not keep.
     */
    private static final String SESSION_OPTIONS = "-c statement_timeout=0 -c idle_in_transaction_session_timeout=0"
            + " -c idle_session_timeout=0 -c row_security=off -c synchronize_seqscans=off"
            + " -c max_parallel_workers_per_gather=0"
            + " -c search_path=pg_catalog -c DateStyle=ISO -c TimeZone=UTC -c standard_conforming_strings=on";

    private final PostgresSourceSpec spec;
    private final String applicationName;

    public PostgresConnector(PostgresSourceSpec spec, String applicationName) {
        this.spec = spec;
        this.applicationName = applicationName;
    }

    /** An ordinary session in auto-commit mode. */
    public Connection query() {
        return open(properties(QUERY_SOCKET_TIMEOUT_SECONDS));
    }

    /** An ordinary session for short looks. */
    public Connection watching() {
        return open(properties(WATCH_SOCKET_TIMEOUT_SECONDS));
    }

    /** What the sessions of this connector call themselves in {@code pg_stat_activity}. */
    public String applicationName() {
        return applicationName;
    }

    /** A session that speaks the replication protocol. */
    public Connection replication() {
        Properties properties = properties(SLOT_SOCKET_TIMEOUT_SECONDS);
        PGProperty.REPLICATION.set(properties, "database");
        PGProperty.PREFER_QUERY_MODE.set(properties, "simple");
        PGProperty.ASSUME_MIN_SERVER_VERSION.set(properties, "14");
        return open(properties);
    }

    /** {@code host:port/database}, for messages. */
    public String target() {
        return spec.host() + ":" + spec.port() + "/" + spec.database();
    }

    private Properties properties(int socketTimeoutSeconds) {
        Properties properties = new Properties();
        PGProperty.USER.set(properties, spec.user());
        PGProperty.PASSWORD.set(properties, spec.password().reveal());
        PGProperty.SSL_MODE.set(properties, spec.sslMode());
        PGProperty.APPLICATION_NAME.set(properties, applicationName);
        PGProperty.CONNECT_TIMEOUT.set(properties, CONNECT_TIMEOUT_SECONDS);
        PGProperty.LOGIN_TIMEOUT.set(properties, LOGIN_TIMEOUT_SECONDS);
        PGProperty.SOCKET_TIMEOUT.set(properties, socketTimeoutSeconds);
        PGProperty.TCP_KEEP_ALIVE.set(properties, true);
        PGProperty.OPTIONS.set(properties, SESSION_OPTIONS);
        return properties;
    }

    private Connection open(Properties properties) {
        String host = spec.host().contains(":") ? "[" + spec.host() + "]" : spec.host();
        String url = "jdbc:postgresql://" + host + ":" + spec.port() + "/"
                + URLEncoder.encode(spec.database(), StandardCharsets.UTF_8);
        try {
            Connection connection = new Driver().connect(url, properties);
            if (connection == null) {
                throw new IllegalStateException("the driver does not take its own URL");
            }
            return withoutTransactionTimeout(connection);
        } catch (SQLException e) {
            throw refused(e);
        }
    }

    /** Servers before 17 do not know the setting, and would refuse a login that names it. */
    private static Connection withoutTransactionTimeout(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(
                    "select set_config(name, '0', false) from pg_settings where name = 'transaction_timeout'");
            return connection;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    private SluiceException refused(SQLException e) {
        String state = e.getSQLState() == null ? "" : e.getSQLState();
        if (state.startsWith("28") || state.equals("3D000") || state.equals("42501")) {
            return new SluiceException(
                    ErrorCode.E0202,
                    target() + " refused user " + spec.user() + ": " + SqlErrors.message(e),
                    "check source.postgres.user, .password and .database, and pg_hba.conf"
                            + " (it needs a line for replication connections to this database, too)",
                    e);
        }
        return new SluiceException(
                ErrorCode.E0201,
                target() + " cannot be reached: " + SqlErrors.message(e),
                "check source.postgres.host and .port, and that the server runs and has free connections",
                e);
    }
}
