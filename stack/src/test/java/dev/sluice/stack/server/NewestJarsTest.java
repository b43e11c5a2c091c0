package dev.sluice.stack.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class NewestJarsTest {
    @Test
    void keepsTheNewestAtThePlaceOfTheFirst() {
        assertThat(NewestJars.of(List.of("/r/io-2.15.1.jar", "/r/flink-core-2.3.0.jar", "/r/io-2.20.0.jar")))
                .containsExactly("/r/io-2.20.0.jar", "/r/flink-core-2.3.0.jar");
        assertThat(NewestJars.of(List.of("/r/a-2.0.jar", "/r/a-1.9.9.jar"))).containsExactly("/r/a-2.0.jar");
        assertThat(NewestJars.of(List.of("/r/a-1.2.jar", "/r/a-1.2.1.jar"))).containsExactly("/r/a-1.2.1.jar");
    }

    @Test
    void keepsLibrariesApartWhoseNamesBeginAlike() {
        List<String> entries = List.of(
                "/r/flink-core-2.3.0.jar",
                "/r/flink-core-api-2.3.0.jar",
                "/r/log4j-slf4j2-impl-2.24.3.jar",
                "/r/flink-shaded-asm-9-9.9.1-21.0.jar",
                "/project/target/classes");
        assertThat(NewestJars.of(entries)).isEqualTo(entries);
    }
}
