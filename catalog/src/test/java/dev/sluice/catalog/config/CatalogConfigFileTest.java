package dev.sluice.catalog.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.catalog.config.CatalogConfigFile.Parsed;
import dev.sluice.spec.Secret;
import dev.sluice.spec.yaml.SpecProblem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CatalogConfigFileTest {
    private static final String WRITER = "writer-token-0123456789";
    private static final String READER = "reader-token-0123456789";

    @TempDir
    Path folder;

    private static Map<String, String> environment() {
        return new HashMap<>(Map.of(
                "SLUICE_WAREHOUSE", "s3://lake/warehouse/",
                "SLUICE_CATALOG_TOKEN", WRITER,
                "SLUICE_CATALOG_READER_TOKEN", READER,
                "SLUICE_CATALOG_JDBC_URL", "jdbc:postgresql://127.0.0.1:15432/catalog",
                "SLUICE_CATALOG_JDBC_USER", "sluice",
                "SLUICE_CATALOG_JDBC_PASSWORD", "planted-database-password",
                "SLUICE_S3_ENDPOINT", "http://127.0.0.1:19000",
                "SLUICE_S3_ACCESS_KEY_ID", "key",
                "SLUICE_S3_SECRET_ACCESS_KEY", "planted-s3-secret"));
    }

    private static Parsed shipped(Map<String, String> environment) {
        return CatalogConfigFile.read(Path.of("etc/catalog.yaml"), name -> Optional.ofNullable(environment.get(name)));
    }

    private Parsed read(String yaml) {
        try {
            Path file = Files.writeString(folder.resolve("catalog.yaml"), yaml);
            return CatalogConfigFile.read(
                    file, name -> Optional.ofNullable(environment().get(name)));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String minimal(String more) {
        return """
                warehouse: s3://lake/warehouse
                database: {url: "jdbc:postgresql://127.0.0.1/catalog", user: u, password: p}
                object-store: {endpoint: "http://127.0.0.1:1", access-key-id: a, secret-access-key: s}
                """ + more;
    }

    private static List<String> codes(Parsed parsed) {
        return parsed.problems().stream()
                .map(problem -> problem.code() + " " + problem.key())
                .toList();
    }

    @Test
    void theShippedFileIsFilledFromTheEnvironment() {
        CatalogConfig config = shipped(environment()).config().orElseThrow();

        assertThat(config.bind()).isEqualTo("127.0.0.1");
        assertThat(config.port()).isEqualTo(18_181);
        assertThat(config.warehouse()).isEqualTo("s3://lake/warehouse");
        assertThat(config.tokens().writers()).containsExactly(new Secret(WRITER));
        assertThat(config.tokens().readers()).containsExactly(new Secret(READER));
        assertThat(config.database().user()).isEqualTo("sluice");
        assertThat(config.objectStore().region()).isEqualTo("us-east-1");
        assertThat(config.objectStore().pathStyleAccess()).isTrue();
    }

    @Test
    void everyProblemIsReportedAtOnce() {
        Parsed parsed = shipped(Map.of("SLUICE_CATALOG_PORT", "70000", "SLUICE_CATALOG_TOKEN", "short"));

        assertThat(parsed.config()).isEmpty();
        assertThat(codes(parsed))
                .contains(
                        "E0102 port",
                        "E0102 tokens.writer",
                        "E0104 warehouse",
                        "E0104 database.url",
                        "E0104 database.user",
                        "E0104 database.password",
                        "E0104 object-store.endpoint",
                        "E0104 object-store.access-key-id",
                        "E0104 object-store.secret-access-key");
        assertThat(parsed.problems()).extracting(SpecProblem::key).doesNotHaveDuplicates();
    }

    @Test
    void anEmptyTokenIsNoConfiguration() {
        Map<String, String> environment = environment();
        environment.put("SLUICE_CATALOG_TOKEN", "");

        assertThat(codes(shipped(environment))).containsExactly("E0102 tokens.writer");
        assertThat(codes(read(minimal("")))).containsExactly("E0102 tokens.writer");
    }

    @Test
    void aReaderTokenAloneIsNotEnough() {
        assertThat(codes(read(minimal("tokens: {reader: " + READER + "}")))).containsExactly("E0102 tokens.writer");
    }

    @Test
    void noAuthenticationMustBeSaidAndStaysOnLoopback() {
        assertThat(read(minimal("authentication: none"))
                        .config()
                        .orElseThrow()
                        .tokens()
                        .isNone())
                .isTrue();
        assertThat(codes(read(minimal("authentication: none\nbind: 0.0.0.0")))).containsExactly("E0103 authentication");
        assertThat(codes(read(minimal("authentication: of course")))).containsExactly("E0102 authentication");
    }

    @Test
    void aRoleMayHaveSeveralTokensButNoneOfTheOtherRole() {
        Parsed two = read(minimal("tokens: {writer: [" + WRITER + ", second-" + WRITER + "]}"));
        Parsed shared = read(minimal("tokens: {writer: " + WRITER + ", reader: " + WRITER + "}"));

        assertThat(two.config().orElseThrow().tokens().writers()).hasSize(2);
        assertThat(codes(shared)).containsExactly("E0103 tokens.reader");
    }

    @Test
    void readersMayHaveKeysOfTheirOwn() {
        String tokens = "tokens: {writer: " + WRITER + "}";
        String yaml = minimal(tokens).replace("access-key-id: a,", "access-key-id: a, reader-access-key-id: r,");

        assertThat(codes(read(yaml))).containsExactly("E0102 object-store.reader-secret-access-key");
        assertThat(read(yaml.replace("access-key-id: r,", "access-key-id: r, reader-secret-access-key: rs,"))
                        .config()
                        .orElseThrow()
                        .objectStore()
                        .readerKeys()
                        .orElseThrow()
                        .accessKeyId())
                .isEqualTo("r");
    }

    @Test
    void theKeyThatWritesIsNoKeyForReaders() {
        String tokens = "tokens: {writer: " + WRITER + "}";
        String yaml = minimal(tokens)
                .replace(
                        "access-key-id: a,", "access-key-id: a, reader-access-key-id: a, reader-secret-access-key: s,");

        assertThat(codes(read(yaml))).containsExactly("E0103 object-store.reader-secret-access-key");
        assertThat(shipped(environment()).config().orElseThrow().objectStore().readerKeys())
                .as("empty ones are none")
                .isEmpty();
    }

    @Test
    void thereAreFourRolesAndSessionsThatEnd() {
        CatalogConfig.TokenConfig tokens = read(minimal("tokens: {writer: " + WRITER + ", upkeep: upkeep-" + WRITER
                        + ", admin: admin-" + WRITER + ", static: false, session-seconds: 900}"))
                .config()
                .orElseThrow()
                .tokens();

        assertThat(tokens.upkeep()).hasSize(1);
        assertThat(tokens.admins()).hasSize(1);
        assertThat(tokens.isStaticBearer()).isFalse();
        assertThat(tokens.sessionSeconds()).isEqualTo(900);
        assertThat(codes(read(minimal("tokens: {writer: " + WRITER + ", admin: " + WRITER + "}"))))
                .containsExactly("E0103 tokens.admin");
    }

    @Test
    void aPasswordHasNoPlaceInAnUrl() {
        String tokens = "tokens: {writer: " + WRITER + "}";
        String inDatabase = minimal(tokens).replace("/catalog\"", "/catalog?password=planted\"");
        String inEndpoint = minimal(tokens).replace("http://", "http://key:planted@");

        assertThat(codes(read(inDatabase))).containsExactly("E0102 database.url");
        assertThat(codes(read(inEndpoint))).containsExactly("E0102 object-store.endpoint");
        assertThat(read(inDatabase).problems().toString() + read(inEndpoint).problems())
                .doesNotContain("planted");
    }

    @Test
    void aMistypedKeyIsNamedWithTheOneMeant() {
        Parsed parsed = read(minimal("tokens: {writer: " + WRITER + "}\nlimits: {request-treads: 4}"));

        assertThat(codes(parsed)).containsExactly("E0101 limits.request-treads");
        assertThat(parsed.problems().get(0).fix()).contains("limits.request-threads");
    }

    @Test
    void aMissingFileIsOneProblem() {
        Parsed parsed = CatalogConfigFile.read(folder.resolve("none.yaml"), name -> Optional.empty());

        assertThat(parsed.problems()).hasSize(1);
        assertThat(parsed.problems().get(0).code().name()).isEqualTo("E0105");
    }

    @Test
    void secretsAreNotPrinted() {
        CatalogConfig config = shipped(environment()).config().orElseThrow();

        assertThat(config.toString())
                .doesNotContain("planted")
                .doesNotContain(WRITER)
                .doesNotContain(READER);
    }
}
