package dev.sluice.stack.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import dev.sluice.stack.StackServer;
import dev.sluice.stack.fetch.Folders;
import dev.sluice.stack.fetch.ServerFiles;
import dev.sluice.stack.installation.Part;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Trino, with the configuration of {@code trino/etc} as it is. */
final class TrinoServer implements Server {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int PAGES_MAX = 200;
    /** Trino itself tries a lake that does not answer for much longer than somebody waits for a status. */
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(10);

    private final Layout layout;
    private final ServerFiles files;
    private Path installation;

    TrinoServer(Layout layout, ServerFiles files) {
        this.layout = layout;
        this.files = files;
    }

    @Override
    public StackServer id() {
        return StackServer.TRINO;
    }

    @Override
    public List<Integer> ports() {
        return List.of(layout.config().ports().trino(), layout.config().ports().trinoSecure());
    }

    @Override
    public String url() {
        return layout.environment().get("SLUICE_TRINO_URL");
    }

    @Override
    public void prepare() throws Exception {
        installation = files.trino();
        Folders.delete(temporary());
        // Trino resolves etc/ against its working directory.
        Path link = layout.data("trino").resolve("etc");
        Files.deleteIfExists(link);
        Files.createSymbolicLink(link, layout.installation().file("trino/etc"));
        linkPlugins(layout.data("trino/plugin"));
        new TlsIdentity(
                        Path.of(layout.environment().get("SLUICE_TRINO_KEYSTORE"))
                                .getParent(),
                        layout.environment().get("SLUICE_TRINO_KEYSTORE_PASSWORD"))
                .make();
    }

    /** The lake's connector from the shared installation, and our check of passwords. */
    private void linkPlugins(Path folder) throws IOException {
        Folders.delete(folder);
        Files.createDirectories(folder.resolve("sluice-password"));
        Files.createSymbolicLink(folder.resolve("iceberg"), installation.resolve("plugin/iceberg"));
        Path jar = layout.installation().jar(Part.TRINO_PASSWORD);
        if (!Files.exists(jar)) {
            throw new SluiceException(
                    ErrorCode.E1304,
                    "Trino's password check is not there (" + jar + " is missing)",
                    layout.installation().repair());
        }
        Files.createSymbolicLink(folder.resolve("sluice-password/sluice-password.jar"), jar.toAbsolutePath());
    }

    private Path temporary() throws IOException {
        return layout.data("trino").resolve("tmp");
    }

    @Override
    public Launch launch() throws IOException {
        Path directory = layout.data("trino");
        Files.createDirectories(temporary());
        Map<String, String> environment = layout.only(
                "SLUICE_CATALOG_URI",
                "SLUICE_WAREHOUSE",
                "SLUICE_CATALOG_TOKEN",
                "SLUICE_CATALOG_READER_TOKEN",
                "SLUICE_S3_ENDPOINT",
                "SLUICE_S3_REGION",
                "SLUICE_S3_ACCESS_KEY_ID",
                "SLUICE_S3_SECRET_ACCESS_KEY",
                "SLUICE_S3_READER_ACCESS_KEY_ID",
                "SLUICE_S3_READER_SECRET_ACCESS_KEY",
                "SLUICE_TRINO_USER",
                "SLUICE_TRINO_PASSWORD",
                "SLUICE_TRINO_KEYSTORE",
                "SLUICE_TRINO_KEYSTORE_PASSWORD",
                "SLUICE_TRINO_INTERNAL_SECRET");
        environment.put(
                "SLUICE_TRINO_SECURE_PORT",
                Integer.toString(layout.config().ports().trinoSecure()));
        environment.put(
                "SLUICE_TRINO_ETC",
                layout.installation().file("trino/etc").toAbsolutePath().toString());
        environment.put(
                "SLUICE_TRINO_PORT", Integer.toString(layout.config().ports().trino()));
        environment.put("SLUICE_TRINO_BIND", "127.0.0.1");
        environment.put("SLUICE_TRINO_ADDRESS", "127.0.0.1");
        // Big scans lose by the quick compiler, and the local stack is not where big scans are run.
        List<String> command = Jvm.command(id(), 1024, Jvm.Compiler.QUICK, installation.resolve("lib") + "/*");
        command.addAll(List.of(
                // Planning and running a query leaves much garbage: room for it, and no growing step by step.
                "-Xms1024m",
                "-Xmn400m",
                "-XX:+ExitOnOutOfMemoryError",
                "-XX:+EnableDynamicAgentLoading",
                "-Djdk.attach.allowAttachSelf=true",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Djava.io.tmpdir=" + temporary(),
                "-Dconfig=etc/config.properties",
                "-Dlog.levels-file=etc/log.properties",
                "-Dnode.environment=sluice",
                "-Dnode.id=local",
                "-Dnode.data-dir=" + directory.resolve("data"),
                "-Dplugin.dir=" + directory.resolve("plugin"),
                "-Dlog.enable-console=true",
                "-cp",
                installation.resolve("lib") + "/*",
                "io.trino.server.TrinoServer"));
        return new Launch(command, environment, directory);
    }

    /** A query through to the lake's catalog: that it calls itself started is not enough, it may know no worker yet. */
    @Override
    public boolean isReady() throws Exception {
        if (JSON.readTree(Probe.ok(request(url() + "/v1/info").build()))
                .path("starting")
                .asBoolean(true)) {
            return false;
        }
        JsonNode page = JSON.readTree(Probe.ok(request(url() + "/v1/statement")
                .POST(HttpRequest.BodyPublishers.ofString("SHOW SCHEMAS FROM lake_ro"))
                .build()));
        long deadline = System.nanoTime() + ANSWER_WITHIN.toNanos();
        for (int i = 0; i < PAGES_MAX && page.hasNonNull("nextUri"); i++) {
            if (System.nanoTime() > deadline) {
                // Trino ends a query that nobody asks for any more.
                throw new IOException("a query of the lake got no answer within " + ANSWER_WITHIN.toSeconds() + " s");
            }
            page = JSON.readTree(Probe.ok(request(page.get("nextUri").asText()).build()));
        }
        if (page.has("error")) {
            throw new IOException(
                    "the query failed: " + page.path("error").path("message").asText());
        }
        return "FINISHED".equals(page.path("stats").path("state").asText());
    }

    private static HttpRequest.Builder request(String uri) {
        return Probe.request(uri).header("X-Trino-User", "status");
    }
}
