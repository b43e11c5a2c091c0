package dev.sluice.spec;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.reflect.Constructor;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Records of this package as JSON trees, by their components. Jackson's own binding would need two more modules on
 * the Flink cluster (for Optional and Duration) and annotations to let secrets out.
 */
final class RecordJson {
    /** Where one of several records may stand: the name of the one that does. */
    static final String KIND = "kind";

    private RecordJson() {}

    /** What stands for a secret, which is at that path of the record. */
    interface SecretWriter {
        JsonNode write(Secret secret, String path);
    }

    /** The secret that a node stands for; throws {@link IllegalArgumentException} without naming a value. */
    interface SecretReader {
        Secret read(JsonNode node, String path);
    }

    /** @param path of the value, empty for the root; components are joined by dots */
    static JsonNode toJson(Object value, String path, SecretWriter secrets) {
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        if (value instanceof Record record) {
            ObjectNode object = nodes.objectNode();
            for (RecordComponent component : record.getClass().getRecordComponents()) {
                String name = path.isEmpty() ? component.getName() : path + "." + component.getName();
                Object inner = valueOf(component, record);
                JsonNode node = toJson(inner, name, secrets);
                if (component.getType().isSealed()) {
                    ((ObjectNode) node).put(KIND, inner.getClass().getSimpleName());
                }
                object.set(component.getName(), node);
            }
            return object;
        } else if (value instanceof List<?> list) {
            ArrayNode array = nodes.arrayNode();
            list.forEach(element -> array.add(toJson(element, path + "[" + array.size() + "]", secrets)));
            return array;
        } else if (value instanceof Optional<?> optional) {
            return optional.map(inner -> toJson(inner, path, secrets)).orElse(nodes.nullNode());
        } else if (value instanceof Secret secret) {
            return secrets.write(secret, path);
        } else if (value instanceof String || value instanceof Duration) {
            return nodes.textNode(value.toString());
        } else if (value instanceof Enum<?> constant) {
            return nodes.textNode(constant.name());
        } else if (value instanceof Boolean flag) {
            return nodes.booleanNode(flag);
        } else if (value instanceof Integer || value instanceof Long) {
            return nodes.numberNode(((Number) value).longValue());
        }
        throw new IllegalArgumentException("no JSON form for " + (value == null ? "null" : value.getClass()));
    }

    /** Throws {@link IllegalArgumentException}, naming the path but never the value. */
    static Object fromJson(Type type, JsonNode node, String path, SecretReader secrets) {
        if (type instanceof ParameterizedType generic) {
            Type element = generic.getActualTypeArguments()[0];
            if (generic.getRawType() == Optional.class) {
                return node == null || node.isNull()
                        ? Optional.empty()
                        : Optional.of(fromJson(element, node, path, secrets));
            }
            require(node != null && node.isArray(), path, "a list");
            List<Object> list = new ArrayList<>(node.size());
            for (JsonNode child : node) {
                list.add(fromJson(element, child, path + "[]", secrets));
            }
            return List.copyOf(list);
        }
        Class<?> plain = (Class<?>) type;
        if (plain == Secret.class) {
            return secrets.read(node, path);
        }
        if (plain.isSealed()) {
            return recordOf(kindOf(plain, node, path), node, path, secrets);
        }
        return plain.isRecord() ? recordOf(plain, node, path, secrets) : scalarOf(plain, node, path);
    }

    private static Class<?> kindOf(Class<?> type, JsonNode node, String path) {
        require(node != null && node.isObject(), path, "an object");
        for (Class<?> kind : type.getPermittedSubclasses()) {
            if (kind.getSimpleName().equals(node.path(KIND).textValue())) {
                return kind;
            }
        }
        throw new IllegalArgumentException(path + "." + KIND + " must be the name of a kind that this version knows");
    }

    private static Object recordOf(Class<?> type, JsonNode node, String path, SecretReader secrets) {
        require(node != null && node.isObject(), path, "an object");
        RecordComponent[] components = type.getRecordComponents();
        Class<?>[] types = new Class<?>[components.length];
        Object[] values = new Object[components.length];
        for (int i = 0; i < components.length; i++) {
            types[i] = components[i].getType();
            String name = components[i].getName();
            values[i] = fromJson(components[i].getGenericType(), node.get(name), path + "." + name, secrets);
        }
        try {
            Constructor<?> constructor = type.getDeclaredConstructor(types);
            return constructor.newInstance(values);
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException("the value of " + path + " was refused", e);
        }
    }

    private static Object scalarOf(Class<?> type, JsonNode node, String path) {
        if (type == Long.class) {
            return scalarOf(long.class, node, path);
        }
        if (type == int.class) {
            require(node != null && node.canConvertToInt() && node.isIntegralNumber(), path, "a whole number");
            return node.intValue();
        } else if (type == long.class) {
            require(node != null && node.canConvertToLong() && node.isIntegralNumber(), path, "a whole number");
            return node.longValue();
        } else if (type == boolean.class) {
            require(node != null && node.isBoolean(), path, "true or false");
            return node.booleanValue();
        }
        require(node != null && node.isTextual(), path, "a text");
        if (type.isEnum()) {
            for (Object constant : type.getEnumConstants()) {
                if (((Enum<?>) constant).name().equals(node.textValue())) {
                    return constant;
                }
            }
            throw new IllegalArgumentException(path + " must be one of " + List.of(type.getEnumConstants()));
        }
        if (type == String.class) {
            return node.textValue();
        } else if (type == Duration.class) {
            try {
                return Duration.parse(node.textValue());
            } catch (DateTimeParseException e) {
                // Without the cause, which carries the text.
                throw new IllegalArgumentException(path + " must be an ISO 8601 duration");
            }
        }
        throw new IllegalArgumentException("no JSON form for " + type);
    }

    private static Object valueOf(RecordComponent component, Record record) {
        try {
            return component.getAccessor().invoke(record);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("component " + component.getName() + " is not readable", e);
        }
    }

    private static void require(boolean holds, String path, String expected) {
        if (!holds) {
            throw new IllegalArgumentException(path + " must be " + expected);
        }
    }
}
