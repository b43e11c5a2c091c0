package dev.sluice.spec.yaml;

import dev.sluice.spec.yaml.Problems.Place;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A mapping of the file, bound: values by key, defaults filled in. A value that was wrong or could not be resolved
 * is missing; whoever asks for it must know that there are problems and must not ask.
 */
final class Section {
    private final Place place;
    private final boolean present;
    private final Map<String, Bound> values = new LinkedHashMap<>();

    /**
     * @param place where the section stands
     * @param present whether the section is in the file
     */
    Section(Place place, boolean present) {
        this.place = place;
        this.present = present;
    }

    /**
     * One value with its place.
     *
     * @param value a scalar's value, a {@link Section}, or a list of {@code Bound}
     */
    record Bound(Object value, Place place) {}

    void put(String key, Bound value) {
        values.put(key, value);
    }

    boolean isPresent() {
        return present;
    }

    Place place() {
        return place;
    }

    Section section(String key) {
        return value(key, Section.class);
    }

    Optional<Bound> find(String key) {
        return Optional.ofNullable(values.get(key));
    }

    /** The elements of a list; empty when there is none. */
    @SuppressWarnings("unchecked")
    List<Bound> list(String key) {
        Bound bound = values.get(key);
        return bound == null ? List.of() : (List<Bound>) bound.value();
    }

    <T> T value(String key, Class<T> type) {
        if (!values.containsKey(key)) {
            throw new IllegalStateException("no value of " + place.key() + "." + key);
        }
        return type.cast(values.get(key).value());
    }

    String text(String key) {
        return value(key, String.class);
    }

    int number(String key) {
        return value(key, Integer.class);
    }
}
