package dev.sluice.clickhouse.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServerOptionsTest {
    @Test
    void whatIsNotGivenIsLoopbackAndTwoGigabytes() {
        assertThat(ServerOptions.parse("--library", "l.so", "--data", "d", "--port", "0"))
                .isEqualTo(new ServerOptions(Path.of("l.so"), Path.of("d"), "127.0.0.1", 0, 2_000_000_000L));
    }

    @Test
    void everythingCanBeGiven() {
        assertThat(ServerOptions.parse(
                        "--port",
                        "8123",
                        "--bind",
                        "::1",
                        "--memory-limit",
                        "256000000",
                        "--data",
                        "d",
                        "--library",
                        "l"))
                .isEqualTo(new ServerOptions(Path.of("l"), Path.of("d"), "::1", 8123, 256_000_000L));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--data d --port 1",
                "--library l --data d --port x",
                "--library l --data d --port 65536",
                "--library l --data d --port 1 --memory-limit 1000",
                "--library l --data d --port 1 --memory 300000000",
                "--library l --data d --port"
            })
    void whatCannotBeMeantIsRefusedWithTheUsage(String arguments) {
        assertThatThrownBy(() -> ServerOptions.parse(arguments.split(" ")))
                .isInstanceOfSatisfying(SluiceException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.E0102);
                    assertThat(e.fix()).contains(ServerOptions.USAGE);
                });
    }
}
