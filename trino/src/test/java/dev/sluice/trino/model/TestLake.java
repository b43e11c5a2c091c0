package dev.sluice.trino.model;

import dev.sluice.lake.LakeCatalog;
import dev.sluice.spec.PipelineSpec.CatalogSpec;
import dev.sluice.spec.PipelineSpec.S3Spec;
import dev.sluice.spec.Secret;
import dev.sluice.stack.LocalStack;
import dev.sluice.stack.StackConfig;
import dev.sluice.stack.StackPorts;
import dev.sluice.stack.StackServer;
import dev.sluice.stack.fetch.FetchDisplay;
import dev.sluice.trino.query.TrinoEndpoint;
import dev.sluice.trino.query.TrinoQuery;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** Real servers with an empty lake, and clients of them. */
final class TestLake implements AutoCloseable {
    private static final int PORT_OFFSET =
            Integer.parseInt(System.getenv().getOrDefault("SLUICE_TEST_PORT_OFFSET", "7000"));

    /** Each of a run has a folder of its own: it begins empty. */
    private static final AtomicInteger STARTED = new AtomicInteger();

    private final LocalStack stack;
    private final Map<String, String> environment;
    final LakeCatalog catalog;

    private TestLake(LocalStack stack) {
        this.stack = stack;
        environment = stack.environment();
        catalog = LakeCatalog.open(new CatalogSpec(
                environment.get("SLUICE_CATALOG_URI"),
                new Secret(environment.get("SLUICE_CATALOG_TOKEN")),
                environment.get("SLUICE_WAREHOUSE"),
                "bronze",
                Optional.of(new S3Spec(
                        environment.get("SLUICE_S3_ENDPOINT"),
                        environment.get("SLUICE_S3_REGION"),
                        environment.get("SLUICE_S3_ACCESS_KEY_ID"),
                        new Secret(environment.get("SLUICE_S3_SECRET_ACCESS_KEY"))))));
    }

    static TestLake start() {
        Path project = Path.of(System.getProperty("sluice.home"));
        LocalStack stack = new LocalStack(
                new StackConfig(
                        project,
                        project.resolve("trino/target/stack-"
                                + ProcessHandle.current().pid() + "-" + STARTED.incrementAndGet()),
                        StackPorts.DEFAULT.plus(PORT_OFFSET),
                        StackConfig.Store.AUTO),
                new FetchDisplay(System.out, false));
        Runtime.getRuntime().addShutdownHook(new Thread(stack::down, "stop the servers"));
        stack.up(EnumSet.of(StackServer.TRINO));
        return new TestLake(stack);
    }

    /** A session of the user who may write. */
    TrinoQuery trino(String trinoCatalog) {
        return trino(environment.get("SLUICE_TRINO_PASSWORD"), trinoCatalog);
    }

    TrinoQuery trino(String password, String trinoCatalog) {
        return TrinoQuery.open(new TrinoEndpoint(
                environment.get("SLUICE_TRINO_SECURE_URL"),
                environment.get("SLUICE_TRINO_USER"),
                Optional.of(new Secret(password)),
                trinoCatalog,
                Optional.of("bronze"),
                Optional.of(environment.get("SLUICE_TRINO_CERTIFICATE"))));
    }

    /** A session over http, of whoever says that name. */
    TrinoQuery trinoWithoutPassword(String user, String trinoCatalog) {
        return TrinoQuery.open(new TrinoEndpoint(
                environment.get("SLUICE_TRINO_URL"), user, Optional.empty(), trinoCatalog, Optional.of("bronze")));
    }

    Path home() {
        return stack.config().home();
    }

    /** What the operating system says that a server has in its environment. */
    String processEnvironment(String server) throws IOException {
        long pid = stack.pid(StackServer.valueOf(server)).orElseThrow();
        return Files.readString(Path.of("/proc", Long.toString(pid), "environ"), StandardCharsets.ISO_8859_1);
    }

    String variable(String name) {
        return environment.get(name);
    }

    @Override
    public void close() {
        catalog.close();
        stack.down();
    }
}
