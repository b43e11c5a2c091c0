package dev.sluice.trino.model;

import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.NearestName;
import dev.sluice.spec.errors.SluiceException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads {@link FrontMatter}. */
final class FrontMatterParser {
    private static final Pattern ENTRY = Pattern.compile("--\\s?([A-Za-z][A-Za-z_-]*):\\s*(.*)");
    private static final Pattern MORE = Pattern.compile("--\\s{2,}(\\S.*)");
    private static final Pattern COLUMN = Pattern.compile("([A-Za-z_][A-Za-z0-9_]*)\\s*:\\s*(.+)");
    private static final List<String> KEYS = List.of("description", "key", "column", "test");

    private final Path file;

    private Optional<String> description = Optional.empty();
    private final List<String> key = new ArrayList<>();
    private final Map<String, String> columns = new LinkedHashMap<>();
    private final List<ModelTest> tests = new ArrayList<>();

    private FrontMatterParser(Path file) {
        this.file = file;
    }

    /**
     * Reads the comments at the head of a model.
     *
     * @throws SluiceException E1002 naming file and line
     */
    static FrontMatter parse(Path file, String text) {
        FrontMatterParser parser = new FrontMatterParser(file);
        for (Entry entry : parser.entries(text)) {
            parser.take(entry);
        }
        List<ModelTest> all = new ArrayList<>();
        if (!parser.key.isEmpty()) {
            parser.key.forEach(column -> all.add(new ModelTest.NotNull(column)));
            all.add(new ModelTest.Unique(parser.key));
        }
        parser.tests.stream().filter(test -> !all.contains(test)).forEach(all::add);
        return new FrontMatter(
                parser.description, List.copyOf(parser.key), Map.copyOf(parser.columns), List.copyOf(all));
    }

    private record Entry(int line, String name, String value) {}

    private List<Entry> entries(String text) {
        List<Entry> entries = new ArrayList<>();
        int number = 0;
        for (String line : text.lines().toList()) {
            number++;
            if (!line.startsWith("--")) {
                break;
            }
            Matcher more = MORE.matcher(line);
            Matcher entry = ENTRY.matcher(line);
            if (more.matches() && !entries.isEmpty()) {
                Entry last = entries.removeLast();
                entries.add(new Entry(last.line(), last.name(), (last.value() + " " + more.group(1)).strip()));
            } else if (entry.matches()) {
                entries.add(new Entry(number, entry.group(1), entry.group(2).strip()));
            } else if (!line.substring(2).isBlank()) {
                throw problem(number, "'" + line + "' is not of the form '-- key: value'; notes go below the head");
            }
        }
        return entries;
    }

    private void take(Entry entry) {
        if (entry.value().isEmpty()) {
            throw problem(entry.line(), "'" + entry.name() + "' has no value");
        }
        switch (entry.name()) {
            case "description" -> {
                once(entry, description.isPresent());
                description = Optional.of(entry.value());
            }
            case "key" -> {
                once(entry, !key.isEmpty());
                Arrays.stream(entry.value().split(",")).map(String::strip).forEach(key::add);
            }
            case "column" -> {
                Matcher column = COLUMN.matcher(entry.value());
                if (!column.matches()) {
                    throw problem(entry.line(), "a column is written '-- column: name: description'");
                }
                once(entry, columns.put(column.group(1), column.group(2)) != null);
            }
            case "test" -> tests.add(test(entry));
            default ->
                throw problem(
                        entry.line(),
                        "'" + entry.name() + "' is not a key"
                                + NearestName.of(entry.name(), KEYS)
                                        .map(near -> "; did you mean '" + near + "'?")
                                        .orElse("; keys are " + String.join(", ", KEYS)));
        }
    }

    private ModelTest test(Entry entry) {
        try {
            return ModelTestParser.parse(entry.value());
        } catch (IllegalArgumentException e) {
            throw problem(entry.line(), String.valueOf(e.getMessage()));
        }
    }

    private void once(Entry entry, boolean again) {
        if (again) {
            throw problem(entry.line(), "'" + entry.name() + "' is there twice");
        }
    }

    private SluiceException problem(int line, String reason) {
        return new SluiceException(ErrorCode.E1002, file + ", line " + line + ": " + reason, "");
    }
}
