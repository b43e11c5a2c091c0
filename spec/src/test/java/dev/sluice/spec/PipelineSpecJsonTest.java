package dev.sluice.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.io.IOException;
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
            assertThat(files).containsExactly(file);
        }
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
