package dev.sluice.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.iceberg.Schema;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.rest.RESTCatalog;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The process: how it starts, what it says, how it ends. */
class CatalogServerIT {
    private static final Pattern READY = Pattern.compile("ready on http://(\\S+):\\d+ after (\\d+) ms");
    private static final int SIGTERM_EXIT_CODE = 143;

    @TempDir
    Path folder;

    private final HttpClient http = HttpClient.newHttpClient();

    private HttpResponse<String> get(Map<String, String> environment, String path, String token)
            throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + environment.get("SLUICE_CATALOG_PORT") + path));
        if (!token.isEmpty()) {
            request.header("Authorization", "Bearer " + token);
        }
        return http.send(request.build(), BodyHandlers.ofString());
    }

    @Test
    void startsListensOnLoopbackOnlyServesAndEndsOnASignal() throws Exception {
        Map<String, String> environment = CatalogProcess.environment();
        try (CatalogProcess server = CatalogProcess.start(environment, folder)) {
            assertThat(server.isReady()).as(server.log()).isTrue();
            Matcher ready = READY.matcher(server.log());
            assertThat(ready.find()).isTrue();
            System.out.println("catalog server ready after " + ready.group(2) + " ms");
            assertThat(ready.group(1)).isEqualTo("127.0.0.1");
            assertThat(get(environment, "/health", "").statusCode()).isEqualTo(200);

            server.terminate();
            assertThat(server.exitCode()).isEqualTo(SIGTERM_EXIT_CODE);
            assertThat(server.log()).doesNotContain("Exception");
        }
    }

    /** With a client of Iceberg's that is told nothing but address and token; the rest it learns from the catalog. */
    @Test
    void tablesSurviveARestartAndNoSecretIsLogged() throws Exception {
        Map<String, String> environment = CatalogProcess.environment();
        TableIdentifier table = TableIdentifier.of(Namespace.of("shop", "bronze"), "orders/2026.11");
        StringBuilder logs = new StringBuilder();
        for (boolean isFirst : new boolean[] {true, false}) {
            try (CatalogProcess server = CatalogProcess.start(environment, folder);
                    RESTCatalog client = new RESTCatalog()) {
                assertThat(server.isReady()).as(server.log()).isTrue();
                client.initialize(
                        "lake",
                        Map.of(
                                "uri",
                                "http://127.0.0.1:" + environment.get("SLUICE_CATALOG_PORT"),
                                "warehouse",
                                environment.get("SLUICE_WAREHOUSE"),
                                "token",
                                CatalogFixture.WRITER_TOKEN));
                if (isFirst) {
                    client.createNamespace(table.namespace(), new HashMap<>(Map.of("owner", "test")));
                    client.createTable(table, new Schema(NestedField.required(1, "id", Types.LongType.get())));
                }
                client.loadTable(table)
                        .updateProperties()
                        .set("first", "" + isFirst)
                        .commit();
                assertThat(client.listTables(table.namespace())).containsExactly(table);
                // What goes wrong is logged: with a token that is nearly right, and with a database that hangs up.
                get(environment, "/v1/config", CatalogFixture.WRITER_TOKEN + "x");
                get(
                        environment,
                        "/v1/namespaces/none?token=" + CatalogFixture.READER_TOKEN,
                        CatalogFixture.READER_TOKEN);
                server.terminate();
                server.exitCode();
                logs.append(server.log());
            }
        }
        assertThat(logs.toString()).contains("401 GET /v1/config", "404 GET /v1/namespaces/none");
        assertThat(logs.toString())
                .doesNotContain(
                        CatalogFixture.WRITER_TOKEN,
                        CatalogFixture.READER_TOKEN,
                        environment.get(CatalogProcess.DATABASE_PASSWORD_NAME),
                        environment.get("SLUICE_S3_SECRET_ACCESS_KEY"));
    }

    @Test
    void aFaultyConfigurationIsReportedInWholeAndEndsWithTwo() throws Exception {
        try (CatalogProcess server =
                CatalogProcess.start(Map.of("SLUICE_CATALOG_TOKEN", "short", "SLUICE_CATALOG_PORT", "no"), folder)) {
            assertThat(server.isReady()).isFalse();
            assertThat(server.exitCode()).isEqualTo(2);
            assertThat(server.log())
                    .contains("E0102", "`port`", "`tokens.writer`", "E0104", "SLUICE_WAREHOUSE", "SLUICE_S3_ENDPOINT")
                    .doesNotContain("\tat ");
        }
    }

    @Test
    void aPortInUseIsSaid() throws Exception {
        Map<String, String> environment = CatalogProcess.environment();
        environment.put("SLUICE_CATALOG_PORT", environment.get("SLUICE_POSTGRES_PORT"));
        try (CatalogProcess server = CatalogProcess.start(environment, folder)) {
            assertThat(server.isReady()).isFalse();
            assertThat(server.exitCode()).isEqualTo(1);
            assertThat(server.log())
                    .contains("E1301", environment.get("SLUICE_POSTGRES_PORT"))
                    .doesNotContain("\tat ");
        }
    }

    @Test
    void aWrongPasswordOfTheDatabaseIsSaidWithoutIt() throws Exception {
        Map<String, String> environment = CatalogProcess.environment();
        environment.put(CatalogProcess.DATABASE_PASSWORD_NAME, "planted-wrong-password");
        try (CatalogProcess server = CatalogProcess.start(environment, folder)) {
            assertThat(server.isReady()).isFalse();
            assertThat(server.exitCode()).isEqualTo(1);
            assertThat(server.log()).contains("E0704", "refused the login").doesNotContain("planted-wrong-password");
        }
    }
}
