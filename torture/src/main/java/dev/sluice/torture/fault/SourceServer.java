package dev.sluice.torture.fault;

import dev.sluice.spec.PipelineSpec.PostgresSourceSpec;
import dev.sluice.stack.LocalStack;
import dev.sluice.stack.StackServer;
import dev.sluice.stack.fetch.Folders;
import dev.sluice.stack.process.ProcessIdentity;
import dev.sluice.stack.process.Signals;
import dev.sluice.torture.workload.SourceDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The source's PostgreSQL, which is not the one of the catalog: so it can be put back, or its standby take its place,
 * while the lake goes on. Whatever comes in its place answers at the same address. Of one thread.
 */
public final class SourceServer {
    private static final long COPY_SECONDS_MAX = 120;
    private static final Duration GONE_WITHIN = Duration.ofSeconds(10);

    private final LocalStack stack;
    private final PostgresSourceSpec source;
    private final SourceDatabase database;

    /** @param stack of which PostgreSQL alone is used */
    public SourceServer(LocalStack stack, PostgresSourceSpec source) {
        this.stack = stack;
        this.source = source;
        this.database = new SourceDatabase(source);
    }

    /** A server that is ready to take the place of the source. */
    interface Replacement {
        /** Returns when it answers in the place of the other. What was changed, for people. */
        String takePlace() throws Exception;
    }

    LocalStack stack() {
        return stack;
    }

    /** A base backup, as it is now; like any of these, without slots. */
    Replacement backup() throws Exception {
        Path backup = copy("backup");
        return () -> {
            String before = position(source);
            stack.down();
            putInPlace(backup);
            return "put back from " + before + " to " + position(source);
        };
    }

    /** A streaming standby. */
    Replacement standby() throws Exception {
        Path folder = copy("standby");
        PostgresStandby standby = PostgresStandby.start(
                serverPid(), source, folder, stack.config().home());
        return () -> {
            standby.awaitCaughtUp(position(source));
            String before = timeline();
            long pid = serverPid();
            Optional<ProcessIdentity> process = ProcessIdentity.of(pid);
            Signals.send(pid, "KILL");
            Signals.awaitEnd(process.stream().toList(), GONE_WITHIN);
            standby.promote();
            standby.stop();
            stack.down();
            putInPlace(folder);
            return "the standby took its place: timeline " + before + " became " + timeline();
        };
    }

    private long serverPid() {
        return stack.pid(StackServer.POSTGRES).orElseThrow();
    }

    /** By the functions that pg_basebackup uses: that program is not among the fetched ones. */
    private Path copy(String name) throws Exception {
        Path data = Path.of(one("show data_directory"));
        Path copy = data.resolveSibling(name);
        Folders.delete(copy);
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("select pg_backup_start('torture', true)");
            copy(data, copy);
            String label;
            try (ResultSet row = statement.executeQuery("select labelfile from pg_backup_stop(false)")) {
                row.next();
                label = row.getString(1);
            }
            // What was written while it was copied is in here.
            copy(data.resolve("pg_wal"), copy.resolve("pg_wal"));
            Files.writeString(copy.resolve("backup_label"), label);
        }
        Files.deleteIfExists(copy.resolve("postmaster.pid"));
        try (var slots = Files.list(copy.resolve("pg_replslot"))) {
            for (Path slot : slots.toList()) {
                Folders.delete(slot);
            }
        }
        return copy;
    }

    /** With owners; files that vanish meanwhile are none that count. */
    private static void copy(Path from, Path to) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(List.of("cp", "-a", "-T", from.toString(), to.toString()))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (!process.waitFor(COPY_SECONDS_MAX, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException("copying " + from + " takes longer than " + COPY_SECONDS_MAX + " s");
        }
    }

    /** The server has ended. */
    private void putInPlace(Path folder) throws IOException {
        Path data = folder.resolveSibling("postgres");
        Folders.delete(data);
        Files.move(folder, data);
        stack.up(EnumSet.of(StackServer.POSTGRES));
    }

    private String timeline() throws SQLException {
        return one("select substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)");
    }

    private static String position(PostgresSourceSpec source) throws SQLException {
        return new SourceDatabase(source).one("select pg_current_wal_flush_lsn()");
    }

    private String one(String sql) throws SQLException {
        return database.one(sql);
    }
}
