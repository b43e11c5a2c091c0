package dev.sluice.stack.server;

import dev.sluice.stack.StackServer;
import dev.sluice.stack.installation.Part;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** The Iceberg REST catalog of {@code catalog/}. */
final class CatalogServerProcess implements Server {
    private final Layout layout;

    CatalogServerProcess(Layout layout) {
        this.layout = layout;
    }

    @Override
    public StackServer id() {
        return StackServer.CATALOG;
    }

    @Override
    public List<Integer> ports() {
        return List.of(layout.config().ports().catalog());
    }

    @Override
    public String url() {
        return layout.environment().get("SLUICE_CATALOG_URI");
    }

    @Override
    public void prepare() {}

    @Override
    public Launch launch() throws IOException {
        Map<String, String> environment = layout.only(
                "SLUICE_WAREHOUSE",
                "SLUICE_CATALOG_TOKEN",
                "SLUICE_CATALOG_READER_TOKEN",
                "SLUICE_CATALOG_UPKEEP_TOKEN",
                "SLUICE_CATALOG_ADMIN_TOKEN",
                "SLUICE_CATALOG_JDBC_USER",
                "SLUICE_CATALOG_JDBC_PASSWORD",
                "SLUICE_S3_ENDPOINT",
                "SLUICE_S3_REGION",
                "SLUICE_S3_ACCESS_KEY_ID",
                "SLUICE_S3_SECRET_ACCESS_KEY",
                "SLUICE_S3_READER_ACCESS_KEY_ID",
                "SLUICE_S3_READER_SECRET_ACCESS_KEY");
        environment.put("SLUICE_CATALOG_BIND", "127.0.0.1");
        environment.put(
                "SLUICE_CATALOG_PORT", Integer.toString(layout.config().ports().catalog()));
        environment.put(
                "SLUICE_CATALOG_JDBC_URL",
                "jdbc:postgresql://127.0.0.1:" + layout.config().ports().postgres() + "/catalog");
        List<String> command = Jvm.command(id(), 384, Jvm.Compiler.QUICK, layout.classPath(Part.CATALOG));
        command.addAll(List.of(
                "-cp",
                layout.classPath(Part.CATALOG),
                "dev.sluice.catalog.CatalogServer",
                "--config",
                layout.installation().file("catalog/etc/catalog.yaml").toString()));
        return new Launch(command, environment, layout.config().home());
    }

    @Override
    public boolean isReady() throws Exception {
        Probe.ok(Probe.request(url() + "/health").build());
        return true;
    }
}
