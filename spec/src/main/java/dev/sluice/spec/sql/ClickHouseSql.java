package dev.sluice.spec.sql;

/** Quoting for ClickHouse. Both kinds of quotes know the backslash. */
public final class ClickHouseSql {
    private ClickHouseSql() {}

    /**
     * A name in backticks.
     *
     * @throws IllegalArgumentException when it is empty
     */
    public static String identifier(String name) {
        if (name.isEmpty()) {
            throw new IllegalArgumentException("a ClickHouse name must not be empty");
        }
        return '`' + name.replace("\\", "\\\\").replace("`", "\\`") + '`';
    }

    /** {@code `database`.`table`}. */
    public static String qualified(String database, String table) {
        return identifier(database) + '.' + identifier(table);
    }

    /** A string literal. */
    public static String literal(String text) {
        return '\'' + text.replace("\\", "\\\\").replace("'", "\\'") + '\'';
    }
}
