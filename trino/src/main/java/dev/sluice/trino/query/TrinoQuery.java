package dev.sluice.trino.query;

import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import dev.sluice.trino.sql.ParsedSql;
import io.trino.jdbc.TrinoConnection;
import io.trino.jdbc.TrinoDriver;
import io.trino.jdbc.TrinoStatement;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A session with Trino. The session's zone is UTC, whatever the machine's is. Not for use by several threads, except
 * {@link #cancel()}.
 */
public final class TrinoQuery implements AutoCloseable {
    /** Trino's message is {@code Query failed (#20260101_000000_00000_abcde): line 1:8: ...}. */
    private static final Pattern QUERY_FAILED = Pattern.compile("(?s)Query failed \\(#([^)]*)\\): (.*)");

    /** What the driver says of a 401 or 403, which come before any query. */
    private static final Pattern LOGIN_REFUSED = Pattern.compile(
            "^Authentication failed|Error (?:starting|executing) query.* (?:401|403)|JDBC driver.*(?:401|403)");

    private final TrinoEndpoint endpoint;
    private final TrinoConnection connection;
    private volatile @Nullable Statement running;

    private TrinoQuery(TrinoEndpoint endpoint, TrinoConnection connection) {
        this.endpoint = endpoint;
        this.connection = connection;
    }

    /** Prepares a session; Trino is asked by the first statement only. */
    public static TrinoQuery open(TrinoEndpoint endpoint) {
        Properties properties = new Properties();
        properties.setProperty("user", endpoint.user());
        properties.setProperty("SSL", Boolean.toString(endpoint.isSecure()));
        properties.setProperty("source", "sluice");
        properties.setProperty("timezone", "UTC");
        endpoint.certificate().ifPresent(file -> properties.setProperty("SSLTrustStorePath", file));
        endpoint.password().ifPresent(password -> properties.setProperty("password", password.reveal()));
        try {
            TrinoConnection connection = (TrinoConnection) new TrinoDriver().connect(endpoint.jdbcUrl(), properties);
            connection.setCatalog(endpoint.catalog());
            if (endpoint.schema().isPresent()) {
                connection.setSchema(endpoint.schema().get());
            }
            return new TrinoQuery(endpoint, connection);
        } catch (SQLException e) {
            throw explained(endpoint, e);
        }
    }

    /**
     * Runs a statement (a semicolon at its end is dropped) and writes its rows as they come.
     *
     * @return number of rows written, or of rows that the statement changed
     * @throws SluiceException E1003 with Trino's message and position; E1306 when the local Trino is not running
     */
    public long run(String sql, RowWriter writer) {
        try (TrinoStatement statement = connection.createStatement().unwrap(TrinoStatement.class)) {
            running = statement;
            if (!statement.execute(ParsedSql.withoutTrailingSemicolon(sql))) {
                long count = Math.max(0, statement.getLargeUpdateCount());
                writer.updated(statement.getUpdateType(), count);
                return count;
            }
            try (ResultSet rows = statement.getResultSet()) {
                return write(rows, writer);
            }
        } catch (SQLException e) {
            throw explained(endpoint, e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            running = null;
        }
    }

    /** Runs a statement whose rows nobody wants. */
    public void execute(String sql) {
        run(sql, RowWriter.NONE);
    }

    /** The numbers in the single row that a query answers. */
    public List<Long> numbers(String sql) {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            if (!rows.next()) {
                throw new SluiceException(ErrorCode.E1003, "the query answered no row", "");
            }
            List<Long> numbers = new ArrayList<>();
            for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
                numbers.add(rows.getLong(i));
            }
            return numbers;
        } catch (SQLException e) {
            throw explained(endpoint, e);
        }
    }

    /** Stops what is running, if anything is; from any thread. */
    public void cancel() {
        Statement statement = running;
        if (statement == null) {
            return;
        }
        try {
            statement.cancel();
        } catch (SQLException e) {
            throw explained(endpoint, e);
        }
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw explained(endpoint, e);
        }
    }

    private static long write(ResultSet rows, RowWriter writer) throws SQLException, IOException {
        ResultSetMetaData metadata = rows.getMetaData();
        List<RowWriter.Column> columns = new ArrayList<>();
        for (int i = 1; i <= metadata.getColumnCount(); i++) {
            columns.add(new RowWriter.Column(metadata.getColumnLabel(i), metadata.getColumnTypeName(i)));
        }
        writer.begin(columns);
        long count = 0;
        @Nullable Object[] values = new Object[columns.size()];
        while (rows.next()) {
            for (int i = 0; i < values.length; i++) {
                values[i] = Values.read(rows, i + 1, columns.get(i));
            }
            writer.row(values.clone());
            count++;
        }
        writer.end(count);
        return count;
    }

    private static SluiceException explained(TrinoEndpoint endpoint, SQLException error) {
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            if (cause instanceof ConnectException || cause instanceof UnknownHostException) {
                return unreachable(endpoint, error);
            }
        }
        String message = error.getMessage() == null ? error.toString() : error.getMessage();
        if (LOGIN_REFUSED.matcher(message).find()) {
            return new SluiceException(
                    ErrorCode.E1104,
                    "Trino at " + endpoint.url() + " refused the user " + endpoint.user()
                            + (endpoint.password().isEmpty() ? ", who came without a password" : ""),
                    "set models.trino.url to Trino's https address, and models.trino.user, password and certificate;"
                            + " without a password reading is by the catalog lake_ro and any other name",
                    error);
        }
        Matcher failed = QUERY_FAILED.matcher(message);
        String reason = failed.matches() ? failed.group(2) + " (query " + failed.group(1) + ")" : message;
        return new SluiceException(ErrorCode.E1003, reason, "", error);
    }

    private static SluiceException unreachable(TrinoEndpoint endpoint, SQLException error) {
        return endpoint.isLocal()
                ? new SluiceException(ErrorCode.E1306, "no Trino answers at " + endpoint.url(), "./sluice up", error)
                : new SluiceException(
                        ErrorCode.E1003,
                        "no Trino answers at " + endpoint.url(),
                        "check models.trino.url in sluice.yaml, and that the server is up",
                        error);
    }
}
