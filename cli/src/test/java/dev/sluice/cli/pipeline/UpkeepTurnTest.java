package dev.sluice.cli.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.stack.flink.FlinkRest.Job;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UpkeepTurnTest {
    @TempDir
    Path folder;

    @Test
    void theSecondUpkeepOfAPipelineIsRefusedUntilTheFirstHasEnded() {
        try (UpkeepTurn first = UpkeepTurn.take(folder, "shop", List::of)) {
            assertThat(first).isNotNull();
            assertThatThrownBy(() -> UpkeepTurn.take(folder, "shop", List::of))
                    .hasMessageContaining("E0802")
                    .hasMessageContaining("another `sluice maintain` runs");
            try (UpkeepTurn other = UpkeepTurn.take(folder, "other", List::of)) {
                assertThat(other).as("another pipeline's").isNotNull();
            }
        }
        try (UpkeepTurn again = UpkeepTurn.take(folder, "shop", List::of)) {
            assertThat(again).isNotNull();
        }
    }

    @Test
    void aJobThatOutlivedItsCommandIsNamed() {
        assertThatThrownBy(() ->
                        UpkeepTurn.take(folder, "shop", () -> List.of(new Job("abc", "sluice upkeep shop", "RUNNING"))))
                .hasMessageContaining("E0802")
                .hasMessageContaining("job abc");
        try (UpkeepTurn again = UpkeepTurn.take(folder, "shop", List::of)) {
            assertThat(again).as("the refusal gave the lock back").isNotNull();
        }
    }
}
