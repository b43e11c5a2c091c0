package dev.sluice.clickhouse.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Finds libchdb for tests: the system property {@code sluice.libchdb}, the environment's SLUICE_LIBCHDB, the cache that
 * {@code sluice} fills, and last the npm registry. A test without it fails and says why; it is never skipped.
 */
public final class EngineLibrary {
    private static final String PACKAGE = "@chdb/lib-linux-x64-gnu@26.7.3-stable.1";
    private static final String FILE = "libchdb.so";
    private static final int CACHE_DEPTH = 5;
    private static final long DOWNLOAD_MINUTES = 5;

    private EngineLibrary() {}

    public static Path find() throws IOException, InterruptedException {
        String named = System.getProperty("sluice.libchdb", System.getenv().getOrDefault("SLUICE_LIBCHDB", ""));
        if (!named.isEmpty()) {
            return Path.of(named);
        }
        String cacheHome = System.getenv("XDG_CACHE_HOME");
        Path cache = (cacheHome == null ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(cacheHome))
                .resolve("sluice");
        Files.createDirectories(cache);
        try (Stream<Path> files =
                Files.find(cache, CACHE_DEPTH, (path, attributes) -> path.endsWith(FILE) && attributes.size() > 0)) {
            var found = files.findFirst();
            if (found.isPresent()) {
                return found.get();
            }
        }
        return download(cache.resolve("test-libchdb-26.7.3"));
    }

    private static Path download(Path folder) throws IOException, InterruptedException {
        Files.createDirectories(folder);
        Path partial = Files.createTempDirectory(folder.getParent(), "libchdb");
        run(partial, "npm", "pack", "--silent", PACKAGE);
        try (Stream<Path> files = Files.list(partial)) {
            Path tarball = files.filter(file -> file.toString().endsWith(".tgz"))
                    .findFirst()
                    .orElseThrow(() -> new IOException("npm pack " + PACKAGE + " left no tarball"));
            run(partial, "tar", "-xzf", tarball.getFileName().toString(), "package/" + FILE);
            Files.delete(tarball);
        }
        return Files.move(partial.resolve("package").resolve(FILE), folder.resolve(FILE));
    }

    private static void run(Path folder, String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .inheritIO()
                .start();
        if (!process.waitFor(DOWNLOAD_MINUTES, TimeUnit.MINUTES) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new IOException("cannot get libchdb: failed: " + String.join(" ", command));
        }
    }
}
