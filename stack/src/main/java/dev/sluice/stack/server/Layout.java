package dev.sluice.stack.server;

import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import dev.sluice.stack.StackConfig;
import dev.sluice.stack.fetch.Folders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;

/** Where the parts of the stack lie: configuration in the checkout, class paths from the build, state in the home. */
public record Layout(StackConfig config, Map<String, String> environment) {
    private static final String VERSION = "0.1.0-SNAPSHOT";

    public Layout {
        environment = Map.copyOf(environment);
    }

    /** A folder below the data, for its owner only. The account that PostgreSQL runs as may pass the one above. */
    Path data(String name) throws IOException {
        Path data = config.home().resolve("data");
        Files.createDirectories(data);
        Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwx--x--x"));
        Path folder = data.resolve(name);
        Folders.makePrivate(data.resolve(Path.of(name).getName(0)));
        return Files.createDirectories(folder);
    }

    /** Those of the stack's names that a server is to see, secrets among them: each server names its own. */
    Map<String, String> only(String... names) {
        Map<String, String> some = new HashMap<>();
        for (String name : names) {
            some.put(name, Objects.requireNonNull(environment.get(name), name));
        }
        return some;
    }

    Path project(String path) {
        return config.project().resolve(path);
    }

    /** Our own module and all that it needs. */
    String moduleClassPath(String module) {
        Path jar = project(module + "/target/sluice-" + module + "-" + VERSION + ".jar");
        return jar + ":" + String.join(":", entries(module));
    }

    /** Flink first, then the libraries of the jobs; our own classes come with the job jar. */
    String flinkClassPath() {
        Set<String> entries = new LinkedHashSet<>(entries("stack/flink"));
        Predicate<String> library = entry -> !entry.contains("/sluice-") && !entry.matches(".*/slf4j-[^/]*\\.jar");
        entries("ingest").stream().filter(library).forEach(entries::add);
        entries("compaction").stream().filter(library).forEach(entries::add);
        return String.join(":", NewestJars.of(entries));
    }

    /** The job jar of a module. */
    public Path jobJar(String module) {
        return project(module + "/target/sluice-" + module + "-" + VERSION + "-job.jar");
    }

    private List<String> entries(String module) {
        Path file = project(module + "/target/runtime.classpath");
        try {
            return List.of(Files.readString(file).trim().split(":"));
        } catch (IOException e) {
            throw new SluiceException(
                    ErrorCode.E1304, module + " is not built (" + file + " is missing)", "run ./sluice build", e);
        }
    }
}
