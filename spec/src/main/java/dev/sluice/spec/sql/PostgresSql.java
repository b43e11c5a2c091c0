package dev.sluice.spec.sql;

import dev.sluice.spec.PostgresIdentifiers;

/** Quoting for PostgreSQL. */
public final class PostgresSql {
    private PostgresSql() {}

    /**
     * A name in double quotes, letter by letter as given.
     *
     * @throws IllegalArgumentException for what can be no name: empty, longer than 63 bytes, or holding U+0000
     */
    public static String identifier(String name) {
        PostgresIdentifiers.problemOf(name).ifPresent(problem -> {
            throw new IllegalArgumentException("a PostgreSQL name " + problem);
        });
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    /** {@code "schema"."name"}. */
    public static String qualified(String schema, String name) {
        return identifier(schema) + "." + identifier(name);
    }

    /**
     * A string constant; safe whatever {@code standard_conforming_strings} says.
     *
     * @throws IllegalArgumentException when the text holds U+0000, which no value of PostgreSQL can
     */
    public static String literal(String text) {
        if (text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("a PostgreSQL text must not hold U+0000");
        }
        String doubled = text.replace("'", "''");
        return text.indexOf('\\') < 0 ? "'" + doubled + "'" : "E'" + doubled.replace("\\", "\\\\") + "'";
    }
}
