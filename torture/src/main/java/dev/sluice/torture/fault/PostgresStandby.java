package dev.sluice.torture.fault;

import dev.sluice.spec.PipelineSpec.PostgresSourceSpec;
import dev.sluice.stack.process.Signals;
import dev.sluice.torture.workload.SourceDatabase;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A standby that streams from a running server, started as that was: same program, same settings, same user. */
final class PostgresStandby {
    private static final int ROOT = 0;
    private static final int NOBODY = 65_534;
    private static final Duration READY_WITHIN = Duration.ofSeconds(60);
    private static final long STOPPED_WITHIN_SECONDS = 60;

    private final Process process;
    private final SourceDatabase database;

    private PostgresStandby(Process process, SourceDatabase database) {
        this.process = process;
        this.database = database;
    }

    /** @param folder a base backup of the primary */
    static PostgresStandby start(long primaryPid, PostgresSourceSpec primary, Path folder, Path home) throws Exception {
        int port = primary.port() + 1;
        Files.writeString(folder.resolve("standby.signal"), "");
        Files.writeString(
                folder.resolve("postgresql.auto.conf"),
                "primary_conninfo = 'host=127.0.0.1 port=" + primary.port() + " user=" + primary.user() + " password="
                        + primary.password().reveal() + "'\n",
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
        Process process = new ProcessBuilder(command(primaryPid, folder, port))
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(home.resolve("logs/standby.log").toFile())
                .start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroy, "stop the standby"));
        PostgresSourceSpec place = new PostgresSourceSpec(
                primary.host(),
                port,
                primary.database(),
                primary.user(),
                primary.password(),
                primary.sslMode(),
                primary.tables());
        PostgresStandby standby = new PostgresStandby(process, new SourceDatabase(place));
        standby.await("it follows", () -> "t".equals(standby.one("select pg_is_in_recovery()")));
        return standby;
    }

    /** The primary's own command line, with another folder and another port. */
    private static List<String> command(long primaryPid, Path folder, int port) throws IOException {
        List<String> command = new ArrayList<>(prefix(primaryPid));
        String line = Files.readString(Path.of("/proc", Long.toString(primaryPid), "cmdline"), StandardCharsets.UTF_8);
        String before = "";
        for (String word : line.split("\0")) {
            command.add(before.equals("-D") ? folder.toString() : before.equals("-p") ? Integer.toString(port) : word);
            before = word;
        }
        return command;
    }

    /** PostgreSQL refuses root: so the primary runs as nobody, or in a user namespace, where we are root. */
    private static List<String> prefix(long primaryPid) throws IOException {
        if ((Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid") != ROOT) {
            return List.of();
        }
        int user = (Integer) Files.getAttribute(Path.of("/proc", Long.toString(primaryPid)), "unix:uid");
        return user == NOBODY
                ? List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
                : List.of("unshare", "--user", "--map-user=1000", "--map-group=1000");
    }

    void awaitCaughtUp(String position) throws Exception {
        await(
                "it has replayed " + position,
                () -> "t".equals(one("select pg_last_wal_replay_lsn() >= '" + position + "'")));
    }

    void promote() throws Exception {
        one("select pg_promote(true, 60)");
        await("it is promoted", () -> "f".equals(one("select pg_is_in_recovery()")));
    }

    private String one(String sql) throws SQLException {
        return database.one(sql);
    }

    /** Without waiting for its clients. */
    void stop() throws InterruptedException {
        Signals.send(process.pid(), "INT");
        if (!process.waitFor(STOPPED_WITHIN_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
        }
    }

    private interface Condition {
        boolean holds() throws SQLException;
    }

    private void await(String what, Condition condition) throws IOException, InterruptedException {
        boolean came = Patience.await(READY_WITHIN, () -> {
            try {
                return condition.holds();
            } catch (SQLException e) {
                // It is just starting.
                return false;
            }
        });
        if (!came) {
            process.destroyForcibly();
            throw new IOException("the standby: not within " + READY_WITHIN.toSeconds() + " s: " + what);
        }
    }
}
