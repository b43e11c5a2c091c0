package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.stack.installation.Installation;
import dev.sluice.stack.installation.Part;
import dev.sluice.stack.installation.SluiceVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A distribution, unpacked outside of the checkout and run with nothing of this process's environment but its Java. */
class DistributionIT {
    private static final Path CHECKOUT =
            Path.of(System.getProperty("sluice.home", "..")).toAbsolutePath().normalize();

    @TempDir
    static Path folder;

    private static Path root;

    @TempDir
    Path home;

    private record Ran(int exitCode, String out, String err) {}

    @BeforeAll
    static void unpack() throws Exception {
        Path assembled = Files.createDirectory(folder.resolve("assembled"));
        Ran made = run(CHECKOUT, Map.of("PATH", System.getenv("PATH")), "distribution/assemble", assembled.toString());
        assertThat(made.exitCode()).as(made.err()).isZero();
        // A path with a space: the launcher has to quote.
        Path elsewhere = Files.createDirectory(folder.resolve("an other place"));
        String name = "sluice-" + SluiceVersion.current();
        Ran unpacked = run(
                elsewhere,
                Map.of("PATH", System.getenv("PATH")),
                "tar",
                "-xzf",
                assembled.resolve(name + ".tar.gz").toString());
        assertThat(unpacked.exitCode()).as(unpacked.err()).isZero();
        root = elsewhere.resolve(name);
    }

    @Test
    void itsHelpListsTheVerbs() throws Exception {
        Ran ran = sluice("help");
        assertThat(ran.exitCode()).as(ran.err()).isZero();
        assertThat(ran.out()).contains("demo", "apply", "verify", "version");
    }

    @Test
    void itTellsTheVersionThatTheBuildHas() throws Exception {
        Ran ran = sluice("version");
        assertThat(ran.out())
                .startsWith("sluice " + SluiceVersion.current() + "\n")
                .contains("installed in " + root + "\n")
                .contains("state in " + home.resolve(".sluice") + "\n");
    }

    @Test
    void itFindsItsJarsWhenItIsCalledByALinkFromAnotherFolder() throws Exception {
        Path link = Files.createSymbolicLink(home.resolve("sluice"), root.resolve("bin/sluice"));
        Ran ran = run(home, environment(), link.toString(), "--version");
        assertThat(ran.out()).isEqualTo("sluice " + SluiceVersion.current() + "\n");
    }

    @Test
    void itValidatesAFileOfTheFolderThatItIsCalledIn() throws Exception {
        Path file = home.resolve("sluice.yaml");
        String valid = """
                pipeline: shop
                catalog: {uri: "http://127.0.0.1:1", token: "${env:HOME}", warehouse: "s3://lake/warehouse"}
                source:
                  postgres: {host: 127.0.0.1, port: 1, database: shop, user: sluice, password: "${env:HOME}"}
                  tables: [public.orders]
                """;
        Files.writeString(file, valid);
        assertThat(sluice("validate").out()).contains("sluice.yaml is valid: pipeline shop, 1 tables");
        Files.writeString(file, valid + "streem: {}\n");
        Ran wrong = sluice("validate");
        assertThat(wrong.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(wrong.out() + wrong.err()).contains("E0101", "streem", "stream");
    }

    @Test
    void itLoadsNoClassFromOutside() throws Exception {
        Path log = home.resolve("classes.log");
        List<String> outside = new ArrayList<>();
        Map<String, String> environment = new java.util.HashMap<>(environment());
        environment.put("JDK_JAVA_OPTIONS", "-Xlog:class+load=info:file=\"" + log + "\":none");
        assertThat(run(home, environment, root.resolve("bin/sluice").toString(), "help")
                        .exitCode())
                .isZero();
        try (Stream<String> lines = Files.lines(log)) {
            lines.filter(line -> line.contains("source: file:"))
                    .filter(line -> !line.contains(root.toUri().getRawPath()) && !line.contains(root.toString()))
                    .forEach(outside::add);
        }
        assertThat(Files.readString(log)).contains("dev.sluice.cli.Main source: file:");
        assertThat(outside).isEmpty();
    }

    @Test
    void everyPartFindsWhatItNeedsAndNoJarIsThereTwice() throws IOException {
        Installation installation = Installation.at(root);
        for (Part part : List.of(Part.CLI, Part.CATALOG, Part.CLICKHOUSE, Part.INGEST, Part.COMPACTION, Part.FLINK)) {
            assertThat(installation.libraries(part))
                    .as(part.toString())
                    .hasSizeGreaterThan(10)
                    .doesNotHaveDuplicates()
                    .doesNotContain(installation.jar(part))
                    .allMatch(Files::isRegularFile)
                    .hasSameSizeAs(Installation.at(CHECKOUT).libraries(part));
        }
        assertThat(List.of(
                        installation.jar(Part.CLI),
                        installation.jar(Part.CATALOG),
                        installation.jar(Part.CLICKHOUSE),
                        installation.jar(Part.TRINO_PASSWORD),
                        installation.jobJar(Part.INGEST),
                        installation.jobJar(Part.COMPACTION)))
                .allMatch(Files::isRegularFile);
        assertNoTwoAreTheSame();
    }

    private static void assertNoTwoAreTheSame() throws IOException {
        List<Path> jars;
        try (Stream<Path> files = Files.list(root.resolve("lib"))) {
            jars = files.filter(file -> file.toString().endsWith(".jar")).toList();
        }
        for (int i = 0; i < jars.size(); i++) {
            for (Path other : jars.subList(i + 1, jars.size())) {
                assertThat(Files.size(jars.get(i)) == Files.size(other) && Files.mismatch(jars.get(i), other) < 0)
                        .as("%s is %s", jars.get(i), other)
                        .isFalse();
            }
        }
    }

    private Map<String, String> environment() {
        return Map.of(
                "PATH", "/usr/bin:/bin", "HOME", home.toString(), "SLUICE_JAVA_HOME", System.getProperty("java.home"));
    }

    private Ran sluice(String... arguments) throws Exception {
        List<String> command =
                new ArrayList<>(List.of(root.resolve("bin/sluice").toString()));
        command.addAll(List.of(arguments));
        return run(home, environment(), command.toArray(String[]::new));
    }

    private static Ran run(Path directory, Map<String, String> environment, String... command) throws Exception {
        Path out = Files.createTempFile(folder, "run", ".out");
        Path err = Files.createTempFile(folder, "run", ".err");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        Process process = builder.start();
        if (!process.waitFor(2, TimeUnit.MINUTES)) {
            process.destroyForcibly();
            throw new AssertionError(String.join(" ", command) + " did not end within two minutes");
        }
        return new Ran(process.exitValue(), Files.readString(out), Files.readString(err));
    }
}
