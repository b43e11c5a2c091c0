package dev.sluice.spec.sql;

import java.util.Arrays;
import java.util.stream.Collectors;

/** Quoting for Trino. */
public final class TrinoSql {
    private TrinoSql() {}

    /**
     * A delimited identifier, {@code "name"}.
     *
     * @throws IllegalArgumentException when the name is empty or holds a control character
     */
    public static String identifier(String name) {
        if (name.isEmpty() || name.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("not a name: empty, or with a control character in it");
        }
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    /** {@code "a"."b"."c"}. */
    public static String qualified(String... parts) {
        return Arrays.stream(parts).map(TrinoSql::identifier).collect(Collectors.joining("."));
    }

    /** A string literal, {@code 'text'}: Trino knows no escapes in it. */
    public static String literal(String text) {
        return '\'' + text.replace("'", "''") + '\'';
    }
}
