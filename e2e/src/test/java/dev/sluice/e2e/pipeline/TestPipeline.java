package dev.sluice.e2e.pipeline;

import static org.awaitility.Awaitility.await;

import dev.sluice.demo.shop.ShopDatabase;
import dev.sluice.demo.shop.ShopGenerator;
import dev.sluice.demo.shop.ShopTable;
import dev.sluice.demo.shop.ShopTraffic;
import dev.sluice.demo.shop.TrafficOptions;
import dev.sluice.spec.PipelineSpec;
import dev.sluice.spec.PipelineSpec.CatalogSpec;
import dev.sluice.spec.PipelineSpec.HotSpec;
import dev.sluice.spec.PipelineSpec.ModelsSpec;
import dev.sluice.spec.PipelineSpec.PostgresSourceSpec;
import dev.sluice.spec.PipelineSpec.S3Spec;
import dev.sluice.spec.PipelineSpec.TableSpec;
import dev.sluice.spec.PipelineSpec.UpkeepSpec;
import dev.sluice.spec.Secret;
import dev.sluice.stack.LocalStack;
import dev.sluice.stack.installation.Part;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/** Specs of pipelines on the shared stack; each test has a database and a namespace of its own. */
public final class TestPipeline {
    private TestPipeline() {}

    /** A pipeline of {@code tables} of the schema public, without hot store and models. */
    public static PipelineSpec spec(LocalStack stack, String name, List<TableSpec> tables) {
        Map<String, String> env = stack.environment();
        S3Spec s3 = new S3Spec(
                env.get("SLUICE_S3_ENDPOINT"),
                env.get("SLUICE_S3_REGION"),
                env.get("SLUICE_S3_ACCESS_KEY_ID"),
                new Secret(env.get("SLUICE_S3_SECRET_ACCESS_KEY")));
        return new PipelineSpec(
                name,
                new CatalogSpec(
                        env.get("SLUICE_CATALOG_URI"),
                        new Secret(env.get("SLUICE_CATALOG_TOKEN")),
                        env.get("SLUICE_WAREHOUSE"),
                        name + "_bronze",
                        Optional.of(s3),
                        Optional.of(new Secret(env.get("SLUICE_CATALOG_UPKEEP_TOKEN")))),
                new PostgresSourceSpec(
                        env.get("SLUICE_POSTGRES_HOST"),
                        Integer.parseInt(env.get("SLUICE_POSTGRES_PORT")),
                        name,
                        env.get("SLUICE_POSTGRES_USER"),
                        new Secret(env.get("SLUICE_POSTGRES_PASSWORD")),
                        "disable",
                        tables),
                1_000,
                2,
                new HotSpec("", "", new Secret(""), "hot", List.of(), Optional.empty(), Duration.ofDays(8), 1_000),
                new ModelsSpec(Optional.empty(), "", "sluice", "lake"),
                new UpkeepSpec(128L << 20, 5, 5, Duration.ofHours(24), 10));
    }

    /** A pipeline of the shop's tables, the password hash left out. */
    static PipelineSpec shopSpec(LocalStack stack, String name) {
        return spec(
                stack,
                name,
                Arrays.stream(ShopTable.values())
                        .map(table -> new TableSpec(
                                "public",
                                table.tableName(),
                                table == ShopTable.USERS ? List.of("password_hash") : List.of()))
                        .toList());
    }

    /** The same pipeline with tables in the stack's ClickHouse, in a database named like the pipeline. */
    static PipelineSpec withHot(PipelineSpec spec, LocalStack stack, List<String> tables) {
        Map<String, String> env = stack.environment();
        HotSpec hot = new HotSpec(
                env.get("SLUICE_CLICKHOUSE_URL"),
                env.get("SLUICE_CLICKHOUSE_USER"),
                new Secret(env.get("SLUICE_CLICKHOUSE_PASSWORD")),
                spec.pipeline(),
                tables,
                Optional.empty(),
                Duration.ofDays(8),
                250);
        return new PipelineSpec(
                spec.pipeline(),
                spec.catalog(),
                spec.source(),
                spec.commitIntervalMillis(),
                spec.parallelism(),
                hot,
                spec.models(),
                spec.upkeep());
    }

    /** Traffic that is thick enough for every kind of change to be in a few commits. */
    static ShopTraffic traffic(ShopGenerator generator) {
        return generator.traffic(
                TrafficOptions.defaults()
                        .at(10, Duration.ZERO)
                        .withDelays(Duration.ofMillis(100), Duration.ofSeconds(2)),
                System.out::println);
    }

    /** The jar that Flink runs of a module. */
    static Path jobJar(LocalStack stack, String module) {
        return stack.config().installation().jobJar(Part.valueOf(module.toUpperCase(Locale.ROOT)));
    }

    /** Tables of the schema public by name, without excluded columns. */
    public static List<TableSpec> tables(String... names) {
        return List.of(names).stream()
                .map(name -> new TableSpec("public", name, List.of()))
                .toList();
    }

    /** The database of a pipeline that {@link #spec} made, as the shop's generator takes it. */
    public static ShopDatabase shop(PipelineSpec spec) {
        PostgresSourceSpec source = spec.postgres();
        return new ShopDatabase(source.host(), source.port(), source.database(), source.user(), source.password());
    }

    /** Creates the database anew. Whatever is connected to it is thrown out, its slots are dropped. */
    public static void createDatabase(LocalStack stack, String name) throws SQLException {
        try (Connection connection = connect(stack, "postgres");
                Statement statement = connection.createStatement()) {
            statement.execute("select pg_terminate_backend(active_pid) from pg_replication_slots where database = '"
                    + name + "' and active");
            awaitNoActiveSlot(statement, name);
            statement.execute("select pg_drop_replication_slot(slot_name) from pg_replication_slots where database = '"
                    + name + "'");
            statement.execute("drop database if exists " + name + " with (force)");
            statement.execute("create database " + name);
        }
    }

    private static void awaitNoActiveSlot(Statement statement, String database) {
        await().atMost(Duration.ofSeconds(20)).until(() -> {
            try (ResultSet rows = statement.executeQuery(
                    "select 1 from pg_replication_slots where active and database = '" + database + "'")) {
                return !rows.next();
            }
        });
    }

    /** A connection in auto-commit mode. */
    public static Connection connect(LocalStack stack, String database) throws SQLException {
        Map<String, String> env = stack.environment();
        Properties properties = new Properties();
        properties.setProperty("user", env.get("SLUICE_POSTGRES_USER"));
        properties.setProperty("password", env.get("SLUICE_POSTGRES_PASSWORD"));
        properties.setProperty("options", "-c TimeZone=UTC");
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + env.get("SLUICE_POSTGRES_PORT") + "/" + database, properties);
    }
}
