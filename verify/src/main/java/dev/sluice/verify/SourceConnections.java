package dev.sluice.verify;

import dev.sluice.spec.PipelineSpec.PostgresSourceSpec;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Properties;

/** Opens connections to the source whose settings pin how values are written as text. */
public final class SourceConnections {
    private static final String[] PINNED = {
        "set DateStyle = 'ISO, MDY'",
        "set IntervalStyle = 'iso_8601'",
        "set TimeZone = 'UTC'",
        "set extra_float_digits = 3",
        "set bytea_output = 'hex'",
        "set client_encoding = 'UTF8'",
    };

    private final PostgresSourceSpec source;

    public SourceConnections(PostgresSourceSpec source) {
        this.source = source;
    }

    /** An ordinary connection in auto-commit mode. */
    public Connection query() {
        return open(new Properties(), Duration.ofMinutes(10));
    }

    /**
     * A replication connection; no answer may take longer than {@code patience}. The making of a slot waits for the
     * transactions that are open, and a server that waits does not see that its client has gone: so it stops by itself,
     * somewhat earlier, and no slot outlives that.
     */
    Connection replication(Duration patience) {
        Properties properties = new Properties();
        properties.setProperty("options", "-c lock_timeout=" + patience.toMillis() * 9 / 10);
        properties.setProperty("replication", "database");
        properties.setProperty("assumeMinServerVersion", "14");
        properties.setProperty("preferQueryMode", "simple");
        return open(properties, patience);
    }

    private Connection open(Properties properties, Duration patience) {
        properties.setProperty("user", source.user());
        properties.setProperty("password", source.password().reveal());
        properties.setProperty("sslmode", source.sslMode());
        properties.setProperty("connectTimeout", "10");
        properties.setProperty("socketTimeout", Long.toString(Math.max(1, patience.toSeconds())));
        properties.setProperty("ApplicationName", "sluice-verify");
        String url = "jdbc:postgresql://" + source.host() + ":" + source.port() + "/" + source.database();
        try {
            Connection connection = DriverManager.getConnection(url, properties);
            try (Statement statement = connection.createStatement()) {
                for (String setting : PINNED) {
                    statement.execute(setting);
                }
            } catch (SQLException e) {
                connection.close();
                throw e;
            }
            return connection;
        } catch (SQLException e) {
            throw failure("the source at " + source.host() + ":" + source.port() + " cannot be read", e);
        }
    }

    static SluiceException failure(String what, SQLException cause) {
        return new SluiceException(
                ErrorCode.E1202,
                what + ": " + cause.getMessage(),
                "see that PostgreSQL runs, that a replication slot is free and that no transaction has been open for"
                        + " long, then verify again",
                cause);
    }
}
