package dev.sluice.spec.yaml;

import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * A kind of value that one scalar can have.
 *
 * @param expected completes "must be ..."
 * @param reader text to value; throws {@link IllegalArgumentException} with "must ..." or "must not ..." and never
 *     with the text itself, which may be a secret
 * @param schema keywords of JSON Schema for the text as it is written
 * @param secret whether the value must not be written out in the file nor shown anywhere
 */
record ScalarKind(String expected, Function<String, Object> reader, Map<String, Object> schema, boolean secret) {

    Object read(String text) {
        return reader.apply(text);
    }

    /** Free text, without control characters. */
    static ScalarKind text(String what) {
        return new ScalarKind(
                what,
                text -> {
                    check(!text.isEmpty(), "must not be empty");
                    check(text.chars().noneMatch(Character::isISOControl), "must not hold control characters");
                    return text;
                },
                Map.of("type", List.of("string", "number")),
                false);
    }

    static ScalarKind password() {
        ScalarKind text = text("a reference to a secret, ${env:NAME} or ${file:PATH}");
        return new ScalarKind(
                text.expected, value -> new dev.sluice.spec.Secret((String) text.read(value)), text.schema, true);
    }

    /** Text that matches the pattern, which also goes into the schema. */
    static ScalarKind pattern(String pattern, int lengthMax, String expected) {
        java.util.regex.Pattern compiled = java.util.regex.Pattern.compile(pattern);
        return new ScalarKind(
                expected,
                text -> {
                    check(text.length() <= lengthMax && compiled.matcher(text).matches(), "must be " + expected);
                    return text;
                },
                Map.of("type", "string", "pattern", "^" + pattern + "$", "maxLength", lengthMax),
                false);
    }

    static ScalarKind choice(List<String> choices) {
        String expected = "one of " + String.join(", ", choices);
        return new ScalarKind(
                expected,
                text -> {
                    check(choices.contains(text), "must be " + expected);
                    return text;
                },
                Map.of("enum", choices),
                false);
    }

    static ScalarKind integer(int min, int max) {
        String expected = "a whole number from " + min + " to " + max;
        return new ScalarKind(
                expected,
                text -> {
                    check(text.matches("[0-9]{1,9}"), "must be " + expected);
                    int number = Integer.parseInt(text);
                    check(number >= min && number <= max, "must be " + expected);
                    return number;
                },
                Map.of("type", "integer", "minimum", min, "maximum", max),
                false);
    }

    /** A {@link java.time.Duration}; the bounds are written as in the file. */
    static ScalarKind duration(String min, String max) {
        String expected = "a duration from " + min + " to " + max + ", a number with ms, s, m, h or d";
        return new ScalarKind(
                expected,
                text -> {
                    var value = Units.duration(text);
                    check(value.isPresent(), "must be " + expected);
                    boolean within = value.get().compareTo(Units.duration(min).orElseThrow()) >= 0
                            && value.get().compareTo(Units.duration(max).orElseThrow()) <= 0;
                    check(within, "must be " + expected);
                    return value.get();
                },
                Map.of("type", "string", "pattern", Units.DURATION_PATTERN),
                false);
    }

    /** Bytes, as a {@link Long}. */
    static ScalarKind size(String min, String max) {
        String expected = "a size from " + min + " to " + max + ", a number with B, KB, MB or GB (1 KB is 1024 B)";
        return new ScalarKind(
                expected,
                text -> {
                    var value = Units.bytes(text);
                    check(value.isPresent(), "must be " + expected);
                    boolean within = value.get() >= Units.bytes(min).orElseThrow()
                            && value.get() <= Units.bytes(max).orElseThrow();
                    check(within, "must be " + expected);
                    return value.get();
                },
                Map.of("type", "string", "pattern", Units.SIZE_PATTERN),
                false);
    }

    /** An absolute URI with one of the schemes, a host, and no user, query or fragment in it. */
    static ScalarKind uri(List<String> schemes, String example) {
        String expected = "a URI such as " + example;
        return new ScalarKind(
                expected,
                text -> Uris.check(text, schemes, "must be " + expected),
                Map.of("type", "string", "pattern", "^(" + String.join("|", schemes) + ")://[^@?#\\s]+$"),
                false);
    }

    private static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException(otherwise);
        }
    }
}
