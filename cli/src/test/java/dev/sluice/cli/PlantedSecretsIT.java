package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.CommandLineStack.Ran;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Every secret of a stack is looked for in everything that a run has written: files, command lines, what commands said. It
 * may be in the files that exist for it, which nobody but their owner reads, and nowhere else.
 */
class PlantedSecretsIT {
    private static final String PLANTED = "planted-Passw0rd-of-nobody";
    /** Files that hold secrets by purpose, as paths below the state folder. */
    private static final List<String> SECRET_FILES =
            List.of("secrets\\.properties", "pipelines/[a-z_]+\\.secrets", "data/catalog/catalog\\.yaml");

    private static CommandLineStack stack;

    @BeforeAll
    static void up() throws IOException {
        stack = CommandLineStack.up("taskmanager", "catalog", "clickhouse");
    }

    @AfterAll
    static void down() {
        stack.close();
    }

    @Test
    void noSecretIsWrittenAnywhereButInTheFilesThatExistForIt() throws Exception {
        List<String> said = use();
        Map<String, String> secrets = secrets();
        assertThat(secrets).hasSizeGreaterThan(10).containsValue(PLANTED);

        for (String text : said) {
            secrets.forEach((name, secret) -> assertThat(text.contains(secret))
                    .as("%s in what a command said", name)
                    .isFalse());
        }
        assertThat(found(commandLines(), secrets)).as("in command lines").isEmpty();
        assertThat(found(files(), secrets)).as("in files").isEmpty();
        for (Path file : files()) {
            if (isSecretFile(file)) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                        .as(file.toString())
                        .isEqualTo("rw-------");
            }
        }
    }

    @Test
    void aSecretThatIsWrittenSomewhereIsFound() throws IOException {
        Path log = stack.home().resolve("logs/leak.log");
        String secret = secrets().get("catalog-token");
        Files.writeString(log, "x".repeat(70_000) + secret + " and more");
        try {
            assertThat(found(files(), secrets())).containsExactly("catalog-token in logs/leak.log");
        } finally {
            Files.delete(log);
        }
    }

    /** A pipeline that runs, one that is refused, and what a user asks about them. */
    private static List<String> use() throws Exception {
        List<String> said = new ArrayList<>();
        stack.createDatabase(
                "watched",
                "create table t (id int primary key, n int)",
                "insert into t select g, g from generate_series(1, 100) g");
        String file = stack.pipelineFile("watched", "public.t");
        said.add(stack.succeed("apply", "-f", file).all());
        stack.sql("watched", "insert into t values (1001, 1)");
        said.add(stack.until(ran -> ran.all().contains("EQUAL"), "verify", "-f", file)
                .all());

        Path refused = Path.of(file).resolveSibling("refused.yaml");
        Files.writeString(
                refused,
                Files.readString(Path.of(file))
                        .replace("pipeline: watched", "pipeline: refused")
                        .replace("${env:SLUICE_POSTGRES_PASSWORD}", "${env:PLANTED_PASSWORD}"));
        stack.setVariable("PLANTED_PASSWORD", PLANTED);
        Ran apply = stack.run("--debug", "apply", "-f", refused.toString());
        assertThat(apply.exitCode()).as(apply.all()).isNotZero();
        said.add(apply.all());
        said.add(stack.run("--debug", "validate", "-f", refused.toString()).all());
        said.add(stack.run("status").all());
        said.add(stack.run("pipelines", "-o", "json").all());
        said.add(stack.run("history", "-f", file, "t").all());
        for (String server :
                List.of("postgres", "object-store", "catalog", "jobmanager", "taskmanager", "clickhouse")) {
            said.add(stack.run("logs", server).all());
        }
        return said;
    }

    /** The secrets of the stack, and the one that a user got wrong. */
    private static Map<String, String> secrets() throws IOException {
        Properties properties = new Properties();
        try (InputStream in = Files.newInputStream(stack.home().resolve("secrets.properties"))) {
            properties.load(in);
        }
        Map<String, String> secrets = new TreeMap<>(Map.of("planted", PLANTED));
        properties.stringPropertyNames().stream()
                .filter(name -> !name.endsWith("key-id"))
                .forEach(name -> secrets.put(name, properties.getProperty(name)));
        return secrets;
    }

    private static List<Path> files() throws IOException {
        try (Stream<Path> all = Files.walk(stack.home())) {
            return all.filter(Files::isRegularFile).toList();
        }
    }

    /** What the system tells everybody of the processes that this stack has started. */
    private static List<Path> commandLines() throws IOException {
        String folder = stack.home().toString();
        try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
            List<Path> lines = processes
                    .map(process -> process.resolve("cmdline"))
                    .filter(line -> contains(line, folder))
                    .toList();
            assertThat(lines).as("processes of the stack").isNotEmpty();
            return lines;
        }
    }

    private static boolean isSecretFile(Path file) {
        String name = stack.home().relativize(file).toString();
        return SECRET_FILES.stream().anyMatch(name::matches);
    }

    private static List<String> found(List<Path> files, Map<String, String> secrets) {
        List<String> found = new ArrayList<>();
        for (Path file : files) {
            if (isSecretFile(file)) {
                continue;
            }
            secrets.forEach((name, secret) -> {
                if (contains(file, secret)) {
                    found.add(name + " in " + stack.home().relativize(file));
                }
            });
        }
        return found;
    }

    /** Files come and go while servers run; one that is gone holds nothing. */
    private static boolean contains(Path file, String text) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains(text);
        } catch (IOException e) {
            if (Files.exists(file) && !file.startsWith("/proc")) {
                throw new UncheckedIOException(e);
            }
            return false;
        }
    }
}
