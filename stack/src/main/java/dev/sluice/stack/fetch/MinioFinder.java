package dev.sluice.stack.fetch;

import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Finds the real MinIO, or builds it by its own way of installing. It runs as a process of its own and is never linked. */
public final class MinioFinder {
    private static final String MODULE = "github.com/minio/minio@v0.0.0-20260212201848-7aac2a2c5b7c";
    private static final int BUILD_MINUTES_MAX = 20;

    private MinioFinder() {}

    /** Looks at SLUICE_MINIO, {@code tools/} in the state folder, the PATH and GOPATH/bin. */
    public static Optional<Path> find(Path home) {
        List<Path> places = new ArrayList<>();
        Optional.ofNullable(System.getenv("SLUICE_MINIO")).map(Path::of).ifPresent(places::add);
        places.add(home.resolve("tools/minio"));
        for (String folder : System.getenv().getOrDefault("PATH", "").split(":")) {
            places.add(Path.of(folder.isEmpty() ? "." : folder, "minio"));
        }
        String goPath = System.getenv().getOrDefault("GOPATH", System.getProperty("user.home") + "/go");
        places.add(Path.of(goPath, "bin", "minio"));
        return places.stream()
                .filter(place -> Files.isRegularFile(place) && Files.isExecutable(place))
                .findFirst()
                .map(Path::toAbsolutePath);
    }

    /** @throws SluiceException E1304 when there is none */
    public static Path require(Path home) {
        return find(home)
                .orElseThrow(() -> new SluiceException(
                        ErrorCode.E1304,
                        "no MinIO binary was found (SLUICE_MINIO, " + home.resolve("tools") + ", PATH, GOPATH/bin)",
                        "run `sluice install minio`, or use --store s3proxy"));
    }

    /** Builds MinIO with Go into {@code tools/} of the state folder; takes a few minutes. */
    public static Path install(Path home, FetchDisplay progress) throws IOException, InterruptedException {
        Path tools = Files.createDirectories(home.resolve("tools"));
        progress.say("building MinIO with Go (a few minutes, once)");
        Path log = tools.resolve("minio-build.log");
        ProcessBuilder builder = new ProcessBuilder("go", "install", MODULE)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().put("GOBIN", tools.toString());
        builder.environment().put("GOTOOLCHAIN", "local");
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new SluiceException(
                    ErrorCode.E1304,
                    "go is not on the PATH; MinIO is built with it",
                    "install Go 1.26 or newer, or use --store s3proxy",
                    e);
        }
        if (!process.waitFor(BUILD_MINUTES_MAX, TimeUnit.MINUTES) || process.exitValue() != 0) {
            process.destroy();
            throw new SluiceException(
                    ErrorCode.E1303,
                    "MinIO could not be built (log: " + log + ")",
                    "read the log; S3Proxy does without it");
        }
        return tools.resolve("minio");
    }
}
