package dev.sluice.spec.yaml;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.spec.yaml.Shape.Key;
import dev.sluice.spec.yaml.Shape.Mapping;
import dev.sluice.spec.yaml.Shape.Presence;
import dev.sluice.spec.yaml.Shape.Scalar;
import dev.sluice.spec.yaml.Shape.Sequence;
import dev.sluice.spec.yaml.Shape.Shorthand;
import java.util.List;
import java.util.TreeMap;

/** The description of the keys as a JSON Schema of 2020-12, for editors. */
final class JsonSchemaOfKeys {
    private static final ObjectMapper JSON = new ObjectMapper();

    private JsonSchemaOfKeys() {}

    static ObjectNode document() {
        ObjectNode schema = JSON.createObjectNode();
        schema.put("$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.put("title", "sluice.yaml");
        schema.put("description", "One Sluice pipeline. Generated; do not edit.");
        schema.setAll(of(SluiceYaml.DOCUMENT));
        return schema;
    }

    private static ObjectNode of(Shape shape) {
        return switch (shape) {
            case Scalar scalar -> scalar(scalar.kind());
            case Mapping mapping -> mapping(mapping);
            case Sequence sequence -> {
                ObjectNode schema = JSON.createObjectNode().put("type", "array");
                schema.set("items", of(sequence.element()));
                yield schema.put("minItems", sequence.sizeMin()).put("maxItems", sequence.sizeMax());
            }
            case Shorthand either ->
                anyOf(of(either.mapping().key(either.shorthand()).orElseThrow().shape()), of(either.mapping()));
        };
    }

    private static ObjectNode mapping(Mapping mapping) {
        ObjectNode schema = JSON.createObjectNode().put("type", "object").put("additionalProperties", false);
        ObjectNode properties = schema.putObject("properties");
        for (Key key : mapping.keys()) {
            ObjectNode property = JSON.createObjectNode().put("description", key.doc());
            property.setAll(of(key.shape()));
            key.defaultText().ifPresent(text -> {
                if (text.matches("[0-9]+")) {
                    property.put("default", Long.parseLong(text));
                } else {
                    property.put("default", text);
                }
            });
            properties.set(key.name(), property);
        }
        List<String> required = mapping.keys().stream()
                .filter(key -> key.presence() == Presence.REQUIRED)
                .map(Key::name)
                .toList();
        if (!required.isEmpty()) {
            schema.set("required", JSON.valueToTree(required));
        }
        return schema;
    }

    private static ObjectNode scalar(ScalarKind kind) {
        ObjectNode plain = JSON.valueToTree(new TreeMap<>(kind.schema()));
        boolean anyText = plain.size() == 1 && plain.has("type");
        ObjectNode reference = JSON.createObjectNode().put("type", "string").put("pattern", "\\$\\{(env|file):");
        return anyText ? plain : anyOf(plain, reference);
    }

    private static ObjectNode anyOf(ObjectNode one, ObjectNode other) {
        ObjectNode either = JSON.createObjectNode();
        either.putArray("anyOf").add(one).add(other);
        return either;
    }
}
