package dev.sluice.spec.yaml;

import dev.sluice.spec.yaml.Shape.Key;
import dev.sluice.spec.yaml.Shape.Mapping;
import java.util.Optional;

/** Finds a key by its name wherever it belongs, for somebody who put it at the wrong place. */
final class Paths {
    private Paths() {}

    /** {@code source.postgres.host} for {@code host}; the first one in the order of the document. */
    static Optional<String> of(String name, Mapping root) {
        for (Key key : root.keys()) {
            if (key.name().equals(name)) {
                return Optional.of(name);
            }
            if (key.shape() instanceof Mapping) {
                Optional<String> below = of(name, (Mapping) key.shape());
                if (below.isPresent()) {
                    return below.map(path -> key.name() + "." + path);
                }
            }
        }
        return Optional.empty();
    }
}
