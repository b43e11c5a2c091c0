package dev.sluice.trino.model;

import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import dev.sluice.trino.asof.SnapshotLookup.LakeTable;
import dev.sluice.trino.sql.ParsedSql;
import dev.sluice.trino.sql.TableReference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Loads {@code <folder>/silver/*.sql} and {@code <folder>/gold/*.sql}. Needs no server. */
public final class ModelFolder {
    /** The layers that models make. */
    public static final List<String> LAYERS = List.of("silver", "gold");

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]{0,99}");

    private ModelFolder() {}

    /**
     * Reads and checks every model by itself; {@link ModelGraph} checks them against each other.
     *
     * @param trinoCatalog Trino's name of the lake: the only catalog that a model may name
     * @return the models by layer and name
     * @throws SluiceException E0105 when the folder cannot be read, E1002 when a model is not a single, repeatable query or
     *     its front matter is wrong, E1001 when it reads what is not in the lake
     */
    public static List<Model> load(Path folder, String trinoCatalog) {
        List<Model> models = new ArrayList<>();
        for (String layer : LAYERS) {
            for (Path file : sqlFiles(folder.resolve(layer))) {
                models.add(load(layer, file, trinoCatalog));
            }
        }
        return List.copyOf(models);
    }

    private static List<Path> sqlFiles(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".sql"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw unreadable(folder, e);
        }
    }

    private static Model load(String layer, Path file, String trinoCatalog) {
        String fileName = file.getFileName().toString();
        String name = fileName.substring(0, fileName.length() - ".sql".length());
        if (!NAME.matcher(name).matches()) {
            throw new SluiceException(
                    ErrorCode.E1002,
                    file + ": '" + name + "' cannot be the name of a table",
                    "rename the file: small letters, digits and underscores, beginning with a letter");
        }
        String text;
        try {
            text = Files.readString(file);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
        FrontMatter frontMatter = FrontMatterParser.parse(file, text);
        ParsedSql sql = parse(file, text);
        List<TableReference> references = sql.tablesRead();
        ModelRules.check(file, sql, references, trinoCatalog);
        LakeTable output = new LakeTable(layer, name);
        Set<LakeTable> reads = new LinkedHashSet<>();
        references.forEach(reference -> reads.add(Model.tableOf(reference)));
        frontMatter
                .tests()
                .forEach(test -> test.reads().stream()
                        .filter(table -> !table.equals(output))
                        .forEach(reads::add));
        return new Model(output, file, text, frontMatter, sql, references, Set.copyOf(reads));
    }

    private static ParsedSql parse(Path file, String text) {
        try {
            return ParsedSql.parse(text);
        } catch (SluiceException e) {
            throw new SluiceException(
                    ErrorCode.E1002,
                    file + ", " + e.reason(),
                    "a model is one SELECT (or WITH ... SELECT), nothing else",
                    e);
        }
    }

    private static SluiceException unreadable(Path path, IOException cause) {
        return new SluiceException(ErrorCode.E0105, path + ": " + cause.getMessage(), "", cause);
    }
}
