package dev.sluice.spec;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What can be a name in PostgreSQL, and how users write one with its schema. */
public final class PostgresIdentifiers {
    /** PostgreSQL cuts longer names off silently (NAMEDATALEN - 1). */
    public static final int LENGTH_BYTES_MAX = 63;

    private static final Pattern QUALIFIED =
            Pattern.compile("(\"(?:[^\"]|\"\")+\"|[^\".\\s]+)\\.(\"(?:[^\"]|\"\")+\"|[^\".\\s]+)");

    private PostgresIdentifiers() {}

    /** Why the text can be no name ("must ..."), or empty when it can. */
    public static Optional<String> problemOf(String name) {
        if (name.isEmpty()) {
            return Optional.of("must not be empty");
        }
        if (name.indexOf('\0') >= 0) {
            return Optional.of("must not hold U+0000");
        }
        if (name.getBytes(StandardCharsets.UTF_8).length > LENGTH_BYTES_MAX) {
            return Optional.of("must be at most " + LENGTH_BYTES_MAX + " bytes long");
        }
        return Optional.empty();
    }

    /** Splits {@code schema.name}; either part may stand in double quotes. Letters keep their case. */
    public static Optional<QualifiedName> parseQualified(String text) {
        Matcher matcher = QUALIFIED.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        QualifiedName name = new QualifiedName(unquote(matcher.group(1)), unquote(matcher.group(2)));
        boolean usable =
                problemOf(name.schema()).isEmpty() && problemOf(name.name()).isEmpty();
        return usable ? Optional.of(name) : Optional.empty();
    }

    private static String unquote(String part) {
        return part.startsWith("\"") ? part.substring(1, part.length() - 1).replace("\"\"", "\"") : part;
    }

    /** A table's name with its schema, both unquoted. */
    public record QualifiedName(String schema, String name) {}
}
