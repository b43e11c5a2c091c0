package dev.sluice.cli.bench.peers;

import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The jars of the stock path, fetched by Maven at the first use: {@code bench/peers} is no module of the build.
 *
 * @param classPath of its Flink and all that runs in it
 * @param job the jar that is submitted
 */
record StockJars(String classPath, Path job) {
    private static final long FETCHED_WITHIN_MINUTES = 20;

    static StockJars get(Path project, Path log, Consumer<String> say) throws IOException, InterruptedException {
        Path module = project.resolve("bench/peers");
        Path classPath = module.resolve("target/runtime.classpath");
        if (!Files.exists(classPath)) {
            say.accept("fetching the stock path: Flink 1.20.1, Flink CDC 3.5.0, Iceberg 1.11.0; log: " + log);
            Process maven = new ProcessBuilder(
                            List.of("mvn", "-B", "-f", module.resolve("pom.xml").toString(), "package"))
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            if (!maven.waitFor(FETCHED_WITHIN_MINUTES, TimeUnit.MINUTES) || maven.exitValue() != 0) {
                maven.destroy();
                throw new SluiceException(
                        ErrorCode.E1304,
                        "the stock path could not be fetched; see " + log,
                        "is Maven's repository there?");
            }
        }
        return new StockJars(
                Files.readString(classPath).strip(), module.resolve("target/sluice-bench-peers-0.1.0-SNAPSHOT.jar"));
    }
}
