package dev.sluice.compaction.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.spec.PipelineSpec.UpkeepSpec;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class UpkeepOptionsTest {
    @Test
    void theOptionsTravelInsideFlinksOperators() throws IOException, ClassNotFoundException {
        UpkeepOptions options = new UpkeepOptions(
                "/state/upkeep/shop.json",
                "shop",
                List.of("orders"),
                true,
                true,
                false,
                new UpkeepSpec(1 << 20, 2, 1, Duration.ofDays(7), 5));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(options);
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            assertThat(in.readObject()).isEqualTo(options);
        }
    }
}
