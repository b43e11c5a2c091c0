package dev.sluice.torture.workload;

import dev.sluice.spec.Lsn;
import dev.sluice.spec.PipelineSpec.PostgresSourceSpec;
import dev.sluice.spec.sql.PostgresSql;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Properties;

/** The database of the run, reached directly. Thread-safe. */
public final class SourceDatabase {
    private final PostgresSourceSpec source;

    public SourceDatabase(PostgresSourceSpec source) {
        this.source = source;
    }

    /** In a server of the run's own, whose data may have outlived an earlier one. */
    public void create() throws SQLException {
        try (Connection connection = connect("postgres");
                Statement statement = connection.createStatement()) {
            statement.execute("select pg_drop_replication_slot(slot_name) from pg_replication_slots where database = "
                    + PostgresSql.literal(source.database()));
            statement.execute("drop database if exists " + source.database() + " with (force)");
            statement.execute("create database " + source.database());
        }
    }

    public void run(List<String> statements) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    /** The first column of the first row, as text. */
    public String one(String sql) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }

    /** Everything that was committed before this call begins before the returned position. */
    public Lsn position() throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            Lsn position;
            try (ResultSet row = statement.executeQuery("select pg_current_wal_insert_lsn()")) {
                row.next();
                position = Lsn.parse(row.getString(1));
            }
            // Something after it, so that the lake gets past it on a quiet source too.
            statement.execute("select pg_logical_emit_message(true, 'torture', 'end')");
            return new Lsn(position.value() - 1);
        }
    }

    /** In auto-commit mode. */
    public Connection connect() throws SQLException {
        return connect(source.database());
    }

    private Connection connect(String database) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", source.user());
        properties.setProperty("password", source.password().reveal());
        properties.setProperty("connectTimeout", "5");
        properties.setProperty("socketTimeout", "60");
        properties.setProperty("ApplicationName", "sluice-torture");
        return DriverManager.getConnection(
                "jdbc:postgresql://" + source.host() + ":" + source.port() + "/" + database, properties);
    }
}
