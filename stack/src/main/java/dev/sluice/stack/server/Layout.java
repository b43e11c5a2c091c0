package dev.sluice.stack.server;

import dev.sluice.stack.StackConfig;
import dev.sluice.stack.fetch.Folders;
import dev.sluice.stack.installation.Installation;
import dev.sluice.stack.installation.Part;
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
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Where the parts of the stack lie: configuration and jars in the installation, state in the home. */
public record Layout(StackConfig config, Map<String, String> environment) {
    public Layout {
        environment = Map.copyOf(environment);
    }

    Installation installation() {
        return config.installation();
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

    /** One of our own parts and all that it needs. */
    String classPath(Part part) {
        return Stream.concat(Stream.of(installation().jar(part)), installation().libraries(part).stream())
                .map(Path::toString)
                .collect(Collectors.joining(":"));
    }

    /** Flink first, then the libraries of the jobs; our own classes come with the job jar. */
    String flinkClassPath() {
        Set<String> entries = new LinkedHashSet<>(names(Part.FLINK));
        // By the name of the file: the folder of a distribution is called sluice-VERSION too.
        Predicate<String> library = entry -> !entry.matches(".*/(sluice|slf4j)-[^/]*\\.jar");
        names(Part.INGEST).stream().filter(library).forEach(entries::add);
        names(Part.COMPACTION).stream().filter(library).forEach(entries::add);
        return String.join(":", NewestJars.of(entries));
    }

    private List<String> names(Part part) {
        return installation().libraries(part).stream().map(Path::toString).toList();
    }
}
