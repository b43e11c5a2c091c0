package dev.sluice.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PipelineSpecJsonTest {
    @TempDir
    Path folder;

    @Test
    void readsBackExactlyWhatWasWrittenSecretsIncluded() {
        PipelineSpec spec = spec(Optional.of(
                new PipelineSpec.S3Spec("http://127.0.0.1:19000", "us-east-1", "key", new Secret("s3-\u00e4\"\n"))));
        Path file = folder.resolve("deep/shop.json");

        PipelineSpecJson.write(file, spec);

        assertThat(PipelineSpecJson.read(file)).isEqualTo(spec);
    }

    @Test
    void readsBackAbsentOptionalParts() {
        PipelineSpec spec = spec(Optional.empty());
        Path file = folder.resolve("shop.json");

        PipelineSpecJson.write(file, spec);

        assertThat(PipelineSpecJson.read(file)).isEqualTo(spec);
    }

    @Test
    void onlyTheOwnerMayReadTheFileEvenWhenItReplacesAnOpenOne() throws IOException {
        Path file = folder.resolve("shop.json");
        Files.writeString(file, "{}");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));

        PipelineSpecJson.write(file, spec(Optional.empty()));

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactlyInAnyOrder(file, folder.resolve("shop.secrets"));
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("shop.secrets"))))
                .isEqualTo("rw-------");
    }

    @Test
    void noSecretIsInTheFileOrInWhatAJobSerialises() throws Exception {
        Path file = folder.resolve("shop.json");
        PipelineSpec spec = spec(Optional.of(
                new PipelineSpec.S3Spec("http://127.0.0.1:1", "us-east-1", "key", new Secret("hush-hush"))));
        PipelineSpecJson.write(file, spec);

        assertThat(Files.readString(file)).doesNotContain("hush-hush").contains("shop.secrets");
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(PipelineSpecJson.read(file));
        }
        assertThat(bytes.toString(StandardCharsets.ISO_8859_1)).doesNotContain("hush-hush");
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            PipelineSpec arrived = (PipelineSpec) in.readObject();
            assertThat(arrived.postgres().password().reveal()).isEqualTo("hush-hush");
            assertThat(arrived.catalog().s3().orElseThrow().secretAccessKey().reveal())
                    .isEqualTo("hush-hush");
        }
    }

    @Test
    void aSecretThatChangedIsReadAnewAndOneThatIsGoneIsNamedWithoutItsValue() throws IOException {
        Path file = folder.resolve("shop.json");
        PipelineSpecJson.write(file, spec(Optional.empty()));
        PipelineSpec running = PipelineSpecJson.read(file);
        Path secrets = folder.resolve("shop.secrets");
        Files.writeString(secrets, Files.readString(secrets).replace("hush-hush", "rotated"));

        assertThat(running.postgres().password().reveal()).isEqualTo("rotated");
        assertThat(running).isNotEqualTo(spec(Optional.empty()));
        Files.delete(secrets);
        assertThatThrownBy(() -> running.postgres().password().reveal())
                .isInstanceOfSatisfying(
                        SluiceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.E1103))
                .hasMessageContaining("source.password")
                .hasMessageNotContaining("rotated");
    }

    @Test
    void aCopyForAnotherJobKeepsThePlacesOfItsSecrets() throws IOException {
        Path file = folder.resolve("pipelines/shop.json");
        PipelineSpecJson.write(file, spec(Optional.empty()));
        Path copy = folder.resolve("upkeep/shop.json");
        PipelineSpecJson.write(copy, PipelineSpecJson.read(file));

        assertThat(PipelineSpecJson.read(copy)).isEqualTo(spec(Optional.empty()));
        try (var files = Files.list(folder.resolve("upkeep"))) {
            assertThat(files).containsExactly(copy);
        }
        PipelineSpecJson.write(file, PipelineSpecJson.read(file));
        assertThat(PipelineSpecJson.read(file)).isEqualTo(spec(Optional.empty()));
    }

    @Test
    void filesOfEarlierVersionsAreStillRead() throws IOException {
        Path file = folder.resolve("shop.json");
        PipelineSpecJson.write(file, spec(Optional.empty()));
        String old = Files.readString(file).replaceAll("\\{\\s*\"secret-file\"[^}]*\\}", "\"hush-hush\"");
        Files.writeString(file, old);

        assertThat(PipelineSpecJson.read(file)).isEqualTo(spec(Optional.empty()));
    }

    @Test
    void aSourceOfAKindThatIsNotKnownIsRefusedByName() throws IOException {
        Path file = folder.resolve("shop.json");
        PipelineSpecJson.write(file, spec(Optional.empty()));
        Files.writeString(file, Files.readString(file).replace("PostgresSourceSpec", "OracleSourceSpec"));

        assertThatThrownBy(() -> PipelineSpecJson.read(file))
                .hasMessageContaining("E0105")
                .hasMessageContaining("source.kind");
    }

    /** Golden: as version e06eafb wrote it, before there were policies for values and for WAL, and files for secrets. */
    @Test
    void whatAnOlderVersionDidNotWriteIsAsItMeantIt() throws IOException {
        Path file = folder.resolve("shop.json");
        try (InputStream golden = getClass().getResourceAsStream("pipeline-of-e06eafb.json")) {
            Files.copy(golden, file);
        }
        PipelineSpec spec = spec(Optional.of(
                new PipelineSpec.S3Spec("http://127.0.0.1:19000", "us-east-1", "key", new Secret("hush-hush"))));

        PipelineSpec read = PipelineSpecJson.read(file);

        assertThat(read.postgres().wal()).isEqualTo(PipelineSpec.WalSpec.DEFAULT);
        assertThat(read.postgres().excludeAtSource()).isFalse();
        assertThat(read.source().tables()).allSatisfy(table -> {
            assertThat(table.poison()).isEqualTo(PoisonPolicy.STOP);
            assertThat(table.columns()).isEmpty();
        });
        assertThat(read.catalog()).isEqualTo(spec.catalog());
        assertThat(read.source().tables()).isEqualTo(spec.source().tables());
        assertThat(read.hot()).isEqualTo(spec.hot());
        assertThat(read.models()).isEqualTo(spec.models());
        assertThat(read.upkeep()).isEqualTo(spec.upkeep());
        PipelineSpecJson.write(file, read);
        assertThat(PipelineSpecJson.read(file)).as("and is written whole").isEqualTo(read);
        assertThat(Files.readString(file)).doesNotContain("hush-hush").contains("wal");
    }

    @Test
    void whatNoVersionEverLeftOutIsStillRefusedWhenItIsMissing() throws IOException {
        Path file = folder.resolve("shop.json");
        PipelineSpecJson.write(file, spec(Optional.empty()));
        Files.writeString(file, Files.readString(file).replace("\"sslMode\"", "\"sslMood\""));
        assertThatThrownBy(() -> PipelineSpecJson.read(file)).hasMessageContaining("source.sslMode must be a text");
    }

    @Test
    void brokenFilesAreRefusedWithoutShowingTheirText() throws IOException {
        Path file = folder.resolve("shop.json");
        PipelineSpecJson.write(file, spec(Optional.empty()));
        String whole = Files.readString(file);
        for (String broken : List.of(
                whole.substring(0, whole.length() - 5),
                whole.replace("5432", "\"hush-hush\""),
                whole.replace("\"PT192H\"", "\"hush-hush\""),
                "[]",
                "hush-hush",
                "")) {
            Files.writeString(file, broken);
            assertThatThrownBy(() -> PipelineSpecJson.read(file))
                    .isInstanceOfSatisfying(
                            SluiceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.E0105))
                    .hasMessageNotContaining("hush-hush");
        }
    }

    @Test
    void aMissingFileIsRefusedWithItsName() {
        assertThatThrownBy(() -> PipelineSpecJson.read(folder.resolve("none.json")))
                .isInstanceOf(SluiceException.class)
                .hasMessageContaining("none.json");
    }

    static PipelineSpec spec(Optional<PipelineSpec.S3Spec> s3) {
        return new PipelineSpec(
                "shop",
                new PipelineSpec.CatalogSpec(
                        "http://127.0.0.1:18181", new Secret("hush-hush"), "s3://lake/warehouse", "bronze", s3),
                new PipelineSpec.PostgresSourceSpec(
                        "127.0.0.1",
                        5432,
                        "shop",
                        "postgres",
                        new Secret("hush-hush"),
                        "disable",
                        List.of(
                                new PipelineSpec.TableSpec("public", "orders", List.of()),
                                new PipelineSpec.TableSpec("public", "users", List.of("password_hash"))),
                        false,
                        new PipelineSpec.WalSpec(1L << 30, s3.map(any -> 2L << 30))),
                1000,
                2,
                new PipelineSpec.HotSpec(
                        "http://127.0.0.1:18123",
                        "sluice",
                        new Secret("hush-hush"),
                        "hot",
                        List.of("orders"),
                        Optional.of("/views"),
                        Duration.ofDays(8),
                        250),
                new PipelineSpec.ModelsSpec(Optional.empty(), "http://127.0.0.1:18080", "sluice", "lake"),
                new PipelineSpec.UpkeepSpec(128L << 20, 5, 1, Duration.ofDays(7), 5));
    }
}
