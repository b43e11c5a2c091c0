package dev.sluice.e2e.stack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.e2e.SharedStack;
import dev.sluice.stack.LocalStack;
import dev.sluice.stack.ServerStatus;
import dev.sluice.stack.ServerStatus.State;
import dev.sluice.stack.StackServer;
import dev.sluice.stack.process.ProcessIdentity;
import dev.sluice.stack.process.Signals;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The servers that the build makes; PostgreSQL and the object store have their own test in {@code stack}. */
class ServerRepairIT {
    @ParameterizedTest
    @EnumSource(names = {"CATALOG", "TASKMANAGER", "CLICKHOUSE"})
    void aKilledServerIsSeenAndStartedAgainWhileTheOthersGoOn(StackServer victim) throws InterruptedException {
        LocalStack stack = SharedStack.with(
                StackServer.POSTGRES, StackServer.CATALOG, StackServer.TASKMANAGER, StackServer.CLICKHOUSE);
        long killed = stack.pid(victim).orElseThrow();
        long postgres = stack.pid(StackServer.POSTGRES).orElseThrow();

        ProcessIdentity process = ProcessIdentity.of(killed).orElseThrow();
        Signals.send(killed, "KILL");
        assertThat(Signals.awaitEnd(List.of(process), Duration.ofSeconds(30))).isTrue();
        assertThat(state(stack, victim)).isEqualTo(State.CRASHED);

        stack.up(EnumSet.of(victim));
        assertThat(state(stack, victim)).isEqualTo(State.RUNNING);
        assertThat(stack.pid(victim)).get().isNotEqualTo(killed);
        assertThat(stack.pid(StackServer.POSTGRES)).contains(postgres);
    }

    @Test
    void noServerHasASecretOnItsCommandLine() throws IOException {
        LocalStack stack = SharedStack.with(
                StackServer.POSTGRES, StackServer.CATALOG, StackServer.TASKMANAGER, StackServer.CLICKHOUSE);
        List<String> secrets = stack.environment().entrySet().stream()
                .filter(entry -> entry.getKey().matches(".*(PASSWORD|TOKEN|SECRET_ACCESS_KEY)"))
                .map(Map.Entry::getValue)
                .toList();
        assertThat(secrets).hasSizeGreaterThan(10).doesNotContain("");
        for (ServerStatus status : stack.status()) {
            if (status.state() == State.RUNNING) {
                assertThat(Files.readString(Path.of("/proc", Long.toString(status.pid()), "cmdline")))
                        .as(status.server().label())
                        .isNotEmpty()
                        .doesNotContain(secrets);
            }
        }
    }

    private static State state(LocalStack stack, StackServer server) {
        return stack.status().stream()
                .filter(status -> status.server() == server)
                .findFirst()
                .orElseThrow()
                .state();
    }
}
