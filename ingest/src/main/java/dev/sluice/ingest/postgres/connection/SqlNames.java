package dev.sluice.ingest.postgres.connection;

/** The one place where PostgreSQL identifiers and literals are quoted. */
public final class SqlNames {
    private SqlNames() {}

    /** An identifier in double quotes; any legal name passes unchanged. */
    public static String identifier(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    /** {@code "schema"."table"}. */
    public static String qualified(String schema, String table) {
        return identifier(schema) + '.' + identifier(table);
    }

    /** A string literal; relies on {@code standard_conforming_strings}, which the driver requires as well. */
    public static String literal(String value) {
        return '\'' + value.replace("'", "''") + '\'';
    }
}
