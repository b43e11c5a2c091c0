package dev.sluice.stack.fetch;

import dev.sluice.spec.Sha256;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import dev.sluice.spec.time.Backoff;
import dev.sluice.spec.time.Ticker;
import dev.sluice.stack.process.LogTail;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Fetches an artifact by the registry's ordinary client and checks its digest. Maven keeps an unfinished download and
 * resumes it; npm starts again. A client that failed is run again, and a file with a wrong digest is thrown away.
 */
final class Download {
    private static final String COPY_GOAL = "org.apache.maven.plugins:maven-dependency-plugin:3.9.0:copy";
    private static final int MINUTES_MAX = 60;
    private static final int ATTEMPTS_MAX = 3;
    private static final Backoff BACKOFF = new Backoff(Duration.ofSeconds(2), Duration.ofSeconds(10));

    private final Artifact artifact;
    private final FetchDisplay progress;

    Download(Artifact artifact, FetchDisplay progress) {
        this.artifact = artifact;
        this.progress = progress;
    }

    /** Fetches into {@code directory}, which must be empty; returns the file. */
    Path into(Path directory) throws IOException, InterruptedException {
        checkSpace(directory);
        for (int attempt = 1; ; attempt++) {
            Optional<String> failure = run(directory, attempt);
            if (failure.isEmpty()) {
                Path file = file(directory);
                String digest = sha256(file);
                if (digest.equals(artifact.sha256())) {
                    return file;
                }
                Files.delete(file);
                forgetInLocalRepository();
                failure = Optional.of("it arrived with the SHA-256 " + digest + " instead of " + artifact.sha256());
            }
            if (attempt == ATTEMPTS_MAX) {
                throw failure(failure.get());
            }
            progress.say("fetching " + artifact.name() + " failed (" + lastLine(failure.get()) + "); trying again");
            BACKOFF.pause(attempt - 1, Ticker.SYSTEM);
        }
    }

    private static String lastLine(String text) {
        return text.lines().reduce((one, next) -> next).orElse("");
    }

    /** The archive and what is unpacked from it. */
    private void checkSpace(Path directory) throws IOException {
        long free = Files.getFileStore(directory).getUsableSpace();
        if (free < 4 * artifact.bytes()) {
            throw new SluiceException(
                    ErrorCode.E1305,
                    String.format(
                            Locale.ROOT,
                            "%s needs %,d MB while it is unpacked, and %s has %,d MB left",
                            artifact.name(),
                            4 * artifact.bytes() / 1_000_000,
                            directory,
                            free / 1_000_000),
                    "free some space, or set XDG_CACHE_HOME to a folder on another disk");
        }
    }

    private Path file(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(path -> !path.getFileName().toString().endsWith(".log"))
                    .findFirst()
                    .orElseThrow(() -> failure("the client left no file"));
        }
    }

    /** Empty when the client says that all went well; otherwise the end of what it said. */
    private Optional<String> run(Path directory, int attempt) throws IOException, InterruptedException {
        Path log = directory.resolve("download.log");
        Process process = start(command(directory, attempt), directory, log);
        long start = System.nanoTime();
        try {
            while (!process.waitFor(500, TimeUnit.MILLISECONDS)) {
                progress.show(artifact, arrived(directory), System.nanoTime() - start);
                if (System.nanoTime() - start > TimeUnit.MINUTES.toNanos(MINUTES_MAX)) {
                    throw failure("it took more than " + MINUTES_MAX + " minutes");
                }
            }
        } finally {
            process.destroy();
        }
        if (process.exitValue() != 0) {
            return Optional.of(String.join("\n", LogTail.of(log, 8)));
        }
        Files.deleteIfExists(log);
        progress.done(artifact, System.nanoTime() - start);
        return Optional.empty();
    }

    private List<String> command(Path directory, int attempt) {
        if (artifact.registry() == Artifact.Registry.NPM) {
            return List.of("npm", "pack", "--silent", artifact.coordinate());
        }
        List<String> command = new ArrayList<>(List.of(
                "mvn",
                "-B",
                "-ntp",
                "-q",
                COPY_GOAL,
                "-Dartifact=" + artifact.coordinate(),
                "-DoutputDirectory=" + directory,
                "-Dmdep.overWriteReleases=true"));
        if (attempt > 1) {
            // Maven remembers a failed lookup for a day unless told to look again.
            command.add("-U");
        }
        return command;
    }

    private Process start(List<String> command, Path directory, Path log) {
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(log.toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        try {
            return builder.start();
        } catch (IOException e) {
            String tool = command.getFirst();
            throw new SluiceException(
                    ErrorCode.E1304,
                    tool + " is not on the PATH; it fetches " + artifact.name(),
                    tool.equals("mvn") ? "install Maven 3.8 or newer" : "install Node.js with npm",
                    e);
        }
    }

    /** Bytes so far: the client's unfinished file in its own cache, or what lies in the folder already. */
    private long arrived(Path directory) {
        Path unfinished = artifact.registry() == Artifact.Registry.MAVEN ? localRepository() : npmTemporary();
        return Math.max(largestFile(unfinished), largestFile(directory));
    }

    private static long largestFile(Path folder) {
        if (!Files.isDirectory(folder)) {
            return 0;
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.mapToLong(Download::size).max().orElse(0);
        } catch (IOException e) {
            // Only the display suffers.
            return 0;
        }
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            return 0;
        }
    }

    /** The artifact's folder in Maven's local repository. */
    private Path localRepository() {
        Path repository = Path.of(System.getProperty("user.home"), ".m2", "repository");
        for (String option : System.getenv().getOrDefault("MAVEN_OPTS", "").split("\\s+")) {
            if (option.startsWith("-Dmaven.repo.local=")) {
                repository = Path.of(option.substring(option.indexOf('=') + 1));
            }
        }
        String[] parts = artifact.coordinate().split(":");
        return repository.resolve(parts[0].replace('.', '/')).resolve(parts[1]).resolve(parts[2]);
    }

    private void forgetInLocalRepository() throws IOException {
        if (artifact.registry() == Artifact.Registry.MAVEN && Files.isDirectory(localRepository())) {
            try (Stream<Path> files = Files.list(localRepository())) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private static Path npmTemporary() {
        String cache = System.getenv("npm_config_cache");
        return (cache == null ? Path.of(System.getProperty("user.home"), ".npm") : Path.of(cache))
                .resolve("_cacache/tmp");
    }

    private SluiceException failure(String why) {
        return new SluiceException(
                ErrorCode.E1303,
                artifact.name() + " (" + artifact.coordinate() + ") could not be fetched: " + why,
                "check the network and the registry settings of Maven and npm, and run the command again");
    }

    static String sha256(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            MessageDigest digest = Sha256.digest();
            byte[] buffer = new byte[1 << 20];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                digest.update(buffer, 0, n);
            }
            return HexFormat.of().formatHex(digest.digest());
        }
    }
}
