package dev.sluice.catalog;

import dev.sluice.catalog.config.CatalogConfig.DatabaseConfig;
import dev.sluice.stack.StackServer;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The server as it ships: its own JVM, {@code etc/catalog.yaml}, a database of its own, the shared object store. */
final class CatalogProcess implements AutoCloseable {
    static final String DATABASE_PASSWORD_NAME = "SLUICE_CATALOG_JDBC_PASSWORD";
    private static final long START_SECONDS_MAX = 60;

    private final Process process;
    private final Path log;

    private CatalogProcess(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    /** What the shipped configuration needs to run on a new database. */
    static Map<String, String> environment() throws IOException {
        Map<String, String> environment = new HashMap<>(CatalogFixture.with(StackServer.OBJECT_STORE));
        DatabaseConfig database = CatalogFixture.newDatabase();
        environment.put("SLUICE_CATALOG_PORT", Integer.toString(freePort()));
        environment.put("SLUICE_CATALOG_JDBC_URL", database.url());
        environment.put("SLUICE_CATALOG_JDBC_USER", database.user());
        environment.put(DATABASE_PASSWORD_NAME, database.password().reveal());
        environment.put("SLUICE_CATALOG_TOKEN", CatalogFixture.WRITER_TOKEN);
        environment.put("SLUICE_CATALOG_READER_TOKEN", CatalogFixture.READER_TOKEN);
        environment.put(
                "SLUICE_WAREHOUSE", "s3://lake/catalog-test/" + database.url().replaceFirst(".*/", ""));
        return environment;
    }

    static CatalogProcess start(Map<String, String> environment, Path folder) throws IOException {
        Path target = CatalogFixture.PROJECT.resolve("catalog/target");
        Path log = Files.createTempFile(folder, "catalog", ".log");
        ProcessBuilder server = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx384m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                target.resolve("classes") + ":"
                        + Files.readString(target.resolve("runtime.classpath")).strip(),
                CatalogServer.class.getName(),
                "--config",
                CatalogFixture.PROJECT.resolve("catalog/etc/catalog.yaml").toString());
        server.environment().keySet().removeIf(name -> name.startsWith("SLUICE_"));
        server.environment().putAll(environment);
        server.redirectErrorStream(true).redirectOutput(log.toFile());
        return new CatalogProcess(server.start(), log);
    }

    /** Waits until the server says that it is ready; false when it ended instead. */
    boolean isReady() throws IOException, InterruptedException {
        long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS_MAX);
        while (System.nanoTime() - deadlineNanos < 0) {
            if (log().contains("ready on http://")) {
                return true;
            }
            if (process.waitFor(100, TimeUnit.MILLISECONDS)) {
                return false;
            }
        }
        throw new IllegalStateException("neither ready nor ended: " + log());
    }

    String log() throws IOException {
        return Files.readString(log);
    }

    /** Sends SIGTERM. */
    void terminate() {
        process.destroy();
    }

    int exitCode() throws InterruptedException {
        if (!process.waitFor(START_SECONDS_MAX, TimeUnit.SECONDS)) {
            throw new IllegalStateException("the process does not end");
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
