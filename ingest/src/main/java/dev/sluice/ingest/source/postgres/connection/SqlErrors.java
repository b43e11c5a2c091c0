package dev.sluice.ingest.source.postgres.connection;

import java.sql.SQLException;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** What may be told of a server's error: its message and state, never its detail, which can hold values of rows. */
public final class SqlErrors {
    public static final String OBJECT_IN_USE = "55006";
    public static final String UNDEFINED_OBJECT = "42704";
    public static final String OBJECT_NOT_IN_PREREQUISITE_STATE = "55000";
    public static final String INVALID_PARAMETER_VALUE = "22023";
    public static final String INSUFFICIENT_PRIVILEGE = "42501";
    public static final String LOCK_NOT_AVAILABLE = "55P03";
    public static final String DUPLICATE_OBJECT = "42710";
    public static final String QUERY_CANCELED = "57014";
    public static final String UNDEFINED_TABLE = "42P01";
    public static final String INVALID_SCHEMA_NAME = "3F000";
    public static final String CONFIGURATION_LIMIT_EXCEEDED = "53400";
    public static final String PROGRAM_LIMIT_EXCEEDED = "54000";

    private SqlErrors() {}

    public static String message(SQLException e) {
        ServerErrorMessage server = e instanceof PSQLException p ? p.getServerErrorMessage() : null;
        String text = server == null ? e.getMessage() : server.getMessage();
        return text + (e.getSQLState() == null ? "" : " (SQLSTATE " + e.getSQLState() + ")");
    }

    /** Whether the same may succeed later: the connection broke, the server stopped, or somebody held a lock. */
    public static boolean isPassing(SQLException e) {
        String state = e.getSQLState() == null ? "08" : e.getSQLState();
        return state.startsWith("08")
                || state.startsWith("40")
                || state.startsWith("53")
                || state.startsWith("57")
                || state.equals(LOCK_NOT_AVAILABLE);
    }

    public static boolean is(SQLException e, String state) {
        return state.equals(e.getSQLState());
    }
}
