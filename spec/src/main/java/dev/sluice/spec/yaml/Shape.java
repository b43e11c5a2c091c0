package dev.sluice.spec.yaml;

import java.util.List;
import java.util.Optional;

/** What may stand at one place of the document. */
sealed interface Shape {
    /** One value. */
    record Scalar(ScalarKind kind) implements Shape {}

    /** Keys with values; {@code doc} is a sentence for the reference page. */
    record Mapping(List<Key> keys) implements Shape {
        Optional<Key> key(String name) {
            return keys.stream().filter(key -> key.name().equals(name)).findFirst();
        }

        List<String> names() {
            return keys.stream().map(Key::name).toList();
        }
    }

    /** A list with at least {@code sizeMin} and at most {@code sizeMax} elements. */
    record Sequence(Shape element, int sizeMin, int sizeMax) implements Shape {}

    /** A mapping, or one scalar that stands for its key {@code shorthand}. */
    record Shorthand(Mapping mapping, String shorthand) implements Shape {}

    /**
     * One key of a mapping.
     *
     * @param presence whether the key must be there
     * @param defaultText what a missing scalar means, as it would be written; empty when there is no default
     * @param doc one sentence or two for the reference page and the schema
     */
    record Key(String name, Shape shape, Presence presence, Optional<String> defaultText, String doc) {
        static Key required(String name, Shape shape, String doc) {
            return new Key(name, shape, Presence.REQUIRED, Optional.empty(), doc);
        }

        static Key optional(String name, Shape shape, String doc) {
            return new Key(name, shape, Presence.OPTIONAL, Optional.empty(), doc);
        }

        static Key withDefault(String name, String defaultText, ScalarKind kind, String doc) {
            return new Key(name, new Scalar(kind), Presence.OPTIONAL, Optional.of(defaultText), doc);
        }
    }

    /** Whether a key may be left out. */
    enum Presence {
        REQUIRED,
        OPTIONAL
    }
}
