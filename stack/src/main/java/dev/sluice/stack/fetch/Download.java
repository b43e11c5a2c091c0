package dev.sluice.stack.fetch;

import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Fetches an artifact by the registry's ordinary client and checks its digest. Maven keeps an unfinished download and
 * resumes it; npm starts again. A file with a wrong digest is thrown away and fetched once more.
 */
final class Download {
    private static final String COPY_GOAL = "org.apache.maven.plugins:maven-dependency-plugin:3.9.0:copy";
    private static final int MINUTES_MAX = 60;
    private static final int ATTEMPTS_MAX = 2;

    private final Artifact artifact;
    private final Progress progress;

    Download(Artifact artifact, Progress progress) {
        this.artifact = artifact;
        this.progress = progress;
    }

    /** Fetches into {@code directory}, which must be empty; returns the file. */
    Path into(Path directory) throws IOException, InterruptedException {
        for (int attempt = 1; ; attempt++) {
            run(directory);
            Path file;
            try (Stream<Path> files = Files.list(directory)) {
                file = files.filter(path -> !path.getFileName().toString().endsWith(".log"))
                        .findFirst()
                        .orElseThrow(() -> failure("the client left no file", directory));
            }
            String digest = sha256(file);
            if (digest.equals(artifact.sha256())) {
                return file;
            }
            Files.delete(file);
            forgetInLocalRepository();
            if (attempt == ATTEMPTS_MAX) {
                throw new SluiceException(
                        ErrorCode.E1303,
                        artifact.name() + " arrived with the SHA-256 " + digest + " instead of " + artifact.sha256(),
                        "check the registry or mirror that your Maven or npm is set to, and try again");
            }
            progress.say(artifact.name() + " arrived damaged; fetching it once more");
        }
    }

    private void run(Path directory) throws IOException, InterruptedException {
        List<String> command = artifact.registry() == Artifact.Registry.MAVEN
                ? List.of(
                        "mvn",
                        "-B",
                        "-ntp",
                        "-q",
                        COPY_GOAL,
                        "-Dartifact=" + artifact.coordinate(),
                        "-DoutputDirectory=" + directory,
                        "-Dmdep.overWriteReleases=true")
                : List.of("npm", "pack", "--silent", artifact.coordinate());
        Path log = directory.resolve("download.log");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            String tool = command.get(0);
            throw new SluiceException(
                    ErrorCode.E1304,
                    tool + " is not on the PATH; it fetches " + artifact.name(),
                    tool.equals("mvn") ? "install Maven 3.8 or newer" : "install Node with npm",
                    e);
        }
        process.getOutputStream().close();
        long start = System.nanoTime();
        try {
            while (!process.waitFor(500, TimeUnit.MILLISECONDS)) {
                progress.show(artifact, arrived(directory), System.nanoTime() - start);
                if (System.nanoTime() - start > TimeUnit.MINUTES.toNanos(MINUTES_MAX)) {
                    throw failure("it took more than " + MINUTES_MAX + " minutes", directory);
                }
            }
        } finally {
            process.destroy();
        }
        if (process.exitValue() != 0) {
            throw failure(String.join("\n", dev.sluice.stack.process.LogTail.of(log, 8)), directory);
        }
        Files.deleteIfExists(log);
        progress.done(artifact, System.nanoTime() - start);
    }

    /** Bytes so far: Maven's unfinished file in the local repository, or what lies in the folder already. */
    private long arrived(Path directory) {
        long bytes = 0;
        for (Path place : artifact.registry() == Artifact.Registry.MAVEN
                ? List.of(localRepository(), directory)
                : List.of(directory)) {
            if (Files.isDirectory(place)) {
                try (Stream<Path> files = Files.list(place)) {
                    bytes = Math.max(
                            bytes, files.mapToLong(Download::size).max().orElse(0));
                } catch (IOException e) {
                    // Only the display suffers.
                }
            }
        }
        return bytes;
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

    private SluiceException failure(String why, Path directory) {
        return new SluiceException(
                ErrorCode.E1303,
                artifact.name() + " could not be fetched: " + why,
                "check the network and the registry settings of Maven and npm, and run the command again; it resumes or restarts the download (log in "
                        + directory + ")");
    }

    static String sha256(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] buffer = new byte[1 << 20];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                digest.update(buffer, 0, n);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
