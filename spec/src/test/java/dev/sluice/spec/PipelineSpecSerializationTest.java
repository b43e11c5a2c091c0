package dev.sluice.spec;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Flink ships the specification inside its operators by Java serialization. */
class PipelineSpecSerializationTest {
    @Test
    void travelsWithAndWithoutItsOptionalParts() throws Exception {
        Secret secret = new Secret("s");
        for (boolean full : new boolean[] {true, false}) {
            PipelineSpec spec = new PipelineSpec(
                    "p",
                    new PipelineSpec.CatalogSpec(
                            "http://c",
                            secret,
                            "s3://w/x",
                            "bronze",
                            full ? Optional.of(new PipelineSpec.S3Spec("e", "r", "k", secret)) : Optional.empty()),
                    new PipelineSpec.PostgresSourceSpec(
                            "h",
                            1,
                            "d",
                            "u",
                            secret,
                            "disable",
                            List.of(new PipelineSpec.TableSpec("public", "t", List.of("c")))),
                    1000,
                    2,
                    new PipelineSpec.HotSpec(
                            "http://h",
                            "u",
                            secret,
                            "hot",
                            List.of("t"),
                            full ? Optional.of("views") : Optional.empty(),
                            Duration.ofDays(8),
                            250),
                    new PipelineSpec.ModelsSpec(
                            full ? Optional.of("models") : Optional.empty(), "http://t", "u", "lake"),
                    new PipelineSpec.UpkeepSpec(1, 2, 3, Duration.ofDays(7), 5));
            assertThat(copy(spec)).isEqualTo(spec);
        }
    }

    private static Object copy(Object value) throws IOException, ClassNotFoundException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(value);
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            return in.readObject();
        }
    }
}
