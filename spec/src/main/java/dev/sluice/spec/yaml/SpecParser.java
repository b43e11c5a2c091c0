package dev.sluice.spec.yaml;

import dev.sluice.spec.PipelineSpec;
import dev.sluice.spec.PipelineSpec.CatalogSpec;
import dev.sluice.spec.PipelineSpec.ColumnSpec;
import dev.sluice.spec.PipelineSpec.HotSpec;
import dev.sluice.spec.PipelineSpec.ModelsSpec;
import dev.sluice.spec.PipelineSpec.PostgresSourceSpec;
import dev.sluice.spec.PipelineSpec.S3Spec;
import dev.sluice.spec.PipelineSpec.TableSpec;
import dev.sluice.spec.PipelineSpec.UpkeepSpec;
import dev.sluice.spec.PipelineSpec.WalSpec;
import dev.sluice.spec.PoisonPolicy;
import dev.sluice.spec.PostgresIdentifiers.QualifiedName;
import dev.sluice.spec.Secret;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.yaml.Problems.Place;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** {@code sluice.yaml} to {@link PipelineSpec}. Nothing but the file and the files it refers to is touched. */
public final class SpecParser {
    static final int FILE_BYTES_MAX = 1 << 20;

    private SpecParser() {}

    /**
     * Reads the file for a run: every reference must resolve.
     *
     * @param environment looks up what {@code ${env:NAME}} refers to
     */
    public static ParsedSpec parse(Path file, Function<String, Optional<String>> environment) {
        return parse(file, environment, false);
    }

    /** Checks the file for a machine that need not have its secrets: an unresolved reference is a warning. */
    public static ParsedSpec check(Path file, Function<String, Optional<String>> environment) {
        return parse(file, environment, true);
    }

    private static ParsedSpec parse(
            Path file, Function<String, Optional<String>> environment, boolean mayBeUnresolved) {
        Problems problems = new Problems(file.toString());
        Path folder = file.toAbsolutePath().normalize().resolveSibling("");
        Optional<Section> root = textOf(file, problems)
                .flatMap(text -> YamlReader.read(text, problems))
                .flatMap(node -> new Binder(new References(environment, folder, mayBeUnresolved, problems), problems)
                        .bind(node, SluiceYaml.DOCUMENT, ""))
                .map(bound -> (Section) bound.value());
        root.filter(section -> hasItsSections(section)).ifPresent(new Rules(problems, folder)::check);
        boolean usable =
                problems.all().stream().noneMatch(problem -> problem.isError() || problem.code() == ErrorCode.E0104);
        return new ParsedSpec(usable ? root.map(section -> specOf(section, folder)) : Optional.empty(), problems.all());
    }

    private static Optional<String> textOf(Path file, Problems problems) {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(FILE_BYTES_MAX + 1);
            if (bytes.length > FILE_BYTES_MAX) {
                problems.error(ErrorCode.E0105, Place.START, "the file is over 1 MB", "split it into pipelines");
                return Optional.empty();
            }
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString());
        } catch (CharacterCodingException e) {
            problems.error(ErrorCode.E0105, Place.START, "the file is not UTF-8", "save it as UTF-8");
        } catch (IOException e) {
            problems.error(
                    ErrorCode.E0105,
                    Place.START,
                    Files.exists(file) ? "the file cannot be read" : "there is no such file",
                    "name another with -f");
        }
        return Optional.empty();
    }

    /** A section that is no mapping at all is missing; the rules have nothing to look at then. */
    private static boolean hasItsSections(Section root) {
        return root.find("source").isPresent()
                && root.section("source").find("postgres").isPresent()
                && root.find("hot").isPresent()
                && root.find("models").isPresent();
    }

    private static PipelineSpec specOf(Section root, Path folder) {
        Section stream = root.section("stream");
        return new PipelineSpec(
                root.text("pipeline"),
                catalogOf(root.section("catalog")),
                sourceOf(root.section("source")),
                stream.value("commit-interval", Duration.class).toMillis(),
                stream.number("parallelism"),
                hotOf(root.section("hot"), folder),
                modelsOf(root.section("models"), folder),
                upkeepOf(root.section("upkeep")));
    }

    private static CatalogSpec catalogOf(Section catalog) {
        Section s3 = catalog.section("s3");
        return new CatalogSpec(
                catalog.text("uri"),
                catalog.value("token", Secret.class),
                catalog.text("warehouse"),
                catalog.text("namespace"),
                s3.isPresent()
                        ? Optional.of(new S3Spec(
                                s3.text("endpoint"),
                                s3.text("region"),
                                s3.text("access-key-id"),
                                s3.value("secret-access-key", Secret.class)))
                        : Optional.empty(),
                secretOf(catalog, "upkeep-token"));
    }

    private static PostgresSourceSpec sourceOf(Section source) {
        Section postgres = source.section("postgres");
        return new PostgresSourceSpec(
                postgres.text("host"),
                postgres.number("port"),
                postgres.text("database"),
                postgres.text("user"),
                postgres.value("password", Secret.class),
                postgres.text("ssl-mode"),
                source.list("tables").stream()
                        .map(element -> tableOf((Section) element.value(), source.text("poison")))
                        .toList(),
                postgres.text("exclude-at").equals("source"),
                new WalSpec(
                        postgres.value("wal-warn", Long.class),
                        postgres.find("wal-max").map(max -> (Long) max.value())));
    }

    private static TableSpec tableOf(Section table, String poison) {
        QualifiedName name = table.value("name", QualifiedName.class);
        return new TableSpec(
                name.schema(),
                name.name(),
                texts(table, "exclude"),
                PoisonPolicy.of(
                        table.find("poison").map(own -> (String) own.value()).orElse(poison)),
                table.list("columns").stream()
                        .map(element -> columnOf((Section) element.value()))
                        .toList());
    }

    private static ColumnSpec columnOf(Section column) {
        return new ColumnSpec(column.text("name"), PoisonPolicy.of(column.text("poison")));
    }

    private static HotSpec hotOf(Section hot, Path folder) {
        Section clickhouse = hot.section("clickhouse");
        return new HotSpec(
                hot.isPresent() ? clickhouse.text("url") : "",
                clickhouse.text("user"),
                hot.isPresent() ? clickhouse.value("password", Secret.class) : new Secret(""),
                clickhouse.text("database"),
                texts(hot, "tables"),
                folderOf(hot, "views", folder),
                hot.value("retention", Duration.class),
                hot.value("flush-interval", Duration.class).toMillis());
    }

    private static ModelsSpec modelsOf(Section models, Path folder) {
        Section trino = models.section("trino");
        return new ModelsSpec(
                folderOf(models, "directory", folder),
                models.isPresent() ? trino.text("url") : "",
                trino.text("user"),
                trino.text("catalog"),
                secretOf(trino, "password"),
                folderOf(trino, "certificate", folder));
    }

    private static Optional<Secret> secretOf(Section section, String key) {
        return section.find(key).map(bound -> (Secret) bound.value());
    }

    private static UpkeepSpec upkeepOf(Section upkeep) {
        return new UpkeepSpec(
                upkeep.value("target-file-size", Long.class),
                upkeep.number("min-input-files"),
                upkeep.number("delete-file-threshold"),
                upkeep.value("snapshot-retention", Duration.class),
                upkeep.number("retain-last"));
    }

    private static List<String> texts(Section section, String key) {
        return section.list(key).stream().map(bound -> (String) bound.value()).toList();
    }

    private static Optional<String> folderOf(Section section, String key, Path folder) {
        return section.find(key)
                .map(bound -> folder.resolve((String) bound.value()).normalize().toString());
    }
}
