package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.cli.pipeline.PipelineFiles;
import dev.sluice.spec.yaml.SpecParser;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandLineTest {
    private static final String VALID = """
            pipeline: shop
            catalog: {uri: "http://127.0.0.1:1", token: "${env:TOKEN}", warehouse: "s3://lake/warehouse"}
            source:
              postgres: {host: 127.0.0.1, port: 1, database: shop, user: sluice, password: "${env:PASSWORD}"}
              tables: [public.orders, public.users]
            """;

    @TempDir
    Path folder;

    private final Map<String, String> environment = new HashMap<>();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeEach
    void secrets() {
        environment.put("TOKEN", "hush-token");
        environment.put("PASSWORD", "hush-password");
        environment.put("SLUICE_HOME", folder.resolve("home").toString());
    }

    @Test
    void withoutArgumentsTheVerbsAreShown() {
        assertThat(run()).isZero();
        assertThat(out.toString()).contains("validate", "sql", "models", "Exit codes");
    }

    @Test
    void aMisspeltVerbIsAUsageErrorThatNamesTheNearest() {
        assertThat(run("validat")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("validat").contains("validate");
    }

    @Test
    void anUnknownOptionIsAUsageError() {
        assertThat(run("validate", "--fiel", "x")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("--fiel");
    }

    @Test
    void aValidFileIsSummedUp() throws IOException {
        write(VALID);
        assertThat(run("validate")).isZero();
        assertThat(out.toString()).isEqualTo("sluice.yaml is valid: pipeline shop, 2 tables, 0 of them hot\n");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void aTableThatIsNotInThePipelineCannotBeLoadedAnew() throws IOException {
        write(VALID);
        assertThat(run("resync", "ordrs")).isEqualTo(ExitCode.FAILED);
        assertThat(err.toString()).contains("E0206", "pipeline shop has no table ordrs", "did you mean orders?");
    }

    @Test
    void aWrongFileIsToldWithAllItsPlaces() throws IOException {
        write(VALID + "streem: {}\nstream: {commit-interval: 5}\n");
        assertThat(run("validate")).isEqualTo(ExitCode.USAGE);
        assertThat(out.toString().lines())
                .containsExactly(
                        "sluice.yaml:6:1 E0101 unknown key: `streem` is not a key of the document. Fix: did you mean"
                                + " `stream`?",
                        "sluice.yaml:7:27 E0102 invalid value: `stream.commit-interval` must be a duration from 100ms to"
                                + " 10m, a number with ms, s, m, h or d, not `5`",
                        "2 problems in sluice.yaml");
    }

    @Test
    void referencesThatDoNotResolveHereAreWarningsUnlessStrict() throws IOException {
        write(VALID);
        environment.remove("TOKEN");
        assertThat(run("validate")).isZero();
        assertThat(out.toString()).contains("sluice.yaml:2:45 E0104 warning").contains("is valid, apart from");
        assertThat(run("validate", "--strict")).isEqualTo(ExitCode.USAGE);
    }

    @Test
    void problemsAreAlsoJson() throws IOException {
        write(VALID.replace("pipeline: shop", "pipeline: [x]"));
        assertThat(run("validate", "-o", "json")).isEqualTo(ExitCode.USAGE);
        JsonNode report = new ObjectMapper().readTree(out.toString());
        assertThat(report.get("valid").asBoolean()).isFalse();
        assertThat(report.get("problems").get(0).get("code").asText()).isEqualTo("E0102");
        assertThat(report.get("problems").get(0).get("line").asInt()).isEqualTo(1);
        assertThat(report.get("problems").get(0).get("column").asInt()).isEqualTo(11);
    }

    @Test
    void aMissingFileIsAConfigurationErrorWithItsFix() {
        assertThat(run("validate")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("E0105").contains("Fix: name one with -f");
    }

    @Test
    void aModelThatCannotBeParsedMakesTheFileInvalid() throws IOException {
        Files.createDirectories(folder.resolve("models/silver"));
        Files.writeString(folder.resolve("models/silver/orders.sql"), "SELECT FROM bronze.orders");
        write(VALID + "models: {directory: models, trino: {url: 'http://127.0.0.1:1'}}\n");
        assertThat(run("validate")).isEqualTo(ExitCode.FAILED);
        assertThat(err.toString()).contains("E1002").contains("orders.sql");
    }

    @Test
    void errorsAreJsonOnStderrWhereResultsWouldBeJson() throws IOException {
        write(VALID);
        assertThat(run("history", "orders", "-o", "json")).isEqualTo(ExitCode.FAILED);
        JsonNode error = new ObjectMapper().readTree(err.toString());
        assertThat(error.get("code").asText()).isEqualTo("E0701");
        assertThat(error.get("retry").asText()).isEqualTo("TIMED");
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString()).doesNotContain("hush");
    }

    @Test
    void aStackTraceIsShownOnlyWhenAskedFor() throws IOException {
        write(VALID);
        run("history", "orders");
        assertThat(err.toString()).contains("E0701").doesNotContain("\tat ");
        run("history", "orders", "--debug");
        assertThat(err.toString()).contains("\tat ").doesNotContain("hush");
    }

    @Test
    void aPositionThatIsNoneIsRefusedBeforeAnythingIsAsked() throws IOException {
        write(VALID);
        assertThat(run("sql", "--as-of", "yes/no/maybe", "select 1")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("E0102").contains("not a position");
    }

    @Test
    void withoutAnyFileOrPipelineAQueryHasNowhereToGo() {
        assertThat(run("sql", "select 1")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("no pipeline was applied");
    }

    @Test
    void dropSaysWhatItWouldRemoveAndDoesNothingUnlessConfirmed() throws IOException {
        write(VALID);
        Path file = folder.resolve("sluice.yaml");
        PipelineFiles files = new PipelineFiles(folder.resolve("home"));
        files.writeSpec(SpecParser.parse(file, name -> Optional.ofNullable(environment.get(name)))
                .orThrow());
        assertThat(run("drop", "shop")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString())
                .contains("slot and the publication sluice_shop of database shop", "--yes")
                .doesNotContain("bronze");
        assertThat(run("drop", "shop", "--tables")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("all tables of this pipeline in bronze");
        assertThat(files.names()).containsExactly("shop");
        assertThat(run("drop", "shup", "--yes")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("E0105").contains("did you mean shop?");
    }

    private void write(String yaml) throws IOException {
        Files.writeString(folder.resolve("sluice.yaml"), yaml);
    }

    private int run(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        Session session = new Session(new PrintWriter(out), new PrintWriter(err), environment, folder, false);
        int exitCode = Main.run(session, arguments);
        session.out().flush();
        session.err().flush();
        return exitCode;
    }
}
