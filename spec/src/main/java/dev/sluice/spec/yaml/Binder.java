package dev.sluice.spec.yaml;

import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.NearestName;
import dev.sluice.spec.yaml.Problems.Place;
import dev.sluice.spec.yaml.Section.Bound;
import dev.sluice.spec.yaml.Shape.Key;
import dev.sluice.spec.yaml.Shape.Mapping;
import dev.sluice.spec.yaml.Shape.Presence;
import dev.sluice.spec.yaml.Shape.Scalar;
import dev.sluice.spec.yaml.Shape.Sequence;
import dev.sluice.spec.yaml.Shape.Shorthand;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/** Lays the document over its description; everything that does not fit is reported, and the rest goes on. */
final class Binder {
    private final References references;
    private final Problems problems;

    Binder(References references, Problems problems) {
        this.references = references;
        this.problems = problems;
    }

    /** Empty when the value is wrong or unresolved; that is reported then. */
    Optional<Bound> bind(Node node, Shape shape, String path) {
        Place place = Place.of(path, node.getStartMark());
        if (isNull(node)) {
            problems.error(ErrorCode.E0102, place, "has no value", "give one, or leave the key out");
            return Optional.empty();
        }
        if (shape instanceof Scalar) {
            return scalar(node, ((Scalar) shape).kind(), place);
        }
        if (shape instanceof Sequence) {
            return sequence(node, (Sequence) shape, place);
        }
        if (shape instanceof Shorthand) {
            Shorthand either = (Shorthand) shape;
            return node instanceof ScalarNode ? shorthand(node, either, place) : mapping(node, either.mapping(), place);
        }
        return mapping(node, (Mapping) shape, place);
    }

    private Optional<Bound> mapping(Node node, Mapping shape, Place place) {
        if (!(node instanceof MappingNode)) {
            problems.error(ErrorCode.E0102, place, "must be a mapping with keys such as " + firstNames(shape), "");
            return Optional.empty();
        }
        Section section = new Section(place, true);
        Set<String> seen = new HashSet<>();
        for (NodeTuple tuple : ((MappingNode) node).getValue()) {
            String name = tuple.getKeyNode() instanceof ScalarNode ? ((ScalarNode) tuple.getKeyNode()).getValue() : "?";
            String path = join(place.key(), name);
            Place keyPlace = Place.of(path, tuple.getKeyNode().getStartMark());
            Optional<Key> key = shape.key(name);
            if (!seen.add(name)) {
                problems.error(ErrorCode.E0107, keyPlace, "stands twice in the same mapping", "remove one of them");
            } else if (key.isEmpty()) {
                problems.error(ErrorCode.E0101, keyPlace, "is not a key of " + owner(place), hint(name, shape));
            } else {
                bind(tuple.getValueNode(), key.get().shape(), path).ifPresent(bound -> section.put(name, bound));
            }
        }
        fillIn(section, shape, seen);
        return Optional.of(new Bound(section, place));
    }

    private void fillIn(Section section, Mapping shape, Set<String> seen) {
        for (Key key : shape.keys()) {
            if (seen.contains(key.name())) {
                continue;
            }
            Place place = new Place(
                    join(section.place().key(), key.name()),
                    section.place().line(),
                    section.place().column());
            if (key.presence() == Presence.REQUIRED && section.isPresent()) {
                problems.error(ErrorCode.E0102, place, "is missing", "add it: " + key.doc());
            }
            if (key.shape() instanceof Mapping) {
                Section absent = new Section(place, false);
                fillIn(absent, (Mapping) key.shape(), Set.of());
                section.put(key.name(), new Bound(absent, place));
            } else if (key.defaultText().isPresent()) {
                ScalarKind kind = ((Scalar) key.shape()).kind();
                section.put(key.name(), new Bound(kind.read(key.defaultText().get()), place));
            }
        }
    }

    private Optional<Bound> sequence(Node node, Sequence shape, Place place) {
        if (!(node instanceof SequenceNode)) {
            problems.error(ErrorCode.E0102, place, "must be a list", "write it as [a, b], or one `- a` per line");
            return Optional.empty();
        }
        List<Node> elements = ((SequenceNode) node).getValue();
        if (elements.size() < shape.sizeMin() || elements.size() > shape.sizeMax()) {
            problems.error(
                    ErrorCode.E0102,
                    place,
                    "must have from " + shape.sizeMin() + " to " + shape.sizeMax() + " elements, not "
                            + elements.size(),
                    "");
            return Optional.empty();
        }
        List<Bound> bound = new ArrayList<>(elements.size());
        for (int i = 0; i < elements.size(); i++) {
            bind(elements.get(i), shape.element(), place.key() + "[" + i + "]").ifPresent(bound::add);
        }
        return Optional.of(new Bound(bound, place));
    }

    private Optional<Bound> shorthand(Node node, Shorthand shape, Place place) {
        Key key = shape.mapping().key(shape.shorthand()).orElseThrow();
        Section section = new Section(place, true);
        Optional<Bound> value = bind(node, key.shape(), place.key());
        value.ifPresent(bound -> section.put(key.name(), bound));
        fillIn(section, shape.mapping(), Set.of(key.name()));
        return value.map(bound -> new Bound(section, place));
    }

    private Optional<Bound> scalar(Node node, ScalarKind kind, Place place) {
        if (!(node instanceof ScalarNode)) {
            problems.error(ErrorCode.E0102, place, "must be one value: " + kind.expected(), "");
            return Optional.empty();
        }
        Optional<References.Resolved> resolved = references.resolve(((ScalarNode) node).getValue(), place);
        if (resolved.isEmpty()) {
            return Optional.empty();
        }
        String text = resolved.get().text();
        if (kind.secret() && resolved.get().literal()) {
            problems.warning(
                    ErrorCode.E1101,
                    place,
                    "is a secret in plain text",
                    "refer to it: ${env:NAME} or ${file:PATH}, and change the secret if the file was shared");
        }
        try {
            return Optional.of(new Bound(kind.read(text), place));
        } catch (IllegalArgumentException e) {
            boolean showable = resolved.get().literal() && !kind.secret();
            String shown = showable ? ", not `" + clip(text) + "`" : "";
            problems.error(ErrorCode.E0102, place, e.getMessage() + shown, "");
            return Optional.empty();
        }
    }

    private static boolean isNull(Node node) {
        return node instanceof ScalarNode && node.getTag().equals(Tag.NULL);
    }

    private static String hint(String name, Mapping shape) {
        Optional<String> nearest = NearestName.of(name, shape.names());
        if (nearest.isPresent()) {
            return "did you mean `" + nearest.get() + "`?";
        }
        return Paths.of(name, SluiceYaml.DOCUMENT)
                .map(path -> "did you mean `" + path + "`?")
                .orElse("its keys are " + String.join(", ", shape.names()));
    }

    private static String firstNames(Mapping shape) {
        return String.join(
                ", ", shape.names().subList(0, Math.min(3, shape.names().size())));
    }

    private static String owner(Place place) {
        return place.key().isEmpty() ? "the document" : "`" + place.key() + "`";
    }

    private static String join(String path, String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    private static String clip(String text) {
        int max = 60;
        String line = text.replaceAll("\\p{Cntrl}", " ");
        return line.length() <= max ? line : line.substring(0, max) + "...";
    }
}
