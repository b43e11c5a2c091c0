package dev.sluice.spec.yaml;

import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.yaml.Problems.Place;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;

/**
 * Replaces {@code ${env:NAME}}, {@code ${env:NAME:-default}} and {@code ${file:PATH}} inside a value. {@code $${}
 * stands for {@code ${} itself. What a reference resolves to is never part of a message.
 */
final class References {
    private static final int FILE_BYTES_MAX = 64 * 1024;
    private static final String NAME = "[A-Za-z_][A-Za-z0-9_]*";
    private static final String FORMS = "write ${env:NAME}, ${env:NAME:-default} or ${file:PATH}; $${ is a plain ${";

    private final Function<String, Optional<String>> environment;
    private final Path folder;
    private final boolean mayBeUnresolved;
    private final Problems problems;

    /**
     * @param environment looks up a variable
     * @param folder what relative paths of {@code ${file:...}} start from
     * @param mayBeUnresolved whether a reference without a value is a warning only
     */
    References(
            Function<String, Optional<String>> environment, Path folder, boolean mayBeUnresolved, Problems problems) {
        this.environment = environment;
        this.folder = folder;
        this.mayBeUnresolved = mayBeUnresolved;
        this.problems = problems;
    }

    /**
     * @param text the value with its references replaced
     * @param literal whether nothing in the value came from a reference
     */
    record Resolved(String text, boolean literal) {}

    /** Empty when a reference could not be resolved; that is already reported. */
    Optional<Resolved> resolve(String text, Place place) {
        StringBuilder whole = new StringBuilder();
        boolean literal = true;
        boolean failed = false;
        int from = 0;
        for (int at = text.indexOf("${"); at >= 0; at = text.indexOf("${", from)) {
            if (at > from && text.charAt(at - 1) == '$') {
                whole.append(text, from, at - 1).append("${");
                from = at + 2;
                continue;
            }
            int end = text.indexOf('}', at);
            if (end < 0) {
                problems.error(ErrorCode.E0104, place, "has a reference without its closing brace", FORMS);
                return Optional.empty();
            }
            Optional<String> value = valueOf(text.substring(at + 2, end), place);
            failed |= value.isEmpty();
            whole.append(text, from, at).append(value.orElse(""));
            literal = false;
            from = end + 1;
        }
        whole.append(text, from, text.length());
        return failed ? Optional.empty() : Optional.of(new Resolved(whole.toString(), literal));
    }

    private Optional<String> valueOf(String reference, Place place) {
        if (reference.startsWith("env:")) {
            return variable(reference.substring("env:".length()), place);
        }
        if (reference.startsWith("file:")) {
            return file(reference.substring("file:".length()), place);
        }
        problems.error(ErrorCode.E0104, place, "has a reference of an unknown form", FORMS);
        return Optional.empty();
    }

    private Optional<String> variable(String body, Place place) {
        int split = body.indexOf(":-");
        String name = split < 0 ? body : body.substring(0, split);
        if (!name.matches(NAME)) {
            problems.error(ErrorCode.E0104, place, "refers to an environment variable by an impossible name", FORMS);
            return Optional.empty();
        }
        Optional<String> value = environment.apply(name);
        if (split >= 0) {
            return Optional.of(value.filter(text -> !text.isEmpty()).orElse(body.substring(split + 2)));
        }
        if (value.isEmpty()) {
            unresolved(
                    place,
                    "refers to the environment variable " + name + ", which is not set",
                    name.startsWith("SLUICE_")
                            ? "start the local stack with `sluice up`, or set " + name
                            : "set " + name + ", or give a default: ${env:" + name + ":-default}");
        }
        return value;
    }

    private Optional<String> file(String path, Place place) {
        try {
            Path file = folder.resolve(path);
            try (InputStream in = Files.newInputStream(file)) {
                byte[] bytes = in.readNBytes(FILE_BYTES_MAX + 1);
                if (bytes.length > FILE_BYTES_MAX) {
                    problems.error(ErrorCode.E0104, place, "refers to the file " + path + ", which is over 64 KB", "");
                    return Optional.empty();
                }
                // One line end belongs to the file, not to the value.
                return Optional.of(new String(bytes, StandardCharsets.UTF_8).replaceFirst("\r?\n\\z", ""));
            }
        } catch (IOException | InvalidPathException e) {
            unresolved(
                    place,
                    "refers to the file " + path + ", which cannot be read ("
                            + e.getClass().getSimpleName() + ")",
                    "relative paths start from the folder of sluice.yaml; check that the file exists");
            return Optional.empty();
        }
    }

    private void unresolved(Place place, String message, String fix) {
        if (mayBeUnresolved) {
            problems.warning(ErrorCode.E0104, place, message, fix);
        } else {
            problems.error(ErrorCode.E0104, place, message, fix);
        }
    }
}
