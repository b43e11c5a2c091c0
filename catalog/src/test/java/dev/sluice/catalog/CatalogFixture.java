package dev.sluice.catalog;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.sluice.catalog.config.CatalogConfig;
import dev.sluice.catalog.config.CatalogConfig.DatabaseConfig;
import dev.sluice.catalog.config.CatalogConfig.Keys;
import dev.sluice.catalog.config.CatalogConfig.ObjectStoreConfig;
import dev.sluice.catalog.config.CatalogConfig.TokenConfig;
import dev.sluice.spec.Secret;
import dev.sluice.stack.LocalStack;
import dev.sluice.stack.StackConfig;
import dev.sluice.stack.StackPorts;
import dev.sluice.stack.StackServer;
import dev.sluice.stack.fetch.FetchDisplay;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** Real servers for the tests of this module, shared by all of a JVM, and a database of its own for each who asks. */
public final class CatalogFixture {
    public static final String WRITER_TOKEN = "planted-writer-token-7c1f";
    public static final String READER_TOKEN = "planted-reader-token-93ab";
    public static final Path PROJECT =
            Path.of(System.getProperty("sluice.home", "..")).toAbsolutePath().normalize();

    private static final String PORT_OFFSET = System.getenv().getOrDefault("SLUICE_TEST_PORT_OFFSET", "5000");
    private static final AtomicInteger DATABASES = new AtomicInteger();
    private static LocalStack stack;

    private CatalogFixture() {}

    /** What the running servers are called in the environment of a process that uses them. */
    public static synchronized Map<String, String> with(StackServer... wanted) {
        if (stack == null) {
            StackConfig config = new StackConfig(
                    PROJECT,
                    PROJECT.resolve("catalog/target/stack"),
                    StackPorts.DEFAULT.plus(Integer.parseInt(PORT_OFFSET)),
                    StackConfig.Store.AUTO);
            stack = new LocalStack(config, new FetchDisplay(System.out, false));
            Runtime.getRuntime().addShutdownHook(new Thread(stack::down, "stop the servers"));
        }
        EnumSet<StackServer> servers = EnumSet.noneOf(StackServer.class);
        servers.addAll(List.of(wanted));
        stack.up(servers);
        return stack.environment();
    }

    /** An empty database on the shared server. */
    public static DatabaseConfig newDatabase() {
        Map<String, String> environment = with(StackServer.POSTGRES);
        String server = "jdbc:postgresql://127.0.0.1:" + environment.get("SLUICE_POSTGRES_PORT") + "/";
        String name = "catalog_" + ProcessHandle.current().pid() + "_" + DATABASES.incrementAndGet();
        DatabaseConfig database = new DatabaseConfig(
                server + name,
                environment.get("SLUICE_POSTGRES_USER"),
                new Secret(environment.get("SLUICE_POSTGRES_PASSWORD")));
        execute(
                new DatabaseConfig(server + "postgres", database.user(), database.password()),
                "CREATE DATABASE " + name);
        return database;
    }

    public static void execute(DatabaseConfig database, String sql) {
        try (Connection connection = connect(database);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    public static Connection connect(DatabaseConfig database) throws SQLException {
        return DriverManager.getConnection(
                database.url(), database.user(), database.password().reveal());
    }

    public static HikariDataSource pool(DatabaseConfig database) {
        return new HikariDataSource(poolConfig(database));
    }

    public static HikariConfig poolConfig(DatabaseConfig database) {
        HikariConfig pool = new HikariConfig();
        pool.setJdbcUrl(database.url());
        pool.setUsername(database.user());
        pool.setPassword(database.password().reveal());
        pool.setMaximumPoolSize(8);
        pool.setMinimumIdle(0);
        return pool;
    }

    /** A server's configuration on any free port, with one token for each role. */
    public static CatalogConfig config(DatabaseConfig database, String warehouse) {
        ObjectStoreConfig store = new ObjectStoreConfig(
                "http://127.0.0.1:1",
                "us-east-1",
                true,
                new Keys("key", new Secret("planted-s3-secret")),
                Optional.of(new Keys("reader-key", new Secret("planted-reader-s3-secret"))));
        TokenConfig tokens = new TokenConfig(List.of(new Secret(WRITER_TOKEN)), List.of(new Secret(READER_TOKEN)));
        return new CatalogConfig("127.0.0.1", 0, warehouse, tokens, database, store, 8, 1 << 20, 5000);
    }

    /** The same server with other tokens. */
    public static CatalogConfig withTokens(CatalogConfig config, TokenConfig tokens) {
        return with(config, tokens, config.objectStore());
    }

    /** The same server over another store. */
    public static CatalogConfig withStore(CatalogConfig config, ObjectStoreConfig store) {
        return with(config, config.tokens(), store);
    }

    private static CatalogConfig with(CatalogConfig config, TokenConfig tokens, ObjectStoreConfig store) {
        return new CatalogConfig(
                config.bind(),
                config.port(),
                config.warehouse(),
                tokens,
                config.database(),
                store,
                config.requestThreads(),
                config.requestBytesMax(),
                config.databaseWaitMillis());
    }
}
