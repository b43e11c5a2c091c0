package dev.sluice.stack.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FlinkSettingsTest {
    private static final Path OURS =
            Path.of(System.getProperty("sluice.home", "..")).resolve("stack/etc/flink/config.yaml");

    @TempDir
    Path folder;

    private FlinkSettings of(String text) throws IOException {
        return FlinkSettings.read(Files.writeString(folder.resolve("config.yaml"), text));
    }

    @Test
    void theJvmsGetTheMemoryThatFlinkIsTold() throws IOException {
        FlinkSettings ours = FlinkSettings.read(OURS);
        assertThat(ours.jobManagerHeapMegabytes()).isEqualTo(256);
        assertThat(ours.jobManagerOptions()).containsExactly("-XX:MaxMetaspaceSize=192m");
        assertThat(ours.taskManagerHeapMegabytes()).isEqualTo(512);
        assertThat(ours.taskManagerOptions())
                .containsExactly("-Xms512m", "-XX:MaxDirectMemorySize=256m", "-XX:MaxMetaspaceSize=256m");
    }

    @Test
    void theOptionsOfAllJvmsAreReadWhicheverWayTheyAreWritten() throws IOException {
        assertThat(FlinkSettings.read(OURS).optionsOfAll())
                .hasSize(15)
                .allMatch(option -> option.matches("--add-(opens|exports)=[a-z0-9./]+=ALL-UNNAMED"));
        assertThat(
                        of("# --add-opens=not/this=ALL-UNNAMED\nenv.java.opts.all: '--add-opens=a/b=C  -Xss1m'\nz: --add-opens=nor/this=D\n")
                                .optionsOfAll())
                .containsExactly("--add-opens=a/b=C", "-Xss1m");
    }

    @Test
    void aSizeThatIsMissingOrInOtherUnitsIsTold() throws IOException {
        FlinkSettings settings = of("jobmanager.memory.heap.size: 1g\n");
        assertThatThrownBy(settings::jobManagerHeapMegabytes)
                .isInstanceOfSatisfying(
                        SluiceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.E1302))
                .hasMessageContaining("jobmanager.memory.heap.size is not a number of megabytes");
        assertThatThrownBy(settings::jobManagerOptions)
                .isInstanceOf(SluiceException.class)
                .hasMessageContaining("jobmanager.memory.jvm-metaspace.size is not set");
    }
}
