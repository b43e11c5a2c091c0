package dev.sluice.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.catalog.config.CatalogConfig;
import dev.sluice.catalog.config.CatalogConfig.TokenConfig;
import dev.sluice.spec.Secret;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.ForbiddenException;
import org.apache.iceberg.exceptions.NotAuthorizedException;
import org.apache.iceberg.inmemory.InMemoryFileIO;
import org.apache.iceberg.rest.RESTCatalog;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What each of the four roles can do to a table with two snapshots, with Iceberg's own client; and who is let in. */
class RolesIT {
    private static final Schema SCHEMA = new Schema(NestedField.required(1, "id", Types.LongType.get()));
    private static final TableIdentifier TABLE = TableIdentifier.of("n", "t");
    private static final Secret UPKEEP = new Secret("planted-upkeep-token-51");
    private static final Secret ADMIN = new Secret("planted-admin-token-52");

    private CatalogServer server;
    private RESTCatalog writer;
    private Table table;
    private long first;
    private long second;

    @BeforeEach
    void twoSnapshots() {
        server = start(tokens(true));
        writer = client(CatalogFixture.WRITER_TOKEN);
        writer.createNamespace(TABLE.namespace());
        table = writer.createTable(TABLE, SCHEMA);
        table.newAppend().appendFile(file("a")).commit();
        table.newAppend().appendFile(file("b")).commit();
        List<Long> ids = IntStream.range(0, 2)
                .mapToObj(i -> table.history().get(i).snapshotId())
                .toList();
        first = ids.get(0);
        second = ids.get(1);
    }

    @AfterEach
    void stop() throws IOException {
        writer.close();
        server.close();
    }

    private static CatalogServer start(TokenConfig tokens) {
        CatalogConfig config = CatalogFixture.config(CatalogFixture.newDatabase(), "mem://warehouse");
        return CatalogServer.start(CatalogFixture.withTokens(config, tokens), new InMemoryFileIO());
    }

    private static TokenConfig tokens(boolean isStaticBearer) {
        return new TokenConfig(
                List.of(new Secret(CatalogFixture.WRITER_TOKEN)),
                List.of(new Secret(CatalogFixture.READER_TOKEN)),
                List.of(UPKEEP),
                List.of(ADMIN),
                isStaticBearer,
                60);
    }

    private static DataFile file(String name) {
        return DataFiles.builder(PartitionSpec.unpartitioned())
                .withPath("mem://warehouse/data/" + name + ".parquet")
                .withFileSizeInBytes(10)
                .withRecordCount(1)
                .build();
    }

    private RESTCatalog client(String token) {
        return client(Map.of("token", token));
    }

    private RESTCatalog client(Map<String, String> how) {
        Map<String, String> properties = new java.util.HashMap<>(how);
        properties.put("uri", address());
        // Shared with the server by the JVM.
        properties.put("io-impl", InMemoryFileIO.class.getName());
        RESTCatalog client = new RESTCatalog();
        client.initialize("lake", properties);
        return client;
    }

    private String address() {
        return "http://127.0.0.1:" + server.port();
    }

    @Test
    void aWriterKeepsHistoryAndCannotDeleteTheFilesOfATable() throws IOException {
        assertThatThrownBy(() -> table.expireSnapshots()
                        .expireSnapshotId(first)
                        .cleanExpiredFiles(false)
                        .commit())
                .isInstanceOf(ForbiddenException.class)
                .hasMessageContaining("role writer, which takes no snapshots away");
        assertThatThrownBy(() -> writer.dropTable(TABLE, true))
                .isInstanceOf(ForbiddenException.class)
                .hasMessageContaining("deletes no table's files");
        assertThat(writer.loadTable(TABLE).snapshots()).hasSize(2);

        table.manageSnapshots().rollbackTo(first).commit();
        assertThat(writer.dropTable(TABLE, false)).isTrue();
    }

    @Test
    void upkeepRewritesAndExpiresAndChangesNoRow() throws IOException {
        try (RESTCatalog upkeep = client(UPKEEP.reveal())) {
            Table seen = upkeep.loadTable(TABLE);
            assertThatThrownBy(() -> seen.newAppend().appendFile(file("c")).commit())
                    .isInstanceOf(ForbiddenException.class)
                    .hasMessageContaining("role upkeep, which changes no rows");
            assertThatThrownBy(() -> seen.newDelete().deleteFile(file("a")).commit())
                    .isInstanceOf(ForbiddenException.class);
            assertThatThrownBy(() -> seen.manageSnapshots().rollbackTo(first).commit())
                    .isInstanceOf(ForbiddenException.class);
            assertThatThrownBy(() -> seen.updateSchema()
                            .addColumn("c", Types.LongType.get())
                            .commit())
                    .isInstanceOf(ForbiddenException.class);
            assertThatThrownBy(() -> upkeep.dropTable(TABLE, false)).isInstanceOf(ForbiddenException.class);
            assertThatThrownBy(() -> upkeep.dropTable(TABLE, true)).isInstanceOf(ForbiddenException.class);
            assertThatThrownBy(() -> upkeep.createNamespace(Namespace.of("m"))).isInstanceOf(ForbiddenException.class);
            assertThatThrownBy(() -> upkeep.createTable(TableIdentifier.of("n", "u"), SCHEMA))
                    .isInstanceOf(ForbiddenException.class);
            seen.refresh();
            assertThat(seen.currentSnapshot().snapshotId())
                    .as("nothing of that was done")
                    .isEqualTo(second);

            seen.newRewrite()
                    .deleteFile(file("a"))
                    .deleteFile(file("b"))
                    .addFile(merged())
                    .commit();
            seen.expireSnapshots()
                    .expireSnapshotId(first)
                    .cleanExpiredFiles(false)
                    .commit();
            assertThat(upkeep.loadTable(TABLE).snapshot(first)).isNull();
            assertThat(upkeep.loadTable(TABLE).currentSnapshot().summary()).containsEntry("total-data-files", "1");
        }
    }

    private static DataFile merged() {
        return DataFiles.builder(PartitionSpec.unpartitioned())
                .withPath("mem://warehouse/data/ab.parquet")
                .withFileSizeInBytes(20)
                .withRecordCount(2)
                .build();
    }

    @Test
    void anAdminDropsWithTheFiles() throws IOException {
        try (RESTCatalog admin = client(ADMIN.reveal())) {
            assertThat(admin.dropTable(TABLE, true)).isTrue();
            assertThat(admin.tableExists(TABLE)).isFalse();
        }
    }

    /** Iceberg's own client, which renews its session by itself, over a server that takes sessions only. */
    @Test
    void aClientLivesOnSessionsWhereTokensAreNoBearers() throws Exception {
        server.close();
        server = start(tokens(false));
        assertThatThrownBy(() -> client(CatalogFixture.READER_TOKEN)).isInstanceOf(NotAuthorizedException.class);
        Map<String, String> login = Map.of(
                "credential",
                "reader:" + CatalogFixture.READER_TOKEN,
                "oauth2-server-uri",
                address() + "/v1/oauth/tokens");
        try (RESTCatalog reader = client(login)) {
            assertThat(reader.listNamespaces()).isEmpty();
        }
        String grant = "grant_type=client_credentials&client_id=reader&client_secret=";
        String session = send("POST", "/v1/oauth/tokens", grant + CatalogFixture.READER_TOKEN, Map.of())
                .body();
        assertThat(session)
                .contains("\"expires_in\":60", "sluice-session.")
                .doesNotContain(CatalogFixture.READER_TOKEN);
        String token = session.replaceFirst(".*\"access_token\":\"([^\"]*)\".*", "$1");
        String exchange = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange&subject_token=";
        assertThat(send("POST", "/v1/oauth/tokens", exchange + token, Map.of()).statusCode())
                .isEqualTo(200);
        assertThat(send("POST", "/v1/oauth/tokens", exchange + token + "x", Map.of())
                        .statusCode())
                .isEqualTo(401);
        assertThat(send("POST", "/v1/oauth/tokens", exchange + CatalogFixture.READER_TOKEN, Map.of())
                        .statusCode())
                .isEqualTo(401);
        HttpResponse<String> wrongRole =
                send("POST", "/v1/oauth/tokens", grant + CatalogFixture.WRITER_TOKEN, Map.of());
        assertThat(wrongRole.statusCode()).isEqualTo(401);
        assertThat(wrongRole.body()).contains("invalid_client");
        assertThat(send("POST", "/v1/oauth/tokens", "grant_type=password", Map.of())
                        .body())
                .contains("unsupported_grant_type");
    }

    private HttpResponse<String> send(String method, String path, String body, Map<String, String> headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(address() + path)).method(method, BodyPublishers.ofString(body));
        headers.forEach(request::header);
        return HttpClient.newHttpClient().send(request.build(), BodyHandlers.ofString(StandardCharsets.UTF_8));
    }

    @Test
    void whoFailsTooOftenIsToldToGoAwayAndAKnownTokenStillPasses() throws Exception {
        int status = 0;
        for (int i = 0; i < 40 && status != 429; i++) {
            status = send("GET", "/v1/config", "", Map.of("Authorization", "Bearer wrong-wrong-wrong"))
                    .statusCode();
            assertThat(status).isIn(401, 429);
        }
        assertThat(status).isEqualTo(429);
        String wrong = "grant_type=client_credentials&client_id=reader&client_secret=wrong";
        assertThat(send("POST", "/v1/oauth/tokens", wrong, Map.of()).statusCode())
                .isEqualTo(429);
        assertThat(send("GET", "/v1/config", "", Map.of("Authorization", "Bearer " + CatalogFixture.READER_TOKEN))
                        .statusCode())
                .isEqualTo(200);
    }

    /** As a browser would send it for a page whose name was made to point here; Java's client sets no Host itself. */
    @Test
    void aWebPageOfAnotherNameIsRefusedBeforeAnythingElse() throws Exception {
        Map<String, String> known = Map.of("Authorization", "Bearer " + CatalogFixture.READER_TOKEN);
        assertThat(raw("evil.example")).startsWith("HTTP/1.1 403");
        assertThat(raw("127.0.0.1.evil.example:80")).startsWith("HTTP/1.1 403");
        assertThat(raw("localhost:1234")).startsWith("HTTP/1.1 200");
        for (Map<String, String> page : List.of(
                Map.of("Origin", "http://evil.example"),
                Map.of("Origin", "null"),
                Map.of("Sec-Fetch-Site", "cross-site"))) {
            Map<String, String> headers = new java.util.HashMap<>(known);
            headers.putAll(page);
            assertThat(send("GET", "/v1/config", "", headers).statusCode())
                    .as("%s", page)
                    .isEqualTo(403);
        }
        Map<String, String> own = new java.util.HashMap<>(known);
        own.put("Origin", "http://localhost:3000");
        assertThat(send("GET", "/v1/config", "", own).statusCode()).isEqualTo(200);
    }

    private String raw(String host) throws IOException {
        try (java.net.Socket socket = new java.net.Socket("127.0.0.1", server.port())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream()
                    .write(("GET /health HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
