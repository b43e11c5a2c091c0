package dev.sluice.trino.model;

import static dev.sluice.trino.model.BronzeShop.row;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.trino.query.TrinoQuery;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Who can do what through the real Trino, its shipped configuration, the real catalog and a real store. */
class TrinoAccessIT {
    private static final TableIdentifier USERS = TableIdentifier.of("bronze", "users");
    private static TestLake lake;

    @BeforeAll
    static void start() throws IOException {
        lake = TestLake.start();
        new BronzeShop(lake.catalog)
                .rows("users", row(1, "one", "a@b.c", null, "2025-06-14 16:30", "2025-06-14 16:30", null))
                .commit("0/64", "2025-06-14T18:00:00Z");
    }

    @AfterAll
    static void stop() {
        lake.close();
    }

    private static Table users() {
        return lake.catalog.load(USERS);
    }

    private static void refused(TrinoQuery as, String sql) {
        long before = users().currentSnapshot().snapshotId();
        int snapshots = users().history().size();
        assertThatThrownBy(() -> as.execute(sql)).as(sql).hasMessageContaining("Access Denied");
        assertThat(users().currentSnapshot().snapshotId()).as(sql).isEqualTo(before);
        assertThat(users().history()).as(sql).hasSize(snapshots);
    }

    private static List<String> destructive(String catalog) {
        String table = catalog + ".bronze.users";
        return List.of(
                "DROP TABLE " + table,
                "DELETE FROM " + table,
                "UPDATE " + table + " SET email = 'x'",
                "INSERT INTO " + table + " SELECT * FROM " + table,
                "TRUNCATE TABLE " + table,
                "MERGE INTO " + table + " t USING " + table + " s ON t.id = s.id WHEN MATCHED THEN DELETE",
                "CREATE TABLE " + catalog + ".bronze.mine AS SELECT 1 AS n",
                "CREATE SCHEMA " + catalog + ".mine",
                "CREATE VIEW " + catalog + ".bronze.v AS SELECT 1 AS n",
                "DROP SCHEMA " + catalog + ".bronze CASCADE",
                "ALTER TABLE " + table + " ADD COLUMN x bigint",
                "ALTER TABLE " + table + " RENAME TO " + catalog + ".bronze.gone",
                "ALTER TABLE " + table + " SET PROPERTIES format_version = 2",
                "COMMENT ON TABLE " + table + " IS 'x'",
                "ALTER TABLE " + table + " EXECUTE optimize",
                "ALTER TABLE " + table + " EXECUTE expire_snapshots(retention_threshold => '0d')",
                "ALTER TABLE " + table + " EXECUTE remove_orphan_files(retention_threshold => '0d')",
                "CALL " + catalog + ".system.rollback_to_snapshot('bronze', 'users', 1)");
    }

    @Test
    void anybodyReadsWithoutAPassword() {
        for (String user : List.of("analyst", "bi", "SLUICER")) {
            try (TrinoQuery trino = lake.trinoWithoutPassword(user, "lake_ro")) {
                assertThat(trino.numbers("SELECT count(*) FROM users")).containsExactly(1L);
                assertThat(trino.numbers("SELECT count(*) FROM \"users$snapshots\"")
                                .getFirst())
                        .isPositive();
            }
        }
    }

    @Test
    void nobodyChangesAnythingWithoutThePassword() {
        try (TrinoQuery analyst = lake.trinoWithoutPassword("analyst", "lake_ro")) {
            destructive("lake_ro").forEach(sql -> refused(analyst, sql));
            destructive("lake").forEach(sql -> refused(analyst, sql));
            refused(analyst, "SELECT * FROM lake.bronze.users");
            refused(analyst, "SHOW TABLES FROM lake.bronze");
            refused(analyst, "CALL system.runtime.kill_query('20260101_000000_00000_aaaaa', 'x')");
            refused(analyst, "SET SESSION AUTHORIZATION sluice");
        }
    }

    @Test
    void theNameOfTheWriterIsOfNoUseWithoutThePassword() {
        for (String user : List.of("sluice", "SLUICE", "Sluice")) {
            try (TrinoQuery trino = lake.trinoWithoutPassword(user, "lake")) {
                assertThatThrownBy(() -> trino.execute("SELECT * FROM users"))
                        .as(user)
                        .hasMessageContaining("E1104");
            }
        }
        try (TrinoQuery trino = lake.trino("wrong-password-wrong-password", "lake")) {
            assertThatThrownBy(() -> trino.execute("SELECT 1"))
                    .hasMessageContaining("E1104")
                    .hasMessageNotContaining("wrong-password");
        }
    }

    /** A client may name another user than the one who it is. */
    @Test
    void aReaderCannotCallItselfTheWriterInAnyHeader() throws Exception {
        for (List<String> headers : List.of(
                List.of("X-Trino-User", "analyst", "X-Trino-Original-User", "sluice"),
                List.of("X-Trino-User", "sluice", "X-Trino-Original-User", "analyst"),
                List.of("X-Trino-User", "sluice", "Authorization", "Basic YW5hbHlzdDo="),
                List.of("X-Trino-User", "analyst", "X-Trino-Role", "system=ROLE{admin}"))) {
            String answer = post(lake.variable("SLUICE_TRINO_URL"), "DROP TABLE lake.bronze.users", headers);
            assertThat(answer).as("%s", headers).doesNotContain("\"updateType\"");
        }
        assertThat(users().currentSnapshot()).isNotNull();
    }

    private static String post(String url, String sql, List<String> headers) throws Exception {
        HttpClient client = HttpClient.newHttpClient();
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + "/v1/statement"))
                .POST(HttpRequest.BodyPublishers.ofString(sql));
        request.headers(headers.toArray(String[]::new));
        String body = client.send(request.build(), HttpResponse.BodyHandlers.ofString())
                .body();
        for (int i = 0; i < 200 && body.contains("\"nextUri\""); i++) {
            String next = body.replaceFirst("(?s).*\"nextUri\"\\s*:\\s*\"([^\"]*)\".*", "$1");
            HttpRequest.Builder more = HttpRequest.newBuilder(URI.create(next));
            more.headers(headers.toArray(String[]::new));
            body = client.send(more.build(), HttpResponse.BodyHandlers.ofString())
                    .body();
        }
        return body;
    }

    @Test
    void theWriterWritesButCannotDestroyWhatIsReplicated() {
        try (TrinoQuery trino = lake.trino("lake")) {
            trino.execute("CREATE TABLE made AS SELECT 1 AS n");
            trino.execute("INSERT INTO made SELECT 2");
            assertThat(trino.numbers("SELECT sum(n) FROM made")).containsExactly(3L);
            trino.execute("ALTER TABLE made EXECUTE optimize");

            String expire = "ALTER TABLE users EXECUTE expire_snapshots(retention_threshold => '%s')";
            assertThatThrownBy(() -> trino.execute(expire.formatted("6d"))).hasMessageContaining("7.00d");
            String orphans = "ALTER TABLE users EXECUTE remove_orphan_files(retention_threshold => '%s')";
            assertThatThrownBy(() -> trino.execute(orphans.formatted("2d"))).hasMessageContaining("3.00d");
            trino.execute(orphans.formatted("7d"));
            assertThatThrownBy(() -> trino.execute("DROP TABLE users")).hasMessageContaining("E1003");
            assertThat(trino.numbers("SELECT count(*) FROM users")).containsExactly(1L);
        }
    }

    /** What Trino makes of a catalog's refusal is all that its user sees of it; of a DROP it says only that it failed. */
    @Test
    void theWriterIsToldWhatToDoInsteadOfWritingToWhatAPipelineFollows() {
        long before = users().currentSnapshot().snapshotId();
        int snapshots = users().history().size();
        try (TrinoQuery trino = lake.trino("lake")) {
            for (String sql : List.of(
                    "INSERT INTO users SELECT * FROM users",
                    "DELETE FROM users",
                    "DELETE FROM users WHERE user_id = 1",
                    "UPDATE users SET email = 'x'",
                    "MERGE INTO users t USING users s ON t.user_id = s.user_id WHEN MATCHED THEN DELETE",
                    "TRUNCATE TABLE users",
                    "ALTER TABLE users SET PROPERTIES extra_properties = MAP(ARRAY['sluice.lsn'], ARRAY['0/FFFF'])")) {
                assertThatThrownBy(() -> trino.execute(sql))
                        .as(sql)
                        .hasMessageContaining("E0508")
                        .hasMessageContaining("pipeline shop")
                        .hasMessageContaining("Fix: ");
                assertThat(users().currentSnapshot().snapshotId()).as(sql).isEqualTo(before);
                assertThat(users().history()).as(sql).hasSize(snapshots);
            }
            assertThat(trino.numbers("SELECT count(*) FROM users")).containsExactly(1L);
        }
    }

    /** The key that readers get from the catalog, and that lake_ro has, at the store itself. */
    @Test
    void theReadersKeyOfTheStoreReadsAndDoesNothingElse() throws Exception {
        String uri = lake.variable("SLUICE_CATALOG_URI") + "/v1/config";
        String told = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(uri))
                                .header("Authorization", "Bearer " + lake.variable("SLUICE_CATALOG_READER_TOKEN"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
        assertThat(told)
                .contains(lake.variable("SLUICE_S3_READER_SECRET_ACCESS_KEY"))
                .doesNotContain(lake.variable("SLUICE_S3_SECRET_ACCESS_KEY"), lake.variable("SLUICE_S3_ACCESS_KEY_ID"));
        ReaderKeyProbe probe = new ReaderKeyProbe(lake);
        String file = users().currentSnapshot().manifestListLocation();
        assertThat(probe.canRead(file)).isTrue();
        assertThat(probe.canWrite(file + ".new")).isFalse();
        assertThat(probe.canDelete(file)).isFalse();
        assertThat(probe.canRead(file)).as("it is still there").isTrue();
    }

    @Test
    void noServerSeesSecretsOfOthersAndNoFileOfTheStackIsReadByOthers() throws IOException {
        assertThat(lake.processEnvironment("TRINO"))
                .contains(lake.variable("SLUICE_TRINO_PASSWORD"))
                .doesNotContain(
                        lake.variable("SLUICE_POSTGRES_PASSWORD"),
                        lake.variable("SLUICE_SOURCE_PASSWORD"),
                        lake.variable("SLUICE_CATALOG_ADMIN_TOKEN"),
                        lake.variable("SLUICE_CLICKHOUSE_PASSWORD"));
        assertThat(lake.processEnvironment("CATALOG"))
                .doesNotContain(
                        lake.variable("SLUICE_POSTGRES_PASSWORD"),
                        lake.variable("SLUICE_SOURCE_PASSWORD"),
                        lake.variable("SLUICE_TRINO_PASSWORD"));
        try (Stream<Path> all = Files.walk(lake.home())) {
            assertThat(all.filter(path -> Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS))
                            .filter(path -> path.startsWith(lake.home().resolve("data")))
                            .filter(TrinoAccessIT::othersMayRead))
                    .isEmpty();
        }
        assertThat(Files.getPosixFilePermissions(lake.home().resolve("logs"))).hasSize(3);
    }

    private static boolean othersMayRead(Path file) {
        try {
            return Files.getPosixFilePermissions(file).stream()
                    .anyMatch(permission -> permission.name().startsWith("OTHERS_"));
        } catch (IOException e) {
            // Gone meanwhile: a temporary file of a server that runs.
            return false;
        }
    }
}
