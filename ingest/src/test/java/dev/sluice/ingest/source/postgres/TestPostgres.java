package dev.sluice.ingest.source.postgres;

import dev.sluice.ingest.source.postgres.connection.PostgresConnector;
import dev.sluice.spec.PipelineSpec.PostgresSourceSpec;
import dev.sluice.spec.PipelineSpec.TableSpec;
import dev.sluice.spec.Secret;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A real PostgreSQL for the tests of one JVM, started on first use on a free port and removed at exit. */
public final class TestPostgres {
    private static final String USER = "postgres";
    private static final long COMMAND_SECONDS_MAX = 90;
    private static TestPostgres instance;

    private final Path home;
    private final int port;

    private TestPostgres(Path home, int port) {
        this.home = home;
        this.port = port;
    }

    public static synchronized TestPostgres start() {
        if (instance == null) {
            try {
                instance = launch();
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException("PostgreSQL did not start", e);
            }
        }
        return instance;
    }

    private static TestPostgres launch() throws IOException, InterruptedException {
        Path home = Files.createTempDirectory("sluice-postgres-");
        Path archive = home.resolve("postgres.txz");
        try (InputStream in = TestPostgres.class.getResourceAsStream("/postgres-linux-x86_64.txz")) {
            Files.copy(in, archive);
        }
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        TestPostgres server = new TestPostgres(home, port);
        server.command(false, "tar", "-xJf", archive.toString(), "-C", home.toString());
        Files.delete(archive);
        Files.createDirectory(home.resolve("data"));
        server.command(false, "chmod", "755", home.toString());
        if (isRoot()) {
            server.command(false, "chown", "-R", "nobody", home.resolve("data").toString());
        }
        Runtime.getRuntime().addShutdownHook(new Thread(server::remove));
        server.command(true, server.program("initdb"), "-D", server.data(), "-U", USER, "-A", "trust", "-E", "UTF8");
        server.pgCtl("start");
        return server;
    }

    private static boolean isRoot() {
        return System.getProperty("user.name").equals("root");
    }

    private String program(String name) {
        return home.resolve("bin").resolve(name).toString();
    }

    private String data() {
        return home.resolve("data").toString();
    }

    /** start, restart or stop; {@code -m immediate} for the latter two is a crash. */
    public void pgCtl(String... arguments) {
        List<String> command = new ArrayList<>(List.of(program("pg_ctl"), "-D", data(), "-w", "-l", data() + "/log"));
        command.addAll(Arrays.asList(arguments));
        command.addAll(List.of(
                "-o",
                "-p " + port + " -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c wal_level=logical"
                        + " -c max_wal_senders=20 -c max_replication_slots=20 -c fsync=off"
                        + " -c max_connections=60 -c shared_buffers=64MB"));
        try {
            command(true, command.toArray(String[]::new));
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void command(boolean asNobody, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        if (asNobody && isRoot()) {
            command.addAll(List.of("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"));
        }
        command.addAll(Arrays.asList(arguments));
        File log = home.resolve("command.log").toFile();
        Process process = new ProcessBuilder(command)
                .directory(new File("/"))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
                .start();
        if (!process.waitFor(COMMAND_SECONDS_MAX, TimeUnit.SECONDS) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new IOException(command + " failed: " + Files.readString(log.toPath()));
        }
    }

    /** Stops the server, keeps a copy of its volume, and starts it again. */
    void keepCopy() throws IOException, InterruptedException {
        pgCtl("stop", "-m", "fast");
        command(false, "rm", "-rf", data() + ".copy");
        command(false, "cp", "-a", data(), data() + ".copy");
        pgCtl("start");
    }

    /** Puts the volume back to what {@link #keepCopy} kept. */
    void restoreCopy() throws IOException, InterruptedException {
        pgCtl("stop", "-m", "fast");
        command(false, "rm", "-rf", data());
        command(false, "mv", data() + ".copy", data());
        pgCtl("start");
    }

    private void remove() {
        try {
            pgCtl("stop", "-m", "immediate");
            command(false, "rm", "-rf", home.toString());
        } catch (IOException | InterruptedException | RuntimeException e) {
            System.err.println("PostgreSQL was not removed: " + e.getMessage());
        }
    }

    /** A specification of tables in the schema public. */
    public PostgresSourceSpec spec(String... tables) {
        return spec(false, Map.of(), tables);
    }

    /** @param excluded columns that are left out, by table */
    PostgresSourceSpec spec(boolean excludeAtSource, Map<String, List<String>> excluded, String... tables) {
        return new PostgresSourceSpec(
                "127.0.0.1",
                port,
                "postgres",
                USER,
                new Secret("trusted"),
                "disable",
                Arrays.stream(tables)
                        .map(t -> new TableSpec("public", t, excluded.getOrDefault(t, List.of())))
                        .toList(),
                excludeAtSource);
    }

    public PostgresConnector connector() {
        return new PostgresConnector(spec(), "sluice test");
    }

    PostgresConnector connector(String role) {
        PostgresSourceSpec own = spec();
        return new PostgresConnector(
                new PostgresSourceSpec(
                        own.host(), own.port(), own.database(), role, own.password(), own.sslMode(), List.of()),
                "sluice test");
    }

    public Connection connect() {
        return connector().query();
    }

    /** Runs statements, each in a transaction of its own, with the schema public in the search path. */
    public void run(String... statements) {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute("set search_path = public");
            for (String sql : statements) {
                statement.execute(sql);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The first column of the first row as text. */
    public String one(String sql) {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                var row = statement.executeQuery(sql)) {
            return row.next() ? row.getString(1) : null;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
