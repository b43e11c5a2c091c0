package dev.sluice.stack.server;

import dev.sluice.stack.StackServer;
import dev.sluice.stack.fetch.ServerFiles;
import dev.sluice.stack.installation.Part;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The real ClickHouse engine behind the HTTP server of {@code clickhouse/}. */
final class ClickHouseProcess implements Server {
    private final Layout layout;
    private final ServerFiles files;
    private Path library;

    ClickHouseProcess(Layout layout, ServerFiles files) {
        this.layout = layout;
        this.files = files;
    }

    @Override
    public StackServer id() {
        return StackServer.CLICKHOUSE;
    }

    @Override
    public List<Integer> ports() {
        return List.of(layout.config().ports().clickhouse());
    }

    @Override
    public String url() {
        return layout.environment().get("SLUICE_CLICKHOUSE_URL");
    }

    @Override
    public void prepare() throws Exception {
        library = files.clickHouseLibrary();
    }

    @Override
    public Launch launch() throws IOException {
        Map<String, String> environment = layout.only(
                "SLUICE_CLICKHOUSE_USER",
                "SLUICE_CLICKHOUSE_PASSWORD",
                "SLUICE_CLICKHOUSE_READER_USER",
                "SLUICE_CLICKHOUSE_READER_PASSWORD");
        // The engine and the JVM both want the process's signal handlers; libjsig lets them share.
        environment.put(
                "LD_PRELOAD",
                Path.of(System.getProperty("java.home"), "lib", "libjsig.so").toString());
        List<String> command = Jvm.command(id(), 512, Jvm.Compiler.HOT_ONLY, layout.classPath(Part.CLICKHOUSE));
        command.addAll(List.of(
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Dsun.net.httpserver.nodelay=true",
                "-cp",
                layout.classPath(Part.CLICKHOUSE),
                "dev.sluice.clickhouse.server.ClickHouseServer",
                "--library",
                library.toString(),
                "--data",
                layout.data("clickhouse").toString(),
                "--port",
                Integer.toString(layout.config().ports().clickhouse())));
        return new Launch(command, environment, layout.config().home());
    }

    @Override
    public boolean isReady() throws Exception {
        HttpRequest request = Probe.request(url() + "/")
                .header("X-ClickHouse-User", layout.environment().get("SLUICE_CLICKHOUSE_USER"))
                .header("X-ClickHouse-Key", layout.environment().get("SLUICE_CLICKHOUSE_PASSWORD"))
                .POST(HttpRequest.BodyPublishers.ofString("SELECT 1"))
                .build();
        return Probe.ok(request).strip().equals("1");
    }
}
