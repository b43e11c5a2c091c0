package dev.sluice.cli.bench;

import dev.sluice.cli.Session;
import dev.sluice.cli.pipeline.FileOption;
import dev.sluice.cli.pipeline.PipelineControl;
import dev.sluice.cli.stack.SessionStack;
import dev.sluice.lake.LakeCatalog;
import dev.sluice.lake.Position;
import dev.sluice.lake.Progress;
import dev.sluice.lake.TableStamps;
import dev.sluice.spec.Lsn;
import dev.sluice.spec.PipelineSpec;
import dev.sluice.spec.PipelineSpec.PostgresSourceSpec;
import dev.sluice.spec.PipelineSpec.TableSpec;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import dev.sluice.stack.LocalStack;
import dev.sluice.stack.StackConfig.Store;
import dev.sluice.stack.StackServer;
import dev.sluice.stack.flink.FlinkRest;
import dev.sluice.verify.Verifier;
import dev.sluice.verify.VerifyOptions;
import dev.sluice.verify.VerifyReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.function.BooleanSupplier;
import org.apache.iceberg.Table;

/**
 * A pipeline of the local stack with a database of its own, made for a bench and dropped after it. Used by one thread, but
 * for {@link #connect}.
 */
public final class BenchPipeline implements AutoCloseable {
    private static final String NAME = "sluice_bench";
    private static final Duration PATIENCE = Duration.ofMinutes(30);
    private static final String YAML = """
            pipeline: %1$s
            catalog:
              uri: ${env:SLUICE_CATALOG_URI}
              token: ${env:SLUICE_CATALOG_TOKEN}
              warehouse: ${env:SLUICE_WAREHOUSE}
              namespace: %1$s
              s3:
                endpoint: ${env:SLUICE_S3_ENDPOINT}
                region: ${env:SLUICE_S3_REGION}
                access-key-id: ${env:SLUICE_S3_ACCESS_KEY_ID}
                secret-access-key: ${env:SLUICE_S3_SECRET_ACCESS_KEY}
            source:
              postgres:
                host: ${env:SLUICE_POSTGRES_HOST}
                port: ${env:SLUICE_POSTGRES_PORT}
                database: %1$s
                user: ${env:SLUICE_POSTGRES_USER}
                password: ${env:SLUICE_POSTGRES_PASSWORD}
                ssl-mode: disable
              tables: [%2$s]
            stream: {commit-interval: 1s, parallelism: 2}
            """;

    private final Session session;
    private final LocalStack stack;
    private final PipelineControl control;
    private final Path file;
    private final PipelineSpec spec;
    private final LakeCatalog lake;

    /** Starts what is needed of the stack, makes the database by {@code statements}, and drops what an earlier bench left. */
    public BenchPipeline(Session session, List<String> tables, String... statements) throws SQLException, IOException {
        this.session = session;
        this.stack = SessionStack.open(session, Store.AUTO);
        stack.up(EnumSet.of(StackServer.TASKMANAGER, StackServer.CATALOG));
        this.control = new PipelineControl(session);
        this.file = Files.createDirectories(session.home().resolve("bench")).resolve("sluice.yaml");
        Files.writeString(file, yaml(NAME, tables));
        this.spec = FileOption.parse(session, file);
        this.lake = LakeCatalog.open(spec.catalog());
        if (isDatabaseThere()) {
            control.drop(spec, true);
            runIn("postgres", "drop database " + NAME + " with (force)");
        }
        runIn("postgres", "create database " + NAME);
        runIn(NAME, statements);
    }

    /** The file of a pipeline whose database and namespace have its name. */
    public static String yaml(String name, List<String> tables) {
        return YAML.formatted(name, String.join(", ", tables));
    }

    private boolean isDatabaseThere() throws SQLException {
        return "t".equals(one("postgres", "select exists (select from pg_database where datname = '" + NAME + "')"));
    }

    List<TableSpec> tables() {
        return spec.source().tables();
    }

    PostgresSourceSpec source() {
        return spec.postgres();
    }

    public Connection connect() throws SQLException {
        return connect(NAME);
    }

    private Connection connect(String database) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", source().user());
        properties.setProperty("password", source().password().reveal());
        return DriverManager.getConnection(
                "jdbc:postgresql://" + source().host() + ":" + source().port() + "/" + database, properties);
    }

    void run(String... statements) throws SQLException {
        runIn(NAME, statements);
    }

    private void runIn(String database, String... statements) throws SQLException {
        try (Connection connection = connect(database);
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    String one(String sql) throws SQLException {
        return one(NAME, sql);
    }

    private String one(String database, String sql) throws SQLException {
        try (Connection connection = connect(database);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }

    public void apply() {
        control.apply(spec, file);
    }

    public void stop() {
        control.stop(NAME);
    }

    /** Kills a server of the stack and does what its operator would: {@code sluice up}. */
    public void killAndUp(StackServer server) throws InterruptedException {
        BenchServers.killAndUp(stack, server);
        control.resume().values().stream().findFirst().ifPresent(failure -> {
            throw failure;
        });
    }

    public void resync(String table) {
        control.resync(spec, List.of(table));
    }

    public Optional<Table> lakeTable(String table) {
        return lake.find(lake.bronze(table));
    }

    /** Flink's word for the job; GONE when there is none. */
    public String jobState() {
        return control.flink()
                .activeJob(PipelineControl.jobName(NAME))
                .map(FlinkRest.Job::state)
                .orElse("GONE");
    }

    void drop() {
        control.drop(spec, true);
    }

    /** What the TaskManager has used so far; zero where the system does not say. */
    Duration processorTime() {
        return stack.pid(StackServer.TASKMANAGER)
                .flatMap(ProcessHandle::of)
                .flatMap(process -> process.info().totalCpuDuration())
                .orElse(Duration.ZERO);
    }

    /** Waits until all tables were loaded and published. */
    void awaitPublished() throws InterruptedException {
        await("the load is published", this::isPublished);
    }

    boolean isPublished() {
        return new Progress(lake, NAME).acknowledged().isPresent()
                && tables().stream()
                        .allMatch(table -> lake.find(lake.bronze(table.name()))
                                .flatMap(TableStamps::current)
                                .isPresent());
    }

    /** Waits until the lake has all that the source had written when {@code lsn} was its position. */
    void awaitPosition(Lsn lsn) throws InterruptedException {
        await("the lake is at " + lsn, () -> {
            Optional<Position> now = new Progress(lake, NAME).acknowledged();
            return now.filter(Position.of(lsn)::isAtMost).isPresent();
        });
    }

    private static void await(String what, BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new SluiceException(
                        ErrorCode.E0301,
                        "not within " + PATIENCE.toMinutes() + " minutes: " + what,
                        "`sluice pipelines` and `sluice logs taskmanager` say why");
            }
            Thread.sleep(100);
        }
    }

    /** A wrong result has no speed: E12xx when lake and source differ. */
    void verify() {
        VerifyOptions usual = VerifyOptions.defaults();
        VerifyReport report =
                new Verifier(spec).verify(new VerifyOptions(PATIENCE, List.of(), usual.differencesPerTable()));
        session.say(report.text());
        report.orThrow();
    }

    @Override
    public void close() throws SQLException {
        control.drop(spec, true);
        runIn("postgres", "drop database " + NAME + " with (force)");
        lake.close();
    }
}
