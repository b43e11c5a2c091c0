package dev.sluice.demo.shop;

import dev.sluice.spec.Secret;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import dev.sluice.spec.sql.PostgresSql;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;

/** Where the shop's database is. {@code user} must be allowed to create the database if it is not there. */
public record ShopDatabase(String host, int port, String database, String user, Secret password) {
    private static final String NO_SUCH_DATABASE = "3D000";

    /** A connection in auto-commit mode, with bounded time-outs and UTC as its zone. */
    public Connection connect() throws SQLException {
        return connect(database);
    }

    private Connection connect(String name) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", user);
        properties.setProperty("password", password.reveal());
        properties.setProperty("connectTimeout", "10");
        properties.setProperty("socketTimeout", "600");
        properties.setProperty("tcpKeepAlive", "true");
        properties.setProperty("ApplicationName", "sluice-shop");
        properties.setProperty("options", "-c TimeZone=UTC");
        return DriverManager.getConnection("jdbc:postgresql://" + host + ":" + port + "/" + name, properties);
    }

    /** Creates the database and the shop's tables where they are missing. */
    public void create() {
        try {
            createDatabase();
            try (Connection connection = connect();
                    Statement statement = connection.createStatement()) {
                if (!exists(statement, "select 1 from pg_tables where schemaname = 'public' and tablename = 'users'")) {
                    statement.execute(script("schema.sql"));
                }
            }
        } catch (SQLException e) {
            throw failure("the schema could not be created", e);
        }
    }

    /** A user who may reach this database only, as the local stack's application does, finds it there. */
    private void createDatabase() throws SQLException {
        try (Connection connection = connect()) {
            return;
        } catch (SQLException e) {
            if (!NO_SUCH_DATABASE.equals(e.getSQLState())) {
                throw e;
            }
        }
        try (Connection connection = connect("postgres");
                Statement statement = connection.createStatement()) {
            statement.execute(
                    "create database " + PostgresSql.identifier(database) + " encoding 'UTF8' template template0");
        }
    }

    private static boolean exists(Statement statement, String query) throws SQLException {
        try (ResultSet rows = statement.executeQuery(query)) {
            return rows.next();
        }
    }

    /** A script of the demo's seed folder, which the build puts beside this class. */
    static String script(String name) {
        try (InputStream in = ShopDatabase.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new SluiceException(ErrorCode.E1901, name + " is not on the class path", "rebuild the project");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new SluiceException(ErrorCode.E1901, name + " is not readable", "rebuild the project", e);
        }
    }

    SluiceException failure(String what, SQLException cause) {
        return new SluiceException(
                ErrorCode.E1203,
                what + " at " + host + ":" + port + "/" + database + " (" + cause.getMessage() + ")",
                "see that PostgreSQL runs and that the user " + user + " may create and write the database",
                cause);
    }
}
