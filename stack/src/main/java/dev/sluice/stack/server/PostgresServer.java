package dev.sluice.stack.server;

import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import dev.sluice.stack.StackServer;
import dev.sluice.stack.fetch.Folders;
import dev.sluice.stack.fetch.ServerFiles;
import dev.sluice.stack.process.LogTail;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;

/** PostgreSQL 18: the demo's source, and the store of the catalog. */
final class PostgresServer implements Server {
    static final String USER = "sluice";
    private static final List<String> DATABASES = List.of("catalog", "ecommerce");
    private static final int INITDB_SECONDS_MAX = 120;

    private static final Map<String, String> SETTINGS = Map.ofEntries(
            Map.entry("listen_addresses", "127.0.0.1"),
            Map.entry("unix_socket_directories", ""),
            Map.entry("wal_level", "logical"),
            Map.entry("max_wal_senders", "20"),
            Map.entry("max_replication_slots", "20"),
            Map.entry("max_connections", "100"),
            Map.entry("shared_buffers", "512MB"),
            Map.entry("max_wal_size", "4GB"),
            Map.entry("timezone", "UTC"),
            Map.entry("log_timezone", "UTC"));

    private final Layout layout;
    private final ServerFiles files;
    private final PostgresAccounts accounts;
    private Path installation;
    private Path data;
    private PostgresAccount account;

    /** Where the account to run as comes from; tests name one. */
    interface PostgresAccounts {
        PostgresAccount choose() throws IOException, InterruptedException;
    }

    PostgresServer(Layout layout, ServerFiles files) {
        this(layout, files, PostgresAccount::detect);
    }

    PostgresServer(Layout layout, ServerFiles files, PostgresAccounts accounts) {
        this.layout = layout;
        this.files = files;
        this.accounts = accounts;
    }

    @Override
    public StackServer id() {
        return StackServer.POSTGRES;
    }

    @Override
    public List<Integer> ports() {
        return List.of(port());
    }

    private int port() {
        return layout.config().ports().postgres();
    }

    @Override
    public String url() {
        return "postgresql://" + USER + "@127.0.0.1:" + port() + "/ecommerce";
    }

    @Override
    public void prepare() throws Exception {
        account = accounts.choose();
        Path home = layout.config().home();
        Path shared = files.postgres();
        installation = account.reachable(shared, home);
        if (!Files.isDirectory(installation)) {
            Path fresh = installation.resolveSibling(installation.getFileName() + ".new");
            Folders.delete(fresh);
            Folders.copy(shared, fresh);
            account.own(fresh);
            Files.move(fresh, installation, StandardCopyOption.ATOMIC_MOVE);
        }
        data = account.reachable(home.resolve("data/postgres"), home);
        if (!Files.exists(data)) {
            initialize();
        }
        Path access = data.resolve("pg_hba.conf");
        Files.writeString(access, roles().hostBasedAccess());
        account.own(access);
    }

    private PostgresRoles roles() {
        return new PostgresRoles(layout.environment());
    }

    /** Made beside its place and moved there when it is whole: an interrupted command leaves nothing half made. */
    private void initialize() throws IOException, InterruptedException {
        Path fresh = data.resolveSibling("postgres.new");
        Folders.delete(fresh);
        Files.createDirectories(fresh);
        Path password = fresh.resolveSibling("postgres.password");
        Files.deleteIfExists(password);
        Files.createFile(password, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try {
            Files.writeString(password, layout.environment().get("SLUICE_POSTGRES_PASSWORD"));
            account.own(password);
            account.own(fresh);
            initdb(fresh, password);
        } finally {
            Files.delete(password);
        }
        Files.move(fresh, data, StandardCopyOption.ATOMIC_MOVE);
    }

    private void initdb(Path fresh, Path password) throws IOException, InterruptedException {
        Path log =
                Files.createDirectories(layout.config().home().resolve("logs")).resolve("initdb.log");
        List<String> command = account.wrap(List.of(
                installation.resolve("bin/initdb").toString(),
                "-D",
                fresh.toString(),
                "-U",
                USER,
                "--pwfile=" + password,
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                "--no-sync"));
        Process process = new ProcessBuilder(command)
                .directory(fresh.toFile())
                .redirectErrorStream(true)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(log.toFile())
                .start();
        if (!process.waitFor(INITDB_SECONDS_MAX, TimeUnit.SECONDS) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new SluiceException(
                    ErrorCode.E1302,
                    "PostgreSQL's data folder could not be made; the end of " + log + ":\n  "
                            + String.join("\n  ", LogTail.of(log, 10)),
                    "see that " + fresh.getParent() + " is writable and has room, and try again");
        }
    }

    @Override
    public Launch launch() {
        List<String> command = new ArrayList<>(List.of(
                installation.resolve("bin/postgres").toString(),
                "-D",
                data.toString(),
                "-p",
                Integer.toString(port())));
        SETTINGS.forEach((name, value) -> {
            command.add("-c");
            command.add(name + "=" + value);
        });
        return new Launch(account.wrap(command), Map.of("LC_ALL", "C"), data);
    }

    @Override
    public boolean isReady() throws SQLException {
        try (Connection connection = connect("postgres");
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT 1")) {
            return rows.next();
        }
    }

    @Override
    public void afterStart() throws SQLException {
        try (Connection connection = connect("postgres");
                Statement statement = connection.createStatement()) {
            for (String database : DATABASES) {
                boolean exists;
                try (ResultSet rows =
                        statement.executeQuery("SELECT 1 FROM pg_database WHERE datname = '" + database + "'")) {
                    exists = rows.next();
                }
                if (!exists) {
                    statement.execute("CREATE DATABASE " + database);
                }
            }
            roles().make(connection);
        }
        for (String database : DATABASES) {
            try (Connection connection = connect(database)) {
                roles().handOver(connection, database.equals("catalog"));
            }
        }
    }

    private Connection connect(String database) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", USER);
        properties.setProperty("password", layout.environment().get("SLUICE_POSTGRES_PASSWORD"));
        properties.setProperty("connectTimeout", "5");
        properties.setProperty("socketTimeout", "30");
        return DriverManager.getConnection("jdbc:postgresql://127.0.0.1:" + port() + "/" + database, properties);
    }

    /** TERM would wait until every client has left by itself. */
    @Override
    public String stopSignal() {
        return "INT";
    }

    /** It writes a checkpoint when it stops. */
    @Override
    public Duration stopWithin() {
        return Duration.ofSeconds(60);
    }

    /** After a kill -9 its children live a moment longer, and a new server refuses until they are gone. */
    @Override
    public boolean startsOnAnotherTry(List<String> logTail) {
        return logTail.stream()
                .anyMatch(line -> line.contains("pre-existing shared memory block")
                        || line.contains("lock file \"postmaster.pid\" already exists"));
    }
}
