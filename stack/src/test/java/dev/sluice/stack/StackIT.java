package dev.sluice.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import dev.sluice.stack.fetch.FetchDisplay;
import dev.sluice.stack.process.ProcessIdentity;
import dev.sluice.stack.process.Signals;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real servers: PostgreSQL and the object store, the two that need nothing built. */
class StackIT {
    private static final int PORT_OFFSET = 6_000;
    private static final Set<StackServer> BOTH = EnumSet.of(StackServer.POSTGRES, StackServer.OBJECT_STORE);

    @TempDir
    Path home;

    @AfterEach
    void stop() {
        stack().down();
    }

    /** Each call stands for a new invocation of the command. */
    private LocalStack stack() {
        return new LocalStack(
                new StackConfig(Path.of(".."), home, StackPorts.DEFAULT.plus(PORT_OFFSET), StackConfig.Store.S3PROXY),
                new FetchDisplay(System.out, false));
    }

    private static ServerStatus.State state(LocalStack stack, StackServer server) {
        return stack.status().stream()
                .filter(status -> status.server() == server)
                .findFirst()
                .orElseThrow()
                .state();
    }

    private Connection connect() throws SQLException {
        LocalStack stack = stack();
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + stack.config().ports().postgres() + "/ecommerce",
                stack.environment().get("SLUICE_POSTGRES_USER"),
                stack.environment().get("SLUICE_POSTGRES_PASSWORD"));
    }

    @Test
    void startsOnceSeesACrashAndRepairsOnlyWhatCrashed() throws SQLException, InterruptedException {
        stack().up(BOTH);
        long postgres = stack().pid(StackServer.POSTGRES).orElseThrow();
        long store = stack().pid(StackServer.OBJECT_STORE).orElseThrow();
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE kept AS SELECT 42 AS n");
        }

        stack().up(BOTH);
        assertThat(stack().pid(StackServer.POSTGRES)).contains(postgres);
        assertThat(stack().pid(StackServer.OBJECT_STORE)).contains(store);

        ProcessIdentity process = ProcessIdentity.of(postgres).orElseThrow();
        Signals.send(postgres, "KILL");
        assertThat(Signals.awaitEnd(List.of(process), Duration.ofSeconds(30))).isTrue();
        assertThat(state(stack(), StackServer.POSTGRES)).isEqualTo(ServerStatus.State.CRASHED);
        assertThat(state(stack(), StackServer.OBJECT_STORE)).isEqualTo(ServerStatus.State.RUNNING);

        stack().up(BOTH);
        assertThat(state(stack(), StackServer.POSTGRES)).isEqualTo(ServerStatus.State.RUNNING);
        assertThat(stack().pid(StackServer.POSTGRES)).get().isNotEqualTo(postgres);
        assertThat(stack().pid(StackServer.OBJECT_STORE)).contains(store);
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT n FROM kept")) {
            assertThat(rows.next()).isTrue();
            assertThat(rows.getInt(1)).isEqualTo(42);
        }
    }

    @Test
    void leavesNothingRunningAfterDown() throws InterruptedException {
        stack().up(BOTH);
        List<ProcessIdentity> family = new ArrayList<>();
        for (StackServer server : BOTH) {
            long pid = stack().pid(server).orElseThrow();
            family.add(ProcessIdentity.of(pid).orElseThrow());
            family.addAll(Signals.descendants(pid));
        }
        assertThat(family).as("PostgreSQL has children").hasSizeGreaterThan(4);
        stack().down();
        assertThat(Signals.awaitEnd(family, Duration.ZERO)).isTrue();
        assertThat(stack().status()).extracting(ServerStatus::state).containsOnly(ServerStatus.State.STOPPED);
        stack().down();
    }

    @Test
    void twoCommandsAtOnceStartEachServerOnce() throws Exception {
        LocalStack one = stack();
        LocalStack other = stack();
        try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
            Future<?> first = threads.submit(() -> one.up(EnumSet.of(StackServer.POSTGRES)));
            Future<?> second = threads.submit(() -> other.up(EnumSet.of(StackServer.POSTGRES)));
            first.get();
            second.get();
        }
        assertThat(one.pid(StackServer.POSTGRES))
                .isEqualTo(other.pid(StackServer.POSTGRES))
                .isPresent();
        assertThat(state(one, StackServer.POSTGRES)).isEqualTo(ServerStatus.State.RUNNING);
    }

    @Test
    void refusesAPortThatAnotherProgramHasBeforeItStartsAnything() throws IOException {
        LocalStack stack = stack();
        int port = stack.config().ports().objectStore();
        try (ServerSocket other = new ServerSocket()) {
            other.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            assertThatThrownBy(() -> stack.up(BOTH))
                    .asInstanceOf(type(SluiceException.class))
                    .satisfies(e -> {
                        assertThat(e.code()).isEqualTo(ErrorCode.E1301);
                        assertThat(e.reason()).contains(Integer.toString(port), "object-store");
                        assertThat(e.fix()).contains("SLUICE_PORT_OFFSET");
                    });
        }
        assertThat(stack.pid(StackServer.POSTGRES)).isEmpty();
        stack.up(BOTH);
    }

    @Test
    void startsWhatTheLakeNeedsAlthoughAReadersPortIsTaken() throws IOException {
        LocalStack stack = stack();
        int port = stack.config().ports().trino();
        try (ServerSocket other = new ServerSocket()) {
            other.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            assertThatThrownBy(() -> stack.up(EnumSet.of(StackServer.POSTGRES, StackServer.TRINO)))
                    .asInstanceOf(type(SluiceException.class))
                    .satisfies(e -> {
                        assertThat(e.code()).isEqualTo(ErrorCode.E1301);
                        assertThat(e.reason()).contains(Integer.toString(port), "trino");
                    });
        }
        assertThat(stack.pid(StackServer.POSTGRES)).isPresent();
        assertThat(stack.pid(StackServer.TRINO)).isEmpty();
    }

    @Test
    void refusesAStateFolderThatCannotBeWritten() throws IOException {
        Path file = Files.writeString(home.resolve("file"), "not a folder");
        StackConfig config =
                new StackConfig(Path.of(".."), file.resolve("home"), StackPorts.DEFAULT, StackConfig.Store.AUTO);
        assertThatThrownBy(() -> new LocalStack(config, new FetchDisplay(System.out, false)))
                .asInstanceOf(type(SluiceException.class))
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.E1305));
    }

    @Test
    void showsTheEndOfTheLogOfAServerThatDoesNotStart() throws IOException {
        stack().up(EnumSet.of(StackServer.POSTGRES));
        stack().down();
        Files.writeString(home.resolve("data/postgres/postgresql.conf"), "no_such_setting = 1\n");
        assertThatThrownBy(() -> stack().up(EnumSet.of(StackServer.POSTGRES)))
                .asInstanceOf(type(SluiceException.class))
                .satisfies(e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.E1302);
                    assertThat(e.reason()).contains("postgres", "no_such_setting");
                });
        assertThat(stack().logs(StackServer.POSTGRES, 50)).anyMatch(line -> line.contains("no_such_setting"));
    }

    @Test
    void putsNoSecretOnACommandLine() throws IOException {
        stack().up(BOTH);
        List<String> secrets = stack().environment().entrySet().stream()
                .filter(entry -> entry.getKey().matches(".*(PASSWORD|TOKEN|SECRET_ACCESS_KEY)"))
                .map(java.util.Map.Entry::getValue)
                .toList();
        for (StackServer server : BOTH) {
            String line = Files.readString(
                    Path.of("/proc", stack().pid(server).orElseThrow().toString(), "cmdline"));
            assertThat(line).isNotEmpty().doesNotContain(secrets);
        }
    }
}
