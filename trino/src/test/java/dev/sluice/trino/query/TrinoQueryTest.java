package dev.sluice.trino.query;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.spec.Secret;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TrinoQueryTest {
    private static int closedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Test
    void aLocalTrinoThatIsNotThereSaysHowToStartIt() throws IOException {
        String url = "http://127.0.0.1:" + closedPort();
        try (TrinoQuery trino =
                TrinoQuery.open(new TrinoEndpoint(url, "u", Optional.empty(), "lake", Optional.empty()))) {
            assertThatThrownBy(() -> trino.execute("select 1"))
                    .hasMessageContaining("E1306")
                    .hasMessageContaining(url)
                    .hasMessageContaining("./sluice up");
        }
    }

    @Test
    void aPasswordIsNotSentInClearTextAndAnAddressMustBeOne() {
        assertThatThrownBy(() -> new TrinoEndpoint(
                        "http://trino:80", "u", Optional.of(new Secret("s3cr3t")), "lake", Optional.empty()))
                .hasMessageContaining("E0102")
                .hasMessageNotContaining("s3cr3t");
        assertThatThrownBy(() -> new TrinoEndpoint("trino:80", "u", Optional.empty(), "lake", Optional.empty()))
                .hasMessageContaining("E0102");
    }
}
