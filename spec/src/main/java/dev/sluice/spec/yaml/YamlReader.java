package dev.sluice.spec.yaml;

import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.yaml.Problems.Place;
import java.io.StringReader;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.events.AliasEvent;
import org.yaml.snakeyaml.events.DocumentStartEvent;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.events.MappingStartEvent;
import org.yaml.snakeyaml.events.NodeEvent;
import org.yaml.snakeyaml.events.ScalarEvent;
import org.yaml.snakeyaml.events.SequenceStartEvent;
import org.yaml.snakeyaml.nodes.Node;

/**
 * Text to YAML nodes with their places. Only plain YAML passes: one document, no tags, anchors or aliases, so that
 * nothing in the file can name a class or grow when it is read.
 */
final class YamlReader {
    private static final int DEPTH_MAX = 20;

    private YamlReader() {}

    /** Empty when there is no document to look at; why is reported then. */
    static Optional<Node> read(String text, Problems problems) {
        LoaderOptions options = new LoaderOptions();
        options.setNestingDepthLimit(DEPTH_MAX);
        options.setMaxAliasesForCollections(0);
        options.setCodePointLimit(SpecParser.FILE_BYTES_MAX);
        try {
            if (!isPlain(new Yaml(options).parse(new StringReader(text)), problems)) {
                return Optional.empty();
            }
            Node root = new Yaml(options).compose(new StringReader(text));
            if (root == null) {
                problems.error(ErrorCode.E0106, Place.START, "the file is empty", "begin with `pipeline: <name>`");
            }
            return Optional.ofNullable(root);
        } catch (MarkedYAMLException e) {
            // Not the exception's message: it quotes the lines around, secrets among them.
            Place place = Place.of("", e.getProblemMark() == null ? e.getContextMark() : e.getProblemMark());
            boolean tab = e.getProblem() != null && e.getProblem().contains("\\t");
            problems.error(
                    ErrorCode.E0106,
                    place,
                    tab ? "a tab stands where only spaces may indent" : "the YAML parser says: " + e.getProblem(),
                    tab ? "indent with spaces" : "check the indentation and the quotes at this place");
        } catch (YAMLException e) {
            problems.error(
                    ErrorCode.E0106,
                    Place.START,
                    "the text is not YAML: it is nested deeper than " + DEPTH_MAX
                            + " levels or holds a character that YAML forbids",
                    "");
        }
        return Optional.empty();
    }

    private static boolean isPlain(Iterable<Event> events, Problems problems) {
        int documents = 0;
        boolean plain = true;
        for (Event event : events) {
            Place place = Place.of("", event.getStartMark());
            if (event instanceof DocumentStartEvent && ++documents > 1) {
                problems.error(ErrorCode.E0106, place, "a second document begins", "one file is one pipeline");
                return false;
            }
            if (event instanceof AliasEvent || event instanceof NodeEvent && ((NodeEvent) event).getAnchor() != null) {
                problems.error(ErrorCode.E0106, place, "anchors and aliases are not supported", "write the value out");
                plain = false;
            }
            if (tagOf(event) != null) {
                problems.error(ErrorCode.E0106, place, "tags are not supported", "leave the tag out");
                plain = false;
            }
        }
        return plain;
    }

    private static @Nullable String tagOf(Event event) {
        if (event instanceof ScalarEvent) {
            return ((ScalarEvent) event).getTag();
        }
        if (event instanceof MappingStartEvent) {
            return ((MappingStartEvent) event).getTag();
        }
        return event instanceof SequenceStartEvent ? ((SequenceStartEvent) event).getTag() : null;
    }
}
