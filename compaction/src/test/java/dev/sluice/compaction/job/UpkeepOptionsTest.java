package dev.sluice.compaction.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.compaction.job.UpkeepArguments.Task;
import dev.sluice.spec.PipelineSpec.UpkeepSpec;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UpkeepOptionsTest {
    @Test
    void withoutMoreAllTasksAreDoneByThePipelinesOwnPolicy() {
        UpkeepArguments asked = UpkeepArguments.parse("--pipeline-file", "/state/shop.json");
        assertThat(asked.pipelineFile()).isEqualTo(Path.of("/state/shop.json"));
        assertThat(asked.tables()).isEmpty();
        assertThat(asked.has(Task.REWRITE) && asked.has(Task.EXPIRE)).isTrue();
        assertThat(asked.retainLastOr(5)).isEqualTo(5);
        assertThat(asked.retentionOr(Duration.ofDays(7))).isEqualTo(Duration.ofDays(7));
    }

    @Test
    void whatIsAskedForIsDone() {
        UpkeepArguments asked = UpkeepArguments.parse(
                "--pipeline-file",
                "a",
                "--tables",
                "orders,users",
                "--tasks",
                "expire",
                "--retain-last",
                "2",
                "--retention-seconds",
                "60");
        assertThat(asked.tables()).containsExactly("orders", "users");
        assertThat(asked.has(Task.REWRITE)).isFalse();
        assertThat(asked.has(Task.EXPIRE)).isTrue();
        assertThat(asked.retainLastOr(5)).isEqualTo(2);
        assertThat(asked.retentionOr(Duration.ofDays(7))).isEqualTo(Duration.ofMinutes(1));
    }

    /** Before: a misspelt task was left out without a word, and a number that is none ended in a stack trace. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "--tables orders",
                "--pipeline-file a --tasks rewrit",
                "--pipeline-file a --retain-last few",
                "--pipeline-file a --tabels orders",
                "--pipeline-file"
            })
    void whatCannotBeMeantIsRefused(String arguments) {
        assertThatThrownBy(() -> UpkeepArguments.parse(arguments.split(" ")))
                .isInstanceOfSatisfying(
                        SluiceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.E0102));
    }

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
