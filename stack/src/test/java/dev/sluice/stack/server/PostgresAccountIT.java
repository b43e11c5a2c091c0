package dev.sluice.stack.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.stack.StackConfig;
import dev.sluice.stack.StackPorts;
import dev.sluice.stack.fetch.FetchDisplay;
import dev.sluice.stack.fetch.Folders;
import dev.sluice.stack.fetch.ServerFiles;
import dev.sluice.stack.process.Signals;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

class PostgresAccountIT {
    private static final int PORT_OFFSET = 6_500;

    @TempDir
    Path home;

    @Test
    void isFoundForWhoeverRunsThis() throws IOException, InterruptedException {
        assertThat(PostgresAccount.detect() == PostgresAccount.SELF).isNotEqualTo(isRoot());
    }

    /** As where namespaces are forbidden; the folder above is closed to others, as {@code mktemp -d} makes it. */
    @Test
    @EnabledIf("isRoot")
    void nobodyRunsPostgresInThatPlace() throws Exception {
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwx------"));
        StackConfig config =
                new StackConfig(Path.of(".."), home, StackPorts.DEFAULT.plus(PORT_OFFSET), StackConfig.Store.S3PROXY);
        FetchDisplay progress = new FetchDisplay(System.out, false);
        PostgresServer server = new PostgresServer(
                new Layout(
                        config,
                        Map.of(
                                "SLUICE_POSTGRES_PASSWORD", "secret",
                                "SLUICE_APP_USER", "sluice_app",
                                "SLUICE_APP_PASSWORD", "secret",
                                "SLUICE_SOURCE_USER", "sluice_cdc",
                                "SLUICE_SOURCE_PASSWORD", "secret",
                                "SLUICE_CATALOG_JDBC_USER", "sluice_catalog",
                                "SLUICE_CATALOG_JDBC_PASSWORD", "secret")),
                new ServerFiles(StackConfig.cache(), progress),
                () -> PostgresAccount.NOBODY);
        Path place =
                PostgresAccount.NOBODY.reachable(home.resolve("data"), home).getParent();
        Process process = null;
        try {
            server.prepare();
            Server.Launch launch = server.launch();
            ProcessBuilder builder = new ProcessBuilder(launch.command())
                    .directory(launch.directory().toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(home.resolve("log").toFile());
            builder.environment().putAll(launch.environment());
            process = builder.start();
            awaitReady(server, process);
            server.afterStart();
            assertThat(Files.getAttribute(Path.of("/proc", Long.toString(process.pid())), "unix:uid"))
                    .isEqualTo(65_534);
            assertThat(Files.readString(home.resolve("log"))).contains("ready to accept connections");
        } finally {
            if (process != null) {
                Signals.send(process.pid(), server.stopSignal());
                assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            }
            Folders.delete(place);
        }
    }

    private static void awaitReady(PostgresServer server, Process process) throws InterruptedException {
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (true) {
            try {
                assertThat(server.isReady()).isTrue();
                return;
            } catch (SQLException e) {
                assertThat(process.isAlive()).as(e.getMessage()).isTrue();
                assertThat(System.nanoTime()).as(e.getMessage()).isLessThan(deadline);
                TimeUnit.MILLISECONDS.sleep(50);
            }
        }
    }

    static boolean isRoot() throws IOException {
        return (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0;
    }

    @Test
    void ourselvesReachEveryPlace() throws IOException {
        Path data = home.resolve("data");
        assertThat(PostgresAccount.SELF.reachable(data, home)).isEqualTo(data);
        assertThat(PostgresAccount.NAMESPACE.reachable(data, home)).isEqualTo(data);
    }

    @Test
    void nobodyIsGivenAPlaceOutsideWhereAFolderAboveIsClosed() throws IOException {
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwx------"));
        Path place = PostgresAccount.NOBODY.reachable(home.resolve("data/postgres"), home);
        assertThat(place.startsWith(home)).isFalse();
        assertThat(place.getFileName()).hasToString("postgres");
        assertThat(PostgresAccount.NOBODY.reachable(home.resolve("data/postgres"), home))
                .as("the same at the next command")
                .isEqualTo(place);
    }
}
