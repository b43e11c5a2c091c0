package dev.sluice.spec.yaml;

import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.NearestName;
import dev.sluice.spec.yaml.Problems.Place;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/**
 * The configuration file of one of Sluice's own servers: nested mappings of plain values, read as dotted keys, under
 * the same rules as {@code sluice.yaml} (no tags or aliases; {@code ${env:NAME}} and {@code ${file:PATH}}). Its reader
 * checks the values and reports through {@link #error}. Not thread-safe.
 */
public final class FlatYaml {
    private final Problems problems;
    private final Collection<String> keys;
    private final Map<String, List<String>> values = new LinkedHashMap<>();
    private final Map<String, Place> places = new LinkedHashMap<>();

    private FlatYaml(Problems problems, Collection<String> keys) {
        this.problems = problems;
        this.keys = keys;
    }

    /**
     * Reads the file; what is wrong with it is found in {@link #problems}.
     *
     * @param keys every key that may stand in the file, dotted
     * @param environment looks up what {@code ${env:NAME}} refers to
     */
    public static FlatYaml read(Path file, Collection<String> keys, Function<String, Optional<String>> environment) {
        Problems problems = new Problems(file.toString());
        FlatYaml flat = new FlatYaml(problems, keys);
        Path folder = file.toAbsolutePath().normalize().resolveSibling("");
        References references = new References(environment, folder, false, problems);
        textOf(file, problems)
                .flatMap(text -> YamlReader.read(text, problems))
                .ifPresent(node -> flat.walk("", node, references));
        return flat;
    }

    /** The value of a key; empty when it is missing, empty, or could not be resolved. */
    public Optional<String> text(String key) {
        return values.getOrDefault(key, List.of()).stream().findFirst().filter(text -> !text.isEmpty());
    }

    /** The elements of a list, or the one value that stands for it; empty ones too. */
    public List<String> texts(String key) {
        return values.getOrDefault(key, List.of());
    }

    /** Whether the key stands in the file, resolved or not. */
    public boolean has(String key) {
        return places.containsKey(key);
    }

    /** Reports that a value is wrong. The message must not repeat a secret. */
    public void error(ErrorCode code, String key, String message, String fix) {
        problems.error(code, places.getOrDefault(key, new Place(key, 1, 1)), message, fix);
    }

    /** Everything wrong so far, in the order of the file. */
    public List<SpecProblem> problems() {
        return problems.all();
    }

    private void walk(String path, Node node, References references) {
        if (node instanceof MappingNode) {
            for (NodeTuple tuple : ((MappingNode) node).getValue()) {
                Node name = tuple.getKeyNode();
                String text = name instanceof ScalarNode ? ((ScalarNode) name).getValue() : "?";
                walk(path.isEmpty() ? text : path + "." + text, tuple.getValueNode(), references);
            }
            return;
        }
        Place place = Place.of(path, node.getStartMark());
        if (!keys.contains(path)) {
            String hint = NearestName.of(path, keys)
                    .map(nearest -> "did you mean `" + nearest + "`?")
                    .orElse("the keys are " + String.join(", ", keys));
            problems.error(ErrorCode.E0101, place, "is not a key of this file", hint);
            return;
        }
        if (places.put(path, place) != null) {
            problems.error(ErrorCode.E0107, place, "stands twice in the file", "remove one of them");
            return;
        }
        List<Node> elements = node instanceof SequenceNode ? ((SequenceNode) node).getValue() : List.of(node);
        List<String> resolved = new ArrayList<>(elements.size());
        for (Node element : elements) {
            if (element instanceof ScalarNode) {
                references
                        .resolve(((ScalarNode) element).getValue(), place)
                        .ifPresent(value -> resolved.add(value.text()));
            } else {
                problems.error(ErrorCode.E0102, place, "must hold plain values", "");
            }
        }
        values.put(path, List.copyOf(resolved));
    }

    private static Optional<String> textOf(Path file, Problems problems) {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(SpecParser.FILE_BYTES_MAX + 1);
            if (bytes.length <= SpecParser.FILE_BYTES_MAX) {
                return Optional.of(new String(bytes, StandardCharsets.UTF_8));
            }
            problems.error(ErrorCode.E0105, Place.START, "the file is over 1 MB", "");
        } catch (IOException e) {
            String what = Files.exists(file) ? "the file cannot be read" : "there is no such file";
            problems.error(ErrorCode.E0105, Place.START, what, "check its path and permissions");
        }
        return Optional.empty();
    }
}
