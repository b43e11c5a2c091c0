package dev.sluice.ingest.source.postgres;

import dev.sluice.ingest.row.BatchTypeInfo;
import dev.sluice.ingest.row.LoadRows;
import dev.sluice.ingest.row.RowForm;
import dev.sluice.ingest.source.LoadThenStreamSource;
import dev.sluice.ingest.source.RowTooLargeException;
import dev.sluice.ingest.source.SnapshotLostException;
import dev.sluice.ingest.source.postgres.catalogue.SourceCatalogue;
import dev.sluice.ingest.source.postgres.load.CopyChunkReader;
import dev.sluice.ingest.source.postgres.load.TableRange.PageRange;
import dev.sluice.ingest.source.postgres.slot.Publication;
import dev.sluice.ingest.table.SourceTable;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** A pipeline from a real server into a {@link ModelLake}, on a Flink cluster in this JVM. */
final class PipelineRun implements AutoCloseable {
    private static final long WATCH_MILLIS = 300;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    final TestPostgres postgres;
    final String pipeline;
    ModelLake lake;
    private final int parallelism;
    private String[] tableNames;
    private JobClient job;
    /** How long Flink waits before a failed task begins again. */
    String restartDelay = "100ms";
    /** Wanted size of a chunk of a load. */
    long chunkBytes = 1 << 20;
    /** Columns that the pipeline leaves out, by table. */
    private final Map<String, List<String>> excluded = new HashMap<>();

    boolean excludeAtSource;
    /** The largest row that a load takes. */
    int rowBytesMax = PostgresAdapter.ROW_BYTES_OF_THE_HEAP;
    /** Ends the name of slot and publication: the part that a lake draws. */
    String drawn = "";

    PipelineRun(TestPostgres postgres, String pipeline, int parallelism, String... tableNames) {
        this.postgres = postgres;
        this.pipeline = pipeline;
        this.parallelism = parallelism;
        this.tableNames = tableNames;
        this.lake = new ModelLake(pipeline, tables());
    }

    private List<SourceTable> tables() {
        return SourceCatalogue.read(postgres.connector(), postgres.spec(excludeAtSource, excluded, tableNames), slot());
    }

    String slot() {
        return "sluice_" + pipeline + drawn;
    }

    /** What an edited file says of a table. */
    PipelineRun excluding(String table, String... columns) {
        excluded.put(table, List.of(columns));
        lake = lake.with(tables());
        return this;
    }

    PipelineRun excludingAtSource() {
        excludeAtSource = true;
        return this;
    }

    void withTables(String... names) {
        tableNames = names;
        lake = lake.with(tables());
    }

    PostgresAdapter settings() {
        return new PostgresAdapter(
                postgres.connector(),
                slot(),
                slot(),
                lake.tables,
                excludeAtSource,
                lake.opener(),
                chunkBytes,
                WATCH_MILLIS,
                rowBytesMax);
    }

    /** Makes the publication, which the start would wait for if somebody held one of its tables. */
    void publish() throws SQLException {
        try (Connection connection = postgres.connect()) {
            new Publication(slot(), lake.tables, excludeAtSource)
                    .ensure(
                            connection,
                            Set.of(),
                            IntStream.range(0, lake.tables.size()).boxed().toList());
        }
    }

    /** Starts the job without any state. */
    void start() throws Exception {
        Configuration configuration = new Configuration();
        configuration.setString("restart-strategy.type", "fixed-delay");
        configuration.setString("restart-strategy.fixed-delay.attempts", "1000");
        configuration.setString("restart-strategy.fixed-delay.delay", restartDelay);
        configuration.setString("execution.checkpointing.interval", "200ms");
        configuration.setString("execution.checkpointing.interval-during-backlog", "400ms");
        configuration.setString("taskmanager.memory.network.max", "64mb");
        configuration.setString("taskmanager.memory.network.min", "64mb");
        StreamExecutionEnvironment environment =
                StreamExecutionEnvironment.createLocalEnvironment(parallelism, configuration);
        environment.getConfig().enableObjectReuse();
        environment
                .fromSource(
                        new LoadThenStreamSource(settings()),
                        WatermarkStrategy.noWatermarks(),
                        "source",
                        BatchTypeInfo.INSTANCE)
                .uid("source")
                .sinkTo(new ModelSink(pipeline))
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

    void stopUnless(boolean running) throws Exception {
        if (!running) {
            stop();
        }
    }

    void startUnless(boolean running) throws Exception {
        if (!running) {
            start();
        }
    }

    /** The job has ended by itself, and its cluster with it. */
    void forget() {
        job = null;
    }

    /** Waits until the source was looked at twice from now on, and nothing came of it yet that was not there before. */
    void awaitLook() throws Exception {
        for (int i = 0; i < 2; i++) {
            String now = postgres.one("select clock_timestamp()");
            awaitTrue(
                    "a look at the source",
                    () -> !"0"
                            .equals(postgres.one(
                                    "select count(*) from pg_stat_activity where query like '%sluice watch%'"
                                            + " and pid <> pg_backend_pid() and state = 'idle' and query_start > '"
                                            + now + "'")));
        }
    }

    /** Waits until the lake equals the source, which must be at rest. */
    void awaitEqual() throws Exception {
        awaitTrue("the lake equals the source", this::isEqual);
    }

    boolean isEqual() {
        if (!lake.faults().isEmpty()) {
            throw new AssertionError(lake.faults());
        }
        for (int i = 0; i < lake.tables.size(); i++) {
            if (!lake.stamps().containsKey(i) || !lake.rows(i).equals(sourceRows(i))) {
                return false;
            }
        }
        return true;
    }

    void awaitTrue(String what, BooleanSupplier condition) throws Exception {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not within " + PATIENCE + ": " + what + "; stamps " + lake.stamps()
                        + ", acknowledged " + lake.acknowledged() + ", faults " + lake.faults() + differences());
            }
            Thread.sleep(50);
        }
    }

    private String differences() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < lake.tables.size(); i++) {
            Map<String, List<String>> there = sourceRows(i);
            Map<String, List<String>> here = lake.rows(i);
            int wrong = 0;
            for (var entry : there.entrySet()) {
                if (!entry.getValue().equals(here.remove(entry.getKey()))) {
                    wrong++;
                }
            }
            text.append("; ").append(lake.tables.get(i).name()).append(": ");
            text.append(there.size()).append(" rows at the source, ").append(wrong);
            text.append(" missing or other in the lake, ").append(here.size()).append(" too many");
        }
        return text.toString();
    }

    /** The rows of a table at the source, in the same form as the lake's. */
    Map<String, List<String>> sourceRows(int table) {
        SourceTable source = lake.tables.get(table);
        Map<String, List<String>> rows = new TreeMap<>();
        try (Connection connection = postgres.connect();
                Statement statement = connection.createStatement();
                CopyChunkReader reader = new CopyChunkReader(postgres.connector(), RowForm.CHANGE_BYTES_MAX)) {
            connection.setAutoCommit(false);
            statement.execute("set transaction isolation level repeatable read");
            String snapshot;
            try (var row = statement.executeQuery("select pg_export_snapshot()")) {
                row.next();
                snapshot = row.getString(1);
            }
            CopyChunkReader.Opening opening = reader.open(source, table, new PageRange(0, -1), snapshot, 0, 0);
            if (opening != CopyChunkReader.Opening.OPEN) {
                throw new IllegalStateException(source.name() + " could not be read: " + opening);
            }
            for (LoadRows batch = reader.next(); batch != null; batch = reader.next()) {
                for (int i = 0; i < batch.count(); i++) {
                    List<String> row = ModelLake.row(batch.bytes(), batch.offsets()[i]);
                    List<String> key = new ArrayList<>();
                    source.keyColumns().forEach(c -> key.add(row.get(c)));
                    rows.put(String.join("|", key) + "|", row);
                }
            }
        } catch (SQLException | SnapshotLostException | RowTooLargeException e) {
            throw new IllegalStateException(e);
        }
        return rows;
    }

    @Override
    public void close() throws Exception {
        if (job != null) {
            stop();
        }
        dropFromSource();
        for (String table : tableNames) {
            postgres.run("drop table if exists public." + table);
        }
        ModelSink.forget();
        lake.forget();
    }

    void dropFromSource() throws Exception {
        postgres.run("select pg_terminate_backend(active_pid) from pg_replication_slots where slot_name = '" + slot()
                + "' and active");
        Thread.sleep(200);
        postgres.run("select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = '" + slot()
                + "'");
        postgres.run("drop publication if exists " + slot());
    }
}
