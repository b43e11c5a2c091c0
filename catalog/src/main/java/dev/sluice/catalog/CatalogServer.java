package dev.sluice.catalog;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.sluice.catalog.auth.Tokens;
import dev.sluice.catalog.config.CatalogConfig;
import dev.sluice.catalog.config.CatalogConfig.DatabaseConfig;
import dev.sluice.catalog.config.CatalogConfigFile;
import dev.sluice.catalog.http.HttpFront;
import dev.sluice.catalog.rest.Routes;
import dev.sluice.catalog.tables.PostgresCatalog;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import dev.sluice.spec.time.Waiting;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.iceberg.aws.s3.S3FileIO;
import org.apache.iceberg.io.FileIO;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The catalog as a process: {@code CatalogServer --config catalog.yaml}. Exit code 2 says that the command or the file
 * is wrong, 1 that something else kept the server from starting; a signal ends it after the requests under way.
 */
public final class CatalogServer implements AutoCloseable {
    private static final Duration DATABASE_RETRY = Duration.ofMillis(500);
    private static final int CONNECTION_WAIT_MILLIS_MAX = 5000;

    private final PostgresCatalog catalog;
    private final HttpFront http;

    private CatalogServer(PostgresCatalog catalog, HttpFront http) {
        this.catalog = catalog;
        this.http = http;
    }

    public static void main(String[] arguments) {
        if (arguments.length != 2 || !arguments[0].equals("--config")) {
            System.err.println("usage: CatalogServer --config catalog.yaml");
            System.exit(2);
        }
        quietLibraries();
        CatalogConfigFile.Parsed parsed =
                CatalogConfigFile.read(Path.of(arguments[1]), name -> Optional.ofNullable(System.getenv(name)));
        parsed.problems().forEach(System.err::println);
        if (parsed.config().isEmpty()) {
            System.exit(2);
        }
        try {
            run(parsed.config().get());
        } catch (SluiceException e) {
            System.err.println(e.getMessage());
            System.exit(1);
        }
    }

    private static void run(CatalogConfig config) {
        long startedNanos = System.nanoTime();
        Logger log = LoggerFactory.getLogger(CatalogServer.class);
        FileIO files = store(config);
        CatalogServer server = start(config, files);
        Runtime.getRuntime().addShutdownHook(new Thread(server::close, "shutdown"));
        log.info(
                "ready on http://{}:{} after {} ms; warehouse {}, authentication {}",
                config.bind(),
                server.port(),
                (System.nanoTime() - startedNanos) / 1_000_000,
                config.warehouse(),
                config.tokens().isNone() ? "none" : "by tokens");
        Thread.ofPlatform().daemon().name("store-check").start(() -> checkStore(config, files, log));
    }

    /** Asks the store for a file that need not exist: the first commit then does not wait for the S3 client to load. */
    private static void checkStore(CatalogConfig config, FileIO files, Logger log) {
        try {
            files.newInputFile(config.warehouse() + "/.sluice").exists();
        } catch (RuntimeException e) {
            log.warn(
                    "the object store at {} does not answer: {}",
                    config.objectStore().endpoint(),
                    e.toString());
        }
    }

    /** Starts the server; {@link SluiceException} when the database stays away or the port is taken. */
    public static CatalogServer start(CatalogConfig config) {
        return start(config, store(config));
    }

    /** Starts the server over another store of files than the configured one. */
    static CatalogServer start(CatalogConfig config, FileIO files) {
        HikariDataSource database = connect(config);
        PostgresCatalog catalog = PostgresCatalog.open(database, files, config.warehouse());
        try {
            Tokens tokens = new Tokens(config.tokens());
            return new CatalogServer(catalog, HttpFront.start(config, Routes.of(catalog, config, tokens), tokens));
        } catch (SluiceException e) {
            catalog.close();
            throw e;
        }
    }

    public int port() {
        return http.port();
    }

    @Override
    public void close() {
        http.close();
        catalog.close();
    }

    private static FileIO store(CatalogConfig config) {
        Map<String, String> properties = new HashMap<>(
                config.objectStore().properties(Optional.of(config.objectStore().keys())));
        // A store that hangs must not hold the requests' threads for minutes.
        properties.put("http-client.type", "apache");
        properties.put("http-client.apache.connection-timeout-ms", "3000");
        properties.put("http-client.apache.socket-timeout-ms", "15000");
        properties.put("http-client.apache.max-connections", Integer.toString(2 * config.requestThreads()));
        properties.put("s3.retry.num-retries", "3");
        properties.put("s3.retry.min-wait-ms", "100");
        properties.put("s3.retry.max-wait-ms", "2000");
        S3FileIO files = new S3FileIO();
        files.initialize(properties);
        return files;
    }

    private static HikariDataSource connect(CatalogConfig config) {
        DatabaseConfig database = config.database();
        HikariConfig pool = new HikariConfig();
        pool.setPoolName("catalog");
        pool.setJdbcUrl(database.url());
        pool.setUsername(database.user());
        pool.setPassword(database.password().reveal());
        pool.setMaximumPoolSize(config.requestThreads());
        pool.setMinimumIdle(1);
        pool.setConnectionTimeout(CONNECTION_WAIT_MILLIS_MAX);
        // The first connection is awaited below, where it is clear what to say.
        pool.setInitializationFailTimeout(-1);
        pool.addDataSourceProperty("ApplicationName", "sluice-catalog");
        pool.addDataSourceProperty("connectTimeout", "5");
        pool.addDataSourceProperty("tcpKeepAlive", "true");
        // The server gives up before the socket does: an error is an answer, a time-out is none.
        pool.addDataSourceProperty("socketTimeout", "40");
        // A commit that is called applied must survive the database's power cut, whatever the server's default is.
        pool.addDataSourceProperty("options", "-c lock_timeout=10s -c statement_timeout=30s -c synchronous_commit=on");
        HikariDataSource source = new HikariDataSource(pool);
        await(source, config);
        return source;
    }

    private static void await(HikariDataSource source, CatalogConfig config) {
        AtomicReference<SQLException> last = new AtomicReference<>();
        try {
            Waiting.atMost(Duration.ofMillis(config.databaseWaitMillis()))
                    .every(DATABASE_RETRY)
                    .until(() -> isSettled(source, last));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for the database", e);
        }
        SQLException failure = last.get();
        if (failure != null) {
            source.close();
            throw notReachable(config, failure);
        }
    }

    /** It has answered, or said what no waiting changes. */
    private static boolean isSettled(HikariDataSource source, AtomicReference<SQLException> last) {
        try {
            source.getConnection().close();
            last.set(null);
            return true;
        } catch (SQLException e) {
            last.set(e);
            return isLoginRefused(e);
        }
    }

    /** Waiting does not help then. The pool wraps what the driver said. */
    private static boolean isLoginRefused(SQLException e) {
        return e.getCause() instanceof SQLException cause
                && cause.getSQLState() != null
                && cause.getSQLState().startsWith("28");
    }

    private static SluiceException notReachable(CatalogConfig config, SQLException e) {
        return new SluiceException(
                ErrorCode.E0704,
                config.database().url()
                        + (isLoginRefused(e)
                                ? " refused the login: "
                                : " did not answer for " + config.databaseWaitMillis() / 1000 + " s: ")
                        + (e.getCause() == null ? e : e.getCause()).getMessage(),
                "check database.url, user and password, and that PostgreSQL runs",
                e);
    }

    /** Only of this process: whoever embeds the server has a log of its own. Must come before the first logger. */
    private static void quietLibraries() {
        String prefix = "org.slf4j.simpleLogger.";
        System.setProperty(prefix + "showDateTime", "true");
        System.setProperty(prefix + "dateTimeFormat", "yyyy-MM-dd'T'HH:mm:ss.SSSXXX");
        System.setProperty(prefix + "showThreadName", "false");
        System.setProperty(prefix + "showShortLogName", "true");
        System.setProperty(prefix + "log.org.apache.iceberg", "warn");
        // It says that Hadoop's metrics are missing, which they are.
        System.setProperty(prefix + "log.org.apache.iceberg.aws.s3.S3FileIO", "error");
        System.setProperty(prefix + "log.com.zaxxer.hikari", "warn");
        System.setProperty(prefix + "log.software.amazon", "warn");
    }
}
