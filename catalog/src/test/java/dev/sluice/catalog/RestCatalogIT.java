package dev.sluice.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.catalog.config.CatalogConfig;
import dev.sluice.catalog.config.CatalogConfig.DatabaseConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotParser;
import org.apache.iceberg.SnapshotRef;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableCommit;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.CommitStateUnknownException;
import org.apache.iceberg.exceptions.ForbiddenException;
import org.apache.iceberg.exceptions.NoSuchNamespaceException;
import org.apache.iceberg.exceptions.NoSuchWarehouseException;
import org.apache.iceberg.exceptions.NotAuthorizedException;
import org.apache.iceberg.inmemory.InMemoryFileIO;
import org.apache.iceberg.rest.RESTCatalog;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What clients see over HTTP; with Iceberg's own client where it matters how that one takes it. */
class RestCatalogIT {
    private static final String WAREHOUSE = "mem://warehouse";
    private static final Schema SCHEMA = new Schema(NestedField.required(1, "id", Types.LongType.get()));
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http = HttpClient.newHttpClient();
    private DatabaseConfig database;
    private CatalogServer server;

    @BeforeEach
    void start() {
        database = CatalogFixture.newDatabase();
        server = CatalogServer.start(CatalogFixture.config(database, WAREHOUSE), new InMemoryFileIO());
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private RESTCatalog client(Map<String, String> more) {
        Map<String, String> properties = new HashMap<>(more);
        properties.put("uri", "http://127.0.0.1:" + server.port());
        RESTCatalog client = new RESTCatalog();
        client.initialize("lake", properties);
        return client;
    }

    private RESTCatalog writer() {
        return client(Map.of("token", CatalogFixture.WRITER_TOKEN));
    }

    private record Answer(int status, JsonNode body) {
        String type() {
            return body.path("error").path("type").asText();
        }
    }

    private Answer send(String method, String path, String token, String body)
            throws IOException, InterruptedException {
        return sendTo(server, method, path, token, body);
    }

    private Answer sendTo(CatalogServer to, String method, String path, String token, String body)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + to.port() + path))
                .method(method, BodyPublishers.ofString(body));
        if (!token.isEmpty()) {
            request.header("Authorization", "Bearer " + token);
        }
        HttpResponse<String> response = http.send(request.build(), BodyHandlers.ofString());
        return new Answer(response.statusCode(), JSON.readTree(response.body()));
    }

    private Answer read(String path) throws IOException, InterruptedException {
        return send("GET", path, CatalogFixture.READER_TOKEN, "");
    }

    private Answer write(String path, String body) throws IOException, InterruptedException {
        return send("POST", path, CatalogFixture.WRITER_TOKEN, body);
    }

    /** Expiry plans, a tag is made, expiry commits what it planned: alone and in a transaction of several tables. */
    @Test
    void aTagMadeWhileExpiryPlansIsNotLost() throws IOException {
        try (RESTCatalog client = writer()) {
            client.createNamespace(Namespace.of("n"));
            Table table = client.createTable(TableIdentifier.of("n", "t"), SCHEMA);
            long first = 1;
            addSnapshot(table, first);
            addSnapshot(table, 2);
            TableMetadata planned = ((BaseTable) table).operations().current();
            TableMetadata expired = TableMetadata.buildFrom(planned)
                    .removeSnapshots(List.of(first))
                    .build();
            Table other = client.loadTable(TableIdentifier.of("n", "t"));
            other.manageSnapshots().createTag("kept", first).commit();
            assertThatThrownBy(() -> ((BaseTable) table).operations().commit(planned, expired))
                    .isInstanceOf(CommitFailedException.class)
                    .hasMessageContaining("tag kept names snapshot " + first);
            assertThatThrownBy(() -> client.commitTransaction(
                            TableCommit.create(TableIdentifier.of("n", "t"), planned, expired)))
                    .isInstanceOf(CommitFailedException.class);
            other.refresh();
            assertThat(other.refs()).containsKey("kept");
            // Iceberg's own expiry looks again and keeps what is named; without the name the snapshot goes.
            table.expireSnapshots()
                    .expireOlderThan(Long.MAX_VALUE)
                    .retainLast(1)
                    .cleanExpiredFiles(false)
                    .commit();
            other.refresh();
            assertThat(other.snapshot(first)).isNotNull();
            other.manageSnapshots().removeTag("kept").commit();
            other.expireSnapshots()
                    .expireOlderThan(Long.MAX_VALUE)
                    .retainLast(1)
                    .cleanExpiredFiles(false)
                    .commit();
            other.refresh();
            assertThat(other.snapshot(first)).isNull();
        }
    }

    /** By metadata alone: there is no object store here. */
    private static void addSnapshot(Table table, long id) {
        TableOperations operations = ((BaseTable) table).operations();
        TableMetadata base = operations.refresh();
        Snapshot snapshot = SnapshotParser.fromJson(
                """
                {"snapshot-id": %d, "sequence-number": %d, "timestamp-ms": %d, "summary": {"operation": "append"},
                 "manifest-list": "s3://nowhere/%d.avro", "schema-id": 0}
                """.formatted(id, base.lastSequenceNumber() + 1, base.lastUpdatedMillis() + 1, id));
        operations.commit(
                base,
                TableMetadata.buildFrom(base)
                        .setBranchSnapshot(snapshot, SnapshotRef.MAIN_BRANCH)
                        .build());
    }

    @Test
    void withoutATokenNothingButTheHealthIsTold() throws Exception {
        for (String path : List.of("/v1/config", "/v1/namespaces", "/v1/transactions/commit", "/nothing/here")) {
            for (String token : List.of("", "wrong-token-wrong-token")) {
                Answer answer = send("GET", path, token, "");
                assertThat(answer.status()).as(path).isEqualTo(401);
                assertThat(answer.type()).isEqualTo("NotAuthorizedException");
                assertThat(answer.body().path("error").path("code").asInt()).isEqualTo(401);
            }
        }
        assertThat(send("GET", "/health", "", "").status()).isEqualTo(200);
        assertThatThrownBy(() -> client(Map.of("token", "wrong-token-wrong-token")))
                .isInstanceOf(NotAuthorizedException.class);
    }

    @Test
    void aReaderReadsAndReportsMetricsAndChangesNothing() throws Exception {
        try (RESTCatalog writer = writer();
                RESTCatalog reader = client(Map.of("token", CatalogFixture.READER_TOKEN))) {
            TableIdentifier table = TableIdentifier.of("n", "t");
            writer.createNamespace(table.namespace());
            writer.createTable(table, SCHEMA);

            assertThat(reader.loadTable(table).schema().columns()).hasSize(1);
            assertThat(reader.tableExists(table)).isTrue();
            assertThatThrownBy(() -> reader.dropTable(table)).isInstanceOf(ForbiddenException.class);
            assertThatThrownBy(() -> reader.loadTable(table)
                            .updateProperties()
                            .set("k", "v")
                            .commit())
                    .isInstanceOf(ForbiddenException.class);
            assertThatThrownBy(() -> reader.createNamespace(Namespace.of("m"))).isInstanceOf(ForbiddenException.class);
            String metrics = "/v1/namespaces/n/tables/t/metrics";
            assertThat(send("POST", metrics, CatalogFixture.READER_TOKEN, "{}").status())
                    .isEqualTo(204);
            assertThat(writer.tableExists(table)).isTrue();
        }
    }

    @Test
    void theConfigurationTellsEachRoleItsKeysAndTheEndpoints() throws Exception {
        JsonNode forReader = read("/v1/config").body();
        JsonNode forWriter =
                send("GET", "/v1/config", CatalogFixture.WRITER_TOKEN, "").body();

        assertThat(forReader.path("defaults").path("s3.access-key-id").asText()).isEqualTo("reader-key");
        assertThat(forWriter.path("defaults").path("s3.access-key-id").asText()).isEqualTo("key");
        assertThat(forReader.path("defaults").path("s3.endpoint").asText()).isEqualTo("http://127.0.0.1:1");
        assertThat(forReader.path("endpoints").toString())
                .contains("POST /v1/{prefix}/transactions/commit", "GET /v1/{prefix}/namespaces/{namespace}/views");
    }

    @Test
    void aReaderWithoutKeysOfItsOwnIsHandedNone() throws Exception {
        CatalogConfig config = CatalogFixture.config(database, WAREHOUSE);
        try (CatalogServer other = CatalogServer.start(
                CatalogFixture.withStore(config, config.objectStore().withoutReaderKeys()), new InMemoryFileIO())) {
            JsonNode forReader = sendTo(other, "GET", "/v1/config", CatalogFixture.READER_TOKEN, "")
                    .body();
            JsonNode forWriter = sendTo(other, "GET", "/v1/config", CatalogFixture.WRITER_TOKEN, "")
                    .body();

            assertThat(forReader.toString())
                    .contains("http://127.0.0.1:1")
                    .doesNotContain("planted-s3-secret", "access-key");
            assertThat(forWriter.toString()).contains("planted-s3-secret");
        }
    }

    @Test
    void anotherWarehouseIsNotServed() throws Exception {
        assertThat(read("/v1/config?warehouse=" + WAREHOUSE + "/").status()).isEqualTo(200);
        assertThat(read("/v1/config?warehouse=warehouse").status()).isEqualTo(200);
        assertThat(read("/v1/config?warehouse=other").status()).isEqualTo(404);
        assertThatThrownBy(() -> client(Map.of("token", CatalogFixture.READER_TOKEN, "warehouse", "s3://other")))
                .isInstanceOf(NoSuchWarehouseException.class);
    }

    @Test
    void namespacesNestAndNamesMayHoldDotsAndSlashes() {
        try (RESTCatalog client = writer()) {
            Namespace deep = Namespace.of("a b", "c/d", "e%f");
            TableIdentifier table = TableIdentifier.of(deep, "t.1/ü+ %1F");
            client.createNamespace(deep, new HashMap<>(Map.of("k", "v")));
            client.createTable(table, SCHEMA);

            assertThat(client.listNamespaces(Namespace.of("a b"))).containsExactly(Namespace.of("a b", "c/d"));
            assertThat(client.listNamespaces(Namespace.of("a b", "c/d"))).containsExactly(deep);
            assertThat(client.loadNamespaceMetadata(deep)).containsEntry("k", "v");
            assertThat(client.listTables(deep)).containsExactly(table);
            client.loadTable(table).updateProperties().set("p", "1").commit();
            assertThat(client.loadTable(table).properties()).containsEntry("p", "1");
            client.renameTable(table, TableIdentifier.of(deep, "u/v"));
            assertThat(client.dropTable(TableIdentifier.of(deep, "u/v"), true)).isTrue();
            assertThat(client.dropNamespace(deep)).isTrue();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void pagesHoldEveryTableOnce() throws Exception {
        try (RESTCatalog client = client(Map.of("token", CatalogFixture.WRITER_TOKEN, "rest-page-size", "3"))) {
            client.createNamespace(Namespace.of("n"));
            List<TableIdentifier> tables = IntStream.range(0, 8)
                    .mapToObj(number -> TableIdentifier.of("n", "t" + number))
                    .toList();
            tables.reversed().forEach(table -> client.createTable(table, SCHEMA));

            assertThat(client.listTables(Namespace.of("n"))).containsExactlyElementsOf(tables);
        }
        assertThat(read("/v1/namespaces/n/tables?pageSize=3").body().path("identifiers"))
                .hasSize(3);
        assertThat(read("/v1/namespaces/n/tables?pageSize=0").status()).isEqualTo(400);
        assertThat(read("/v1/namespaces/n/tables?pageSize=3&pageToken=x").status())
                .isEqualTo(400);
    }

    private static TableMetadata metadata(Table table) {
        return ((BaseTable) table).operations().current();
    }

    /** A commit that holds only if the table is the one that {@code base} is of. */
    private static TableCommit setProperty(String name, String value, TableMetadata base) {
        TableMetadata next = TableMetadata.buildFrom(base)
                .setProperties(Map.of("value", value))
                .build();
        return TableCommit.create(TableIdentifier.of("n", name), base, next);
    }

    @Test
    void aTransactionChangesAllTablesOrNone() throws Exception {
        try (RESTCatalog client = writer()) {
            client.createNamespace(Namespace.of("n"));
            Table a = client.createTable(TableIdentifier.of("n", "a"), SCHEMA);
            Table b = client.createTable(TableIdentifier.of("n", "b"), SCHEMA);

            client.commitTransaction(setProperty("a", "1", metadata(a)), setProperty("b", "1", metadata(b)));
            assertThatThrownBy(() -> client.commitTransaction(
                            setProperty("a", "2", metadata(a)), setProperty("b", "2", metadata(a))))
                    .isInstanceOf(CommitFailedException.class);

            a.refresh();
            b.refresh();
            assertThat(List.of(a.properties().get("value"), b.properties().get("value")))
                    .containsExactly("1", "1");
        }
    }

    /** PostgreSQL ends the connection while it commits; Iceberg's client must not take that for a refusal. */
    @Test
    void aCommitWithoutAnAnswerIsUnknownToClients() throws Exception {
        try (RESTCatalog client = writer()) {
            client.createNamespace(Namespace.of("n"));
            Table a = client.createTable(TableIdentifier.of("n", "a"), SCHEMA);
            CatalogFixture.execute(database, """
                    CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS
                    $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;
                    CREATE CONSTRAINT TRIGGER die AFTER UPDATE ON iceberg_tables
                    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION die()
                    """);

            assertThatThrownBy(() -> client.commitTransaction(setProperty("a", "1", metadata(a))))
                    .isInstanceOf(CommitStateUnknownException.class);
            assertThatThrownBy(() -> a.updateProperties().set("value", "1").commit())
                    .isInstanceOf(CommitStateUnknownException.class);
            Answer answer = write(
                    "/v1/namespaces/n/tables/a",
                    "{\"requirements\":[],\"updates\":[{\"action\":\"set-properties\",\"updates\":{\"value\":\"1\"}}]}");
            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.type()).isEqualTo("CommitStateUnknownException");
        }
    }

    @Test
    void aDatabaseThatIsGoneIsToldByTheHealthAndByEveryRequest() throws Exception {
        String name = database.url().replaceFirst(".*/", "");
        DatabaseConfig other =
                new DatabaseConfig(database.url().replace(name, "postgres"), database.user(), database.password());
        CatalogFixture.execute(other, "DROP DATABASE " + name + " WITH (FORCE)");

        assertThat(send("GET", "/health", "", "").status()).isEqualTo(503);
        Answer answer = read("/v1/namespaces");
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.body().toString()).doesNotContain(name);
    }

    @Test
    void whatIsAskedWronglyIsAnsweredWithItsOwnStatus() throws Exception {
        assertThat(write("/v1/namespaces", "{\"namespace\":[\"n\"]}").status()).isEqualTo(200);
        assertThat(write("/v1/namespaces", "{\"namespace\":[\"n\"]}").status()).isEqualTo(409);
        assertThat(write("/v1/namespaces", "{\"namespace\":[\"a.b\"]}").status())
                .isEqualTo(400);
        assertThat(write("/v1/namespaces", "{").status()).isEqualTo(400);
        assertThat(write("/v1/namespaces", "x".repeat((1 << 20) + 1)).status()).isEqualTo(413);
        assertThat(write("/v1/namespaces/n", "{}").status()).isEqualTo(405);
        assertThat(read("/v1/nothing").status()).isEqualTo(404);
        assertThat(read("/v1/namespaces/n/tables/t?snapshots=some").status()).isEqualTo(400);
        assertThat(read("/v1/namespaces/n/tables/t").type()).isEqualTo("NoSuchTableException");
        assertThat(read("/v1/namespaces/m/tables").type()).isEqualTo("NoSuchNamespaceException");
        String table = "{\"name\":\"t\",\"schema\":{\"type\":\"struct\",\"fields\":[]}}";
        assertThat(write("/v1/namespaces/m/tables", table).type()).isEqualTo("NoSuchNamespaceException");
        assertThat(write("/v1/namespaces/n/tables", table.replace("\"t\"", "\"" + "t".repeat(300) + "\""))
                        .status())
                .isEqualTo(400);
    }

    @Test
    void aTableNeedsItsNamespace() throws Exception {
        try (RESTCatalog client = writer()) {
            assertThatThrownBy(() -> client.createTable(TableIdentifier.of("none", "t"), SCHEMA))
                    .isInstanceOf(NoSuchNamespaceException.class);
            assertThatThrownBy(() -> client.buildTable(TableIdentifier.of("none", "t"), SCHEMA)
                            .createTransaction()
                            .commitTransaction())
                    .isInstanceOf(NoSuchNamespaceException.class);
        }
    }
}
