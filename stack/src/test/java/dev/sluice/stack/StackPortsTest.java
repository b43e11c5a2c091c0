package dev.sluice.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StackPortsTest {
    @TempDir
    Path home;

    @Test
    void areTheDocumentedOnesWhenNothingIsSet() {
        assertThat(StackPorts.read(home, Map.of())).isEqualTo(StackPorts.DEFAULT);
        assertThat(StackPorts.DEFAULT.postgres()).isEqualTo(15_432);
        assertThat(StackPorts.DEFAULT.trino()).isEqualTo(18_080);
    }

    @Test
    void takeSingleOnesFromTheFileAndAddTheOffsetToAll() throws IOException {
        Files.writeString(home.resolve("ports.properties"), "trino=8080\nobject-store=9000\n");
        StackPorts ports = StackPorts.read(home, Map.of("SLUICE_PORT_OFFSET", "7"));
        assertThat(ports.trino()).isEqualTo(8_087);
        assertThat(ports.objectStore()).isEqualTo(9_007);
        assertThat(ports.catalog()).isEqualTo(StackPorts.DEFAULT.catalog() + 7);
    }

    @Test
    void refuseAnUnknownKeyAndNameTheKnownOnes() throws IOException {
        Files.writeString(home.resolve("ports.properties"), "trinoo=8080\n");
        assertThatThrownBy(() -> StackPorts.read(home, Map.of()))
                .isInstanceOfSatisfying(
                        SluiceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.E0101))
                .hasMessageContaining("trinoo")
                .hasMessageContaining("object-store-console");
    }

    @Test
    void refuseWhatIsNoPort() throws IOException {
        Files.writeString(home.resolve("ports.properties"), "trino=70000\n");
        assertThatThrownBy(() -> StackPorts.read(home, Map.of())).hasMessageContaining("70000");
        assertThatThrownBy(() -> StackPorts.read(home.resolve("none"), Map.of("SLUICE_PORT_OFFSET", "many")))
                .hasMessageContaining("many");
    }
}
