package dev.sluice.spec.yaml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.spec.PipelineSpec;
import dev.sluice.spec.PipelineSpec.ColumnSpec;
import dev.sluice.spec.PipelineSpec.TableSpec;
import dev.sluice.spec.PoisonPolicy;
import dev.sluice.spec.Secret;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpecParserTest {
    private static final Map<String, String> ENVIRONMENT =
            Map.of("TOKEN", "hush-token", "PG", "hush-pg", "CH", "hush-ch", "PORT", "5433", "EMPTY", "");

    private static final String SMALLEST = """
            pipeline: shop
            catalog:
              uri: http://127.0.0.1:18181
              token: ${env:TOKEN}
              warehouse: s3://lake/warehouse
            source:
              postgres:
                host: 127.0.0.1
                database: shop
                user: sluice
                password: ${env:PG}
              tables: [public.orders]
            """;

    @TempDir
    Path folder;

    @Test
    void theSmallestFileGetsAllDefaults() {
        PipelineSpec spec = parse(SMALLEST).orThrow();

        assertThat(spec.pipeline()).isEqualTo("shop");
        assertThat(spec.catalog())
                .isEqualTo(new PipelineSpec.CatalogSpec(
                        "http://127.0.0.1:18181",
                        new Secret("hush-token"),
                        "s3://lake/warehouse",
                        "bronze",
                        Optional.empty()));
        assertThat(spec.source())
                .isEqualTo(new PipelineSpec.PostgresSourceSpec(
                        "127.0.0.1",
                        5432,
                        "shop",
                        "sluice",
                        new Secret("hush-pg"),
                        "prefer",
                        List.of(new TableSpec("public", "orders", List.of()))));
        assertThat(spec.commitIntervalMillis()).isEqualTo(1000);
        assertThat(spec.parallelism()).isEqualTo(2);
        assertThat(spec.hot().tables()).isEmpty();
        assertThat(spec.hot().viewsDirectory()).isEmpty();
        assertThat(spec.hot().retention()).isEqualTo(Duration.ofDays(8));
        assertThat(spec.models().directory()).isEmpty();
        assertThat(spec.upkeep()).isEqualTo(new PipelineSpec.UpkeepSpec(128L << 20, 5, 1, Duration.ofDays(7), 5));
    }

    @Test
    void everyKeyReachesTheSpec() throws IOException {
        Files.createDirectories(folder.resolve("views"));
        Files.createDirectories(folder.resolve("sql"));
        PipelineSpec spec = parse("""
                        pipeline: shop_2
                        catalog:
                          uri: https://catalog.example.com/
                          token: ${env:TOKEN}
                          warehouse: s3://lake/warehouse
                          namespace: raw
                          s3:
                            endpoint: http://127.0.0.1:19000
                            region: eu-west-1
                            access-key-id: ${env:NOT_SET:-key}
                            secret-access-key: "a${env:CH}z"
                        source:
                          postgres:
                            host: db.example.com
                            port: ${env:PORT}
                            database: shop
                            user: sluice
                            password: ${env:PG}
                            ssl-mode: verify-full
                            exclude-at: source
                            wal-warn: 512MB
                            wal-max: 20GB
                          tables:
                            - public.orders
                            - name: Sales."Order.Items"
                              exclude: [secret note, "x"]
                        stream:
                          commit-interval: 2500ms
                          parallelism: 4
                        hot:
                          clickhouse:
                            url: http://127.0.0.1:18123
                            user: writer
                            password: ${env:CH}
                            database: hot_2
                          tables: [orders, Order.Items]
                          views: views/
                          retention: 36h
                          flush-interval: 1s
                        models:
                          directory: ./sql
                          trino:
                            url: http://127.0.0.1:18080
                            user: modeller
                            catalog: lake_2
                        upkeep:
                          target-file-size: 64MB
                          min-input-files: 3
                          delete-file-threshold: 7
                          snapshot-retention: 90m
                          retain-last: 9
                        """).orThrow();

        assertThat(spec)
                .isEqualTo(new PipelineSpec(
                        "shop_2",
                        new PipelineSpec.CatalogSpec(
                                "https://catalog.example.com",
                                new Secret("hush-token"),
                                "s3://lake/warehouse",
                                "raw",
                                Optional.of(new PipelineSpec.S3Spec(
                                        "http://127.0.0.1:19000", "eu-west-1", "key", new Secret("ahush-chz")))),
                        new PipelineSpec.PostgresSourceSpec(
                                "db.example.com",
                                5433,
                                "shop",
                                "sluice",
                                new Secret("hush-pg"),
                                "verify-full",
                                List.of(
                                        new TableSpec("public", "orders", List.of()),
                                        new TableSpec("Sales", "Order.Items", List.of("secret note", "x"))),
                                true,
                                new PipelineSpec.WalSpec(512L << 20, Optional.of(20L << 30))),
                        2500,
                        4,
                        new PipelineSpec.HotSpec(
                                "http://127.0.0.1:18123",
                                "writer",
                                new Secret("hush-ch"),
                                "hot_2",
                                List.of("orders", "Order.Items"),
                                Optional.of(folder.resolve("views").toString()),
                                Duration.ofHours(36),
                                1000),
                        new PipelineSpec.ModelsSpec(
                                Optional.of(folder.resolve("sql").toString()),
                                "http://127.0.0.1:18080",
                                "modeller",
                                "lake_2"),
                        new PipelineSpec.UpkeepSpec(64L << 20, 3, 7, Duration.ofMinutes(90), 9)));
    }

    @Test
    void allProblemsAreReportedTogetherInTheOrderOfTheFile() {
        assertThat(problems("""
                        pipelin: shop
                        catalog:
                          uri: 127.0.0.1:18181
                          token: ${env:MISSING}
                          warehouse: /lake
                        source:
                          postgres:
                            host: 127.0.0.1
                            port: 70000
                            database: shop
                            user: sluice
                            password: ${env:PG}
                          tables: [orders, public.users]
                        stream:
                          commit-interval: 10ms
                        """))
                .containsExactly(
                        "1:1 E0101 pipelin is not a key of the document | did you mean `pipeline`?",
                        "1:1 E0102 pipeline is missing | add it: Id of the pipeline. It names the replication slot and"
                                + " stands in every snapshot: keep it.",
                        "3:8 E0102 catalog.uri must be a URI such as http://127.0.0.1:8080, not `127.0.0.1:18181` | ",
                        "4:10 E0104 catalog.token refers to the environment variable MISSING, which is not set | set"
                                + " MISSING, or give a default: ${env:MISSING:-default}",
                        "5:14 E0102 catalog.warehouse must be a URI such as s3://bucket/folder, not `/lake` | ",
                        "9:11 E0102 source.postgres.port must be a whole number from 1 to 65535, not `70000` | ",
                        "13:12 E0102 source.tables[0] must be schema.table, each at most 63 bytes; odd names in double"
                                + " quotes, not `orders` | ",
                        "15:20 E0102 stream.commit-interval must be a duration from 100ms to 10m, a number with ms, s, m,"
                                + " h or d, not `10ms` | ");
    }

    @Test
    void anUnknownKeyNamesTheNearestOne() {
        assertThat(problems(SMALLEST + "stream: {commitInterval: 1s, parallelsim: 2, frequency: 1}\n"))
                .containsExactly(
                        "13:10 E0101 stream.commitInterval is not a key of `stream` | did you mean `commit-interval`?",
                        "13:30 E0101 stream.parallelsim is not a key of `stream` | did you mean `parallelism`?",
                        "13:46 E0101 stream.frequency is not a key of `stream` | its keys are commit-interval,"
                                + " parallelism");
    }

    @Test
    void aKeyAtTheWrongPlaceIsToldWhereItBelongs() {
        assertThat(problems(SMALLEST + "commit-interval: 1s\n"))
                .containsExactly("13:1 E0101 commit-interval is not a key of the document | did you mean"
                        + " `stream.commit-interval`?");
    }

    @Test
    void wrongKindsOfNodesAreRefusedEachAtItsPlace() {
        assertThat(problems("""
                        pipeline: [shop]
                        catalog: lake
                        source:
                          postgres: {host: {}, database: shop, user: sluice, password: "${env:PG}"}
                          tables: public.orders
                        hot:
                        """))
                .containsExactly(
                        "1:11 E0102 pipeline must be one value: a name of at most 40 letters a-z, digits and _, letter"
                                + " first | ",
                        "2:10 E0102 catalog must be a mapping with keys such as uri, token, warehouse | ",
                        "4:20 E0102 source.postgres.host must be one value: a host name or address | ",
                        "5:11 E0102 source.tables must be a list | write it as [a, b], or one `- a` per line",
                        "6:5 E0102 hot has no value | give one, or leave the key out");
    }

    @Test
    void aDuplicateKeyIsRefusedAtItsSecondPlace() {
        assertThat(problems(SMALLEST + "pipeline: other\n"))
                .containsExactly("13:1 E0107 pipeline stands twice in the same mapping | remove one of them");
    }

    @Test
    void aTableInMixedCaseHasALowerCaseNameInTheLakeAndIsToldOfIt() {
        ParsedSpec parsed = parse(SMALLEST.replace("public.orders", "app.MixedCase"));
        assertThat(parsed.orThrow().source().tables().get(0).lakeName()).isEqualTo("mixedcase");
        assertThat(parsed.warnings()).singleElement().satisfies(problem -> {
            assertThat(problem.code()).isEqualTo(ErrorCode.E0108);
            assertThat(problem.toString()).contains("`app.MixedCase` is `mixedcase` in the lake");
        });
    }

    @Test
    void tablesThatDifferByCaseOnlyCannotBothBeInTheLake() {
        assertThat(problems(SMALLEST.replace("[public.orders]", "[app.MixedCase, app.mixedcase]")))
                .anyMatch(problem -> problem.contains("E0103")
                        && problem.contains("would share the lake's table `mixedcase` with `app.MixedCase`"));
    }

    @Test
    void rulesAcrossKeysAreChecked() {
        assertThat(problems("""
                        pipeline: shop
                        catalog: {uri: "http://h", token: "${env:TOKEN}", warehouse: "s3://lake"}
                        source:
                          postgres: {host: localhost, database: shop, user: sluice, password: "${env:PG}"}
                          tables:
                            - public.orders
                            - public.orders
                            - archive.orders
                            - name: public.users
                              exclude: [a, b, a]
                        hot:
                          clickhouse: {url: "http://h:8123", password: "${env:CH}"}
                          tables: [order, users, users, public.users]
                          views: none/
                        """))
                .containsExactly(
                        "7:7 E0103 source.tables[1] names the table `public.orders` a second time | remove one of them",
                        "8:7 E0103 source.tables[2] would share the lake's table `orders` with `public.orders` | put one"
                                + " of the two into a pipeline of its own with another catalog.namespace",
                        "10:23 E0103 source.tables[3].exclude[2] names a column a second time | remove one of them",
                        "13:12 E0103 hot.tables[0] names `order`, which is not among source.tables | did you mean"
                                + " `orders`?",
                        "13:26 E0103 hot.tables[2] names the table users a second time | remove one",
                        "13:33 E0103 hot.tables[3] names `public.users`, which is not among source.tables | hot tables"
                                + " are named without schema: orders, users",
                        "14:10 E0105 hot.views names the folder " + folder.resolve("none")
                                + ", which does not exist | create it, or leave the key out; relative paths start from"
                                + " the folder of sluice.yaml");
    }

    @Test
    void policiesForUnfitValuesAreOfTheSourceATableOrAColumn() {
        PipelineSpec spec =
                parse(SMALLEST.replace("tables: [public.orders]", """
                        poison: quarantine
                          tables:
                            - public.orders
                            - name: public.users
                              poison: text
                              columns:
                                - {name: born, poison: stop}
                        """.strip())).orThrow();
        assertThat(spec.source().tables())
                .containsExactly(
                        new TableSpec("public", "orders", List.of(), PoisonPolicy.QUARANTINE, List.of()),
                        new TableSpec(
                                "public",
                                "users",
                                List.of(),
                                PoisonPolicy.TEXT,
                                List.of(new ColumnSpec("born", PoisonPolicy.STOP))));
        assertThat(problems(SMALLEST.replace("[public.orders]", "[{name: public.orders, poison: clamp}]")))
                .containsExactly(
                        "12:42 E0102 source.tables[0].poison must be one of stop, quarantine, text, not `clamp` | ");
        assertThat(problems(SMALLEST.replace(
                        "[public.orders]",
                        "[{name: public.orders, exclude: [a], columns: [{name: a, poison: text}]}]")))
                .singleElement()
                .asString()
                .contains("E0103 source.tables[0].columns[0].name names a column a second time");
    }

    @Test
    void anEmptyExcludedColumnIsRefused() {
        assertThat(problems(SMALLEST.replace("[public.orders]", "[{name: public.orders, exclude: ['']}]")))
                .containsExactly("12:44 E0102 source.tables[0].exclude[0] must not be empty, not `` | ");
    }

    @Test
    void aLiteralSecretIsAWarningAndItsValueIsNotShown() {
        ParsedSpec parsed = parse(SMALLEST.replace("${env:PG}", "hunter2"));

        assertThat(parsed.orThrow().postgres().password()).isEqualTo(new Secret("hunter2"));
        assertThat(parsed.warnings()).singleElement().satisfies(problem -> {
            assertThat(problem.code()).isEqualTo(ErrorCode.E1101);
            assertThat(problem.line()).isEqualTo(11);
            assertThat(problem.column()).isEqualTo(15);
            assertThat(problem.toString()).doesNotContain("hunter2");
        });
    }

    @Test
    void whatAReferenceResolvedToIsNeverShown() throws IOException {
        Files.writeString(folder.resolve("secret.txt"), "hush-file\n");
        for (String reference :
                List.of("${env:TOKEN}", "${file:secret.txt}", "x${env:TOKEN}", "${env:NO:-hush-default}")) {
            ParsedSpec parsed = parse(SMALLEST.replace("http://127.0.0.1:18181", reference));
            assertThat(parsed.errors()).as(reference).hasSize(1);
            assertThat(parsed.errors().toString()).doesNotContain("hush");
            assertThatThrownBy(parsed::orThrow).hasMessageNotContaining("hush");
        }
    }

    @Test
    void aFileReferenceIsReadFromTheFolderOfTheFileWithoutItsLineEnd() throws IOException {
        Files.writeString(folder.resolve("token"), "hush\n");

        assertThat(parse(SMALLEST.replace("${env:TOKEN}", "${file:token}"))
                        .orThrow()
                        .catalog()
                        .token()
                        .reveal())
                .isEqualTo("hush");
    }

    @Test
    void malformedReferencesAreRefused() {
        String fix = " | write ${env:NAME}, ${env:NAME:-default} or ${file:PATH}; $${ is a plain ${";
        assertThat(problems(SMALLEST.replace("${env:TOKEN}", "${env:TOKEN")))
                .containsExactly("4:10 E0104 catalog.token has a reference without its closing brace" + fix);
        assertThat(problems(SMALLEST.replace("${env:TOKEN}", "${TOKEN}")))
                .containsExactly("4:10 E0104 catalog.token has a reference of an unknown form" + fix);
        assertThat(problems(SMALLEST.replace("${env:TOKEN}", "${env:A-B}")))
                .containsExactly(
                        "4:10 E0104 catalog.token refers to an environment variable by an impossible name" + fix);
        assertThat(problems(SMALLEST.replace("${env:TOKEN}", "${file:none}")))
                .containsExactly("4:10 E0104 catalog.token refers to the file none, which cannot be read"
                        + " (NoSuchFileException) | relative paths start from the folder of sluice.yaml; check that the"
                        + " file exists");
    }

    @Test
    void anEmptyVariableFallsBackToTheDefaultAndADoubledDollarIsPlain() {
        PipelineSpec spec = parse(SMALLEST.replace("user: sluice", "user: a${env:EMPTY:-b}$${env:c}"))
                .orThrow();
        assertThat(spec.postgres().user()).isEqualTo("ab${env:c}");
    }

    @Test
    void checkingTakesAnUnresolvedReferenceAsAWarning() throws IOException {
        Path file = folder.resolve("sluice.yaml");
        Files.writeString(file, SMALLEST);

        ParsedSpec parsed = SpecParser.check(file, name -> Optional.empty());

        assertThat(parsed.errors()).isEmpty();
        assertThat(parsed.warnings()).extracting(SpecProblem::code).containsExactly(ErrorCode.E0104, ErrorCode.E0104);
        assertThat(parsed.spec()).isEmpty();
        assertThatThrownBy(parsed::orThrow).isInstanceOf(SluiceException.class).hasMessageContaining("E0104");
    }

    @Test
    void textThatIsNoYamlIsRefusedAtItsPlaceWithoutQuotingIt() {
        assertThat(problems("pipeline: shop\ncatalog:\n\turi: x\n"))
                .containsExactly("3:1 E0106  a tab stands where only spaces may indent | indent with spaces");
        assertThat(problems("pipeline: \"hunter2\n"))
                .singleElement()
                .satisfies(
                        problem -> assertThat(problem).startsWith("2:1 E0106").doesNotContain("hunter2"));
        assertThat(problems("")).containsExactly("1:1 E0106  the file is empty | begin with `pipeline: <name>`");
        assertThat(problems("just text"))
                .containsExactly("1:1 E0102  must be a mapping with keys such as pipeline, catalog, source | ");
        assertThat(problems(SMALLEST + "---\npipeline: b\n"))
                .containsExactly("13:1 E0106  a second document begins | one file is one pipeline");
    }

    @Test
    void tagsAnchorsAndAliasesAreRefused() {
        assertThat(problems("pipeline: &a shop\nsource: *a\ncatalog: !!javax.script.ScriptEngineManager []\n"))
                .containsExactly(
                        "1:11 E0106  anchors and aliases are not supported | write the value out",
                        "2:9 E0106  anchors and aliases are not supported | write the value out",
                        "3:10 E0106  tags are not supported | leave the tag out");
    }

    @Test
    void hugeAndDeepFilesAreRefused() throws IOException {
        assertThat(problems("# " + "x".repeat(1 << 20)))
                .containsExactly("1:1 E0105  the file is over 1 MB | split it into pipelines");
        assertThat(problems("pipeline: " + "[".repeat(5000) + "]".repeat(5000)))
                .singleElement()
                .asString()
                .startsWith("1:1 E0106");
        Files.write(folder.resolve("latin.yaml"), new byte[] {'a', ':', ' ', (byte) 0xe4});
        assertThat(SpecParser.parse(folder.resolve("latin.yaml"), name -> Optional.empty())
                        .errors())
                .singleElement()
                .satisfies(problem -> assertThat(problem.message()).isEqualTo("the file is not UTF-8"));
    }

    @Test
    void aMissingFileIsOneProblem() {
        ParsedSpec parsed = SpecParser.parse(folder.resolve("none.yaml"), name -> Optional.empty());
        assertThatThrownBy(parsed::orThrow)
                .isInstanceOfSatisfying(
                        SluiceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.E0105))
                .hasMessageContaining("none.yaml")
                .hasMessageContaining("there is no such file");
    }

    @Test
    void urisMustNotCarryCredentialsNorPointAtMetadataServices() {
        assertThat(problems(SMALLEST.replace("http://127.0.0.1:18181", "http://user:hunter2@h")))
                .singleElement()
                .asString()
                .startsWith("3:8 E0102 catalog.uri must not hold a user or a password");
        assertThat(problems(SMALLEST.replace("http://127.0.0.1:18181", "http://169.254.169.254")))
                .singleElement()
                .asString()
                .startsWith("3:8 E0102 catalog.uri must not be a link-local address");
    }

    @Test
    void anUnprotectedConnectionToAnotherMachineIsAWarning() {
        ParsedSpec parsed = parse(SMALLEST.replace("host: 127.0.0.1", "host: db.example.com"));
        assertThat(parsed.orThrow().postgres().host()).isEqualTo("db.example.com");
        assertThat(parsed.warnings()).extracting(SpecProblem::code).containsExactly(ErrorCode.E1102);
    }

    private List<String> problems(String yaml) {
        return parse(yaml).errors().stream()
                .map(problem -> problem.line() + ":" + problem.column() + " " + problem.code() + " " + problem.key()
                        + " " + problem.message() + " | " + problem.fix())
                .toList();
    }

    private ParsedSpec parse(String yaml) {
        Path file = folder.resolve("sluice.yaml");
        try {
            Files.writeString(file, yaml);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return SpecParser.parse(file, name -> Optional.ofNullable(ENVIRONMENT.get(name)));
    }
}
