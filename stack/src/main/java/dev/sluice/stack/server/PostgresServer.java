package dev.sluice.stack.server;

import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import dev.sluice.stack.StackServer;
import dev.sluice.stack.fetch.ServerFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;

/**
 * PostgreSQL 18: the demo's source, and the store of the catalog.
 *
 * <p>It refuses to run as root. Where we are root it runs in a user namespace of its own in which our user has another
 * number: the data folder may then lie anywhere that root can reach, and nothing has to change its owner.
 */
final class PostgresServer implements Server {
    static final String USER = "sluice";
    private static final List<String> DATABASES = List.of("catalog", "ecommerce");
    private static final int INITDB_SECONDS_MAX = 120;

    private final Layout layout;
    private final ServerFiles files;
    private Path installation;

    PostgresServer(Layout layout, ServerFiles files) {
        this.layout = layout;
        this.files = files;
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
        installation = files.postgres();
        Path data = layout.data("postgres");
        if (!Files.exists(data.resolve("PG_VERSION"))) {
            initialize(data);
        }
    }

    private void initialize(Path data) throws IOException, InterruptedException {
        Path password = Files.createTempFile(
                layout.config().home(),
                "initdb",
                ".pw",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try {
            Files.writeString(password, layout.environment().get("SLUICE_POSTGRES_PASSWORD"));
            List<String> command = unprivileged(
                    installation.resolve("bin/initdb").toString(),
                    "-D",
                    data.toString(),
                    "-U",
                    USER,
                    "--pwfile=" + password,
                    "--auth=scram-sha-256",
                    "--encoding=UTF8",
                    "--locale=C",
                    "--no-sync");
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String output =
                    new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            if (!process.waitFor(INITDB_SECONDS_MAX, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new SluiceException(
                        ErrorCode.E1302,
                        "PostgreSQL's data folder could not be made: " + output.strip(),
                        "see that " + data + " is writable and has room, delete it, and try again");
            }
        } finally {
            Files.delete(password);
        }
    }

    @Override
    public Launch launch() throws Exception {
        List<String> command = unprivileged(
                installation.resolve("bin/postgres").toString(),
                "-D",
                layout.data("postgres").toString(),
                "-p",
                Integer.toString(port()));
        Map<String, String> settings = Map.of(
                "listen_addresses", "127.0.0.1",
                "unix_socket_directories", "",
                "wal_level", "logical",
                "max_wal_senders", "20",
                "max_replication_slots", "20",
                "max_connections", "100",
                "shared_buffers", "512MB",
                "max_wal_size", "4GB",
                "timezone", "UTC",
                "log_timezone", "UTC");
        settings.forEach((name, value) -> {
            command.add("-c");
            command.add(name + "=" + value);
        });
        return new Launch(command, Map.of("LC_ALL", "C"), layout.config().home());
    }

    private static List<String> unprivileged(String... command) throws IOException {
        List<String> full = new ArrayList<>();
        if ((Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0) {
            full.addAll(List.of("unshare", "--user", "--map-user=1000", "--map-group=1000"));
        }
        full.addAll(List.of(command));
        return full;
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

    @Override
    public String stopSignal() {
        return "INT";
    }
}
