package dev.sluice.catalog.http;

import dev.sluice.catalog.auth.Right;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * One endpoint.
 *
 * @param template path with names in braces for its variable segments, without Iceberg's {@code {prefix}}
 * @param needed right that a caller must have; empty lets in callers without a token
 */
public record Route(String method, String template, Optional<Right> needed, Function<Call, Reply> action) {
    /** The variables of a path that this template fits; empty when it does not. */
    Optional<Map<String, String>> match(String rawPath) {
        List<String> names = List.of(template.split("/"));
        List<String> segments = List.of(rawPath.split("/"));
        if (names.size() != segments.size()) {
            return Optional.empty();
        }
        Map<String, String> variables = new HashMap<>();
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i);
            String segment = segments.get(i);
            if (name.startsWith("{") && !segment.isEmpty()) {
                variables.put(name.substring(1, name.length() - 1), segment);
            } else if (!name.equals(segment)) {
                return Optional.empty();
            }
        }
        return Optional.of(variables);
    }
}
