package dev.sluice.ingest.sink;

import dev.sluice.ingest.row.BatchTypeInfo;
import dev.sluice.ingest.sink.poison.PoisonPolicies;
import dev.sluice.ingest.source.CommitWatch;
import dev.sluice.ingest.source.LakePositions;
import dev.sluice.ingest.source.LoadThenStreamSource;
import dev.sluice.ingest.source.postgres.PostgresAdapter;
import dev.sluice.ingest.source.postgres.TestPostgres;
import dev.sluice.ingest.source.postgres.catalogue.SourceCatalogue;
import dev.sluice.ingest.table.SourceTable;
import dev.sluice.lake.Following;
import dev.sluice.lake.LakeCatalog;
import dev.sluice.lake.Progress;
import dev.sluice.lake.testing.FaultyCatalog;
import dev.sluice.spec.PipelineSpec.ColumnSpec;
import dev.sluice.spec.PipelineSpec.PostgresSourceSpec;
import dev.sluice.spec.PipelineSpec.TableSpec;
import dev.sluice.spec.PoisonPolicy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.iceberg.Table;

/** A pipeline from a real server through the real lake sink into a catalog in memory, on a Flink cluster in this JVM. */
final class LakeRun implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final Map<String, LakeRun> RUNS = new ConcurrentHashMap<>();

    final TestPostgres postgres;
    final String pipeline;
    final FaultyCatalog server = new FaultyCatalog();
    final LakeCatalog catalog = server.connect();
    /** How often an operator of the sink was started. */
    final AtomicInteger operatorsStarted = new AtomicInteger();

    List<SourceTable> tables;
    private Map<String, PoisonPolicy> policies = Map.of();
    /** Columns with policies of their own, by table, as an edited file names them. */
    final Map<String, List<ColumnSpec>> columns = new HashMap<>();

    private final String[] tableNames;
    private JobClient job;

    LakeRun(TestPostgres postgres, String pipeline, String... tableNames) {
        this.postgres = postgres;
        this.pipeline = pipeline;
        this.tableNames = tableNames;
        RUNS.put(pipeline, this);
        readTables();
    }

    /** As a start does: a table that is gone is stopped alone. */
    void readTables() {
        PipelineTables taken =
                PipelineTables.of(catalog, pipeline, SourceCatalogue.survey(postgres.connector(), spec(), slot()));
        taken.recordStops(catalog, pipeline);
        tables = taken.tables();
    }

    private PostgresSourceSpec spec() {
        PostgresSourceSpec plain = postgres.spec(tableNames);
        List<TableSpec> withColumns = plain.tables().stream()
                .map(table -> new TableSpec(
                        table.schema(),
                        table.name(),
                        table.excludedColumns(),
                        table.poison(),
                        columns.getOrDefault(table.name(), List.of())))
                .toList();
        return new PostgresSourceSpec(
                plain.host(),
                plain.port(),
                plain.database(),
                plain.user(),
                plain.password(),
                plain.sslMode(),
                withColumns);
    }

    /** The policies of the tables, as {@code sluice.yaml} gives them. */
    void poison(Map<String, PoisonPolicy> byTable) {
        policies = byTable;
    }

    private PoisonPolicies policies() {
        return PoisonPolicies.of(
                tables.stream()
                        .map(table -> new TableSpec(
                                table.schema(),
                                table.name(),
                                List.of(),
                                policies.getOrDefault(table.name(), PoisonPolicy.STOP),
                                List.of()))
                        .toList(),
                tables);
    }

    String slot() {
        return "sluice_" + pipeline;
    }

    private record SinkOpener(String pipeline) implements LakeSink.CatalogOpener {
        @Override
        public LakeCatalog open() {
            RUNS.get(pipeline).operatorsStarted.incrementAndGet();
            return RUNS.get(pipeline).server.connect();
        }
    }

    private record PositionsOpener(String pipeline, String run, List<String> tables) implements LakePositions.Opener {
        @Override
        public LakePositions open() {
            return new CatalogLakePositions(RUNS.get(pipeline).server.connect(), pipeline, run, tables);
        }
    }

    /** Starts the job without any state, as {@code sluice apply} does. */
    void start() throws Exception {
        LakeTables.create(catalog, pipeline, tables, policies());
        String run = "run " + UUID.randomUUID();
        new Progress(catalog, pipeline).claim(run, false);
        Configuration configuration = new Configuration();
        configuration.setString("restart-strategy.type", "fixed-delay");
        configuration.setString("restart-strategy.fixed-delay.attempts", "1000");
        configuration.setString("restart-strategy.fixed-delay.delay", "100ms");
        configuration.setString("execution.checkpointing.interval", "200ms");
        configuration.setString("execution.checkpointing.interval-during-backlog", "300ms");
        configuration.setString("taskmanager.memory.network.max", "64mb");
        configuration.setString("taskmanager.memory.network.min", "64mb");
        StreamExecutionEnvironment environment = StreamExecutionEnvironment.createLocalEnvironment(2, configuration);
        environment.getConfig().enableObjectReuse();
        List<String> names = tables.stream().map(SourceTable::name).toList();
        PostgresAdapter settings = new PostgresAdapter(
                postgres.connector(),
                slot(),
                slot(),
                tables,
                false,
                new PositionsOpener(pipeline, run, names),
                1 << 20,
                300,
                PostgresAdapter.ROW_BYTES_OF_THE_HEAP);
        environment
                .fromSource(
                        new LoadThenStreamSource(settings),
                        WatermarkStrategy.noWatermarks(),
                        "source",
                        BatchTypeInfo.INSTANCE)
                .uid("source")
                .sinkTo(new LakeSink(
                        new SinkOpener(pipeline), pipeline, run, tables, policies(), CommitWatch.opener(settings)))
                .uid("sink");
        job = environment.executeAsync("sluice " + pipeline);
    }

    JobClient job() {
        return job;
    }

    void stop() throws Exception {
        try {
            job.cancel().get();
            job.getJobExecutionResult().get();
        } catch (ExecutionException | IllegalStateException e) {
            // A job that is cancelled ends with an exception; one that has ended took its cluster with it.
        }
        job = null;
    }

    Table table(int number) {
        return catalog.load(catalog.bronze(tables.get(number).name()));
    }

    List<List<Object>> rows(int number) {
        try {
            return TestLake.rows(table(number), null);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Optional<Following.Stop> stopOf(int number) {
        return stopOf(tables.get(number).name());
    }

    /** Of a table that may be gone from the source. */
    Optional<Following.Stop> stopOf(String table) {
        return Following.of(catalog.load(catalog.bronze(table))).stop();
    }

    /** What {@code sluice resync} does: see TableResync in the command line. */
    void resync(String table) throws Exception {
        stop();
        Following.detach(
                catalog.load(catalog.bronze(table)), stopOf(table).orElseThrow().at());
        readTables();
        start();
    }

    /** Waits until what the lake holds of the table passes. */
    void await(String what, BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not within " + PATIENCE + ": " + what);
            }
            Thread.sleep(50);
        }
    }

    @Override
    public void close() throws Exception {
        if (job != null) {
            stop();
        }
        postgres.run("select pg_terminate_backend(active_pid) from pg_replication_slots where slot_name = '" + slot()
                + "' and active");
        await(
                "the slot is free",
                () -> !"t"
                        .equals(postgres.one(
                                "select active from pg_replication_slots where slot_name = '" + slot() + "'")));
        postgres.run("select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = '" + slot()
                + "'");
        postgres.run("drop publication if exists " + slot());
        for (String table : tableNames) {
            postgres.run("drop table if exists public." + table);
        }
        RUNS.remove(pipeline);
        catalog.close();
        server.close();
    }
}
