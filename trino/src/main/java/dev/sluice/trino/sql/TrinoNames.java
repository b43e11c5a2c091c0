package dev.sluice.trino.sql;

import java.util.Arrays;
import java.util.stream.Collectors;

/** Quoting for Trino's dialect. Every identifier and every literal that Sluice puts into Trino SQL goes through here. */
public final class TrinoNames {
    private TrinoNames() {}

    /**
     * A delimited identifier, {@code "name"}.
     *
     * @throws IllegalArgumentException when the name is empty or holds a control character
     */
    public static String quote(String identifier) {
        if (identifier.isEmpty() || identifier.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("not a name: empty, or with a control character in it");
        }
        return '"' + identifier.replace("\"", "\"\"") + '"';
    }

    /** {@code "a"."b"."c"}. */
    public static String qualified(String... parts) {
        return Arrays.stream(parts).map(TrinoNames::quote).collect(Collectors.joining("."));
    }

    /** A string literal, {@code 'text'}. */
    public static String literal(String text) {
        return '\'' + text.replace("'", "''") + '\'';
    }
}
