package dev.sluice.ingest.sink;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.ingest.row.BatchTypeInfo;
import dev.sluice.ingest.sink.poison.PoisonPolicies;
import dev.sluice.ingest.source.CommitWatch;
import dev.sluice.ingest.source.LakePositions;
import dev.sluice.ingest.source.LoadThenStreamSource;
import dev.sluice.ingest.source.toy.ToyAdapter;
import dev.sluice.ingest.source.toy.ToyDatabase;
import dev.sluice.ingest.source.toy.ToyDatabase.Change;
import dev.sluice.ingest.table.SourceTable;
import dev.sluice.lake.Following;
import dev.sluice.lake.LakeCatalog;
import dev.sluice.lake.Position;
import dev.sluice.lake.Progress;
import dev.sluice.lake.Stamp;
import dev.sluice.lake.TableStamps;
import dev.sluice.lake.testing.FaultyCatalog;
import dev.sluice.spec.PipelineSpec.TableSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A source that is nothing like PostgreSQL comes into the lake by an adapter alone: with the same machine and the same
 * sink, loaded, streamed, acknowledged, watched, and with positions that it writes in its own way.
 */
@Timeout(180)
class ToySourceIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Map<String, FaultyCatalog> LAKES = new ConcurrentHashMap<>();

    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);
    private final String pipeline =
            "toy_" + UUID.randomUUID().toString().replace("-", "").substring(0, 8);
    private final ToyDatabase source = new ToyDatabase(pipeline, "left", "right");
    private final FaultyCatalog server = new FaultyCatalog();
    private final LakeCatalog catalog = server.connect();
    private JobClient job;

    private record Opener(String pipeline) implements LakeSink.CatalogOpener {
        @Override
        public LakeCatalog open() {
            return LAKES.get(pipeline).connect();
        }
    }

    private record PositionsOpener(String pipeline, String run) implements LakePositions.Opener {
        @Override
        public LakePositions open() {
            return new CatalogLakePositions(LAKES.get(pipeline).connect(), pipeline, run, List.of("left", "right"));
        }
    }

    /** Without any state, as {@code sluice apply} does. */
    private void start() throws Exception {
        LAKES.put(pipeline, server);
        List<SourceTable> tables = source.tables();
        PoisonPolicies policies = PoisonPolicies.of(
                tables.stream()
                        .map(table -> new TableSpec(table.schema(), table.name(), List.of()))
                        .toList(),
                tables);
        LakeTables.create(catalog, pipeline, tables, policies);
        String run = "run " + UUID.randomUUID();
        new Progress(catalog, pipeline).claim(run, false);
        Configuration configuration = new Configuration();
        configuration.setString("restart-strategy.type", "fixed-delay");
        configuration.setString("restart-strategy.fixed-delay.attempts", "1000");
        configuration.setString("restart-strategy.fixed-delay.delay", "50ms");
        configuration.setString("execution.checkpointing.interval", "100ms");
        configuration.setString("taskmanager.memory.network.max", "64mb");
        configuration.setString("taskmanager.memory.network.min", "64mb");
        StreamExecutionEnvironment environment = StreamExecutionEnvironment.createLocalEnvironment(2, configuration);
        environment.getConfig().enableObjectReuse();
        ToyAdapter adapter = new ToyAdapter(pipeline, new PositionsOpener(pipeline, run));
        environment
                .fromSource(
                        new LoadThenStreamSource(adapter),
                        WatermarkStrategy.noWatermarks(),
                        "source",
                        BatchTypeInfo.INSTANCE)
                .uid("source")
                .sinkTo(new LakeSink(
                        new Opener(pipeline), pipeline, run, tables, policies, CommitWatch.opener(adapter)))
                .uid("sink");
        job = environment.executeAsync("sluice " + pipeline);
    }

    private void stop() throws Exception {
        try {
            job.cancel().get();
            job.getJobExecutionResult().get();
        } catch (ExecutionException | IllegalStateException e) {
            // A job that is cancelled ends with an exception; one that has ended took its cluster with it.
        }
        job = null;
    }

    @AfterEach
    void close() throws Exception {
        if (job != null) {
            stop();
        }
        LAKES.remove(pipeline);
        catalog.close();
        server.close();
    }

    /** Transactions over both tables: rows come, change and go. */
    private void commit(int transactions) {
        for (int i = 0; i < transactions; i++) {
            List<Change> changes = new ArrayList<>();
            for (int table = 0; table < 2; table++) {
                SortedMap<Long, String> rows = source.rowsAt(table, source.last());
                long fresh = rows.isEmpty() ? 1 : rows.lastKey() + 1;
                changes.add(new Change(table, fresh, "made in seed " + seed));
                if (rows.size() > 3) {
                    List<Long> ids = new ArrayList<>(rows.keySet());
                    changes.add(new Change(
                            table,
                            ids.get(random.nextInt(ids.size() / 2)),
                            random.nextBoolean() ? null : "changed " + i));
                }
            }
            source.commit(changes);
        }
    }

    private void await(String what, BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("seed " + seed + ": not within " + PATIENCE + ": " + what);
            }
            Thread.sleep(20);
        }
    }

    private Table table(int number) {
        return catalog.load(catalog.bronze(source.tables().get(number).name()));
    }

    private Position reached(int number) {
        return TableStamps.current(table(number)).map(Stamp::position).orElse(Position.ZERO);
    }

    private void awaitAllOf(int number) throws InterruptedException {
        await(
                "table " + number + " shows " + source.last(),
                () -> rows(number, null).equals(source.rowsAt(number, source.last())));
    }

    private SortedMap<Long, String> rows(int number, Long snapshot) {
        try {
            SortedMap<Long, String> rows = new TreeMap<>();
            if (table(number).currentSnapshot() != null) {
                for (List<Object> row : TestLake.rows(table(number), snapshot)) {
                    assertThat(rows.put((Long) row.get(0), (String) row.get(1)))
                            .as("a row that is there twice")
                            .isNull();
                }
            }
            return rows;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Each snapshot shows the table behind the transaction in its stamp; returns how many there were. */
    private int assertEverySnapshotIsExact() {
        int snapshots = 0;
        for (int number = 0; number < 2; number++) {
            for (Snapshot snapshot : table(number).snapshots()) {
                Position at = Stamp.of(snapshot).orElseThrow().position();
                assertThat(at.text()).isEqualTo("step " + at.order());
                assertThat(rows(number, snapshot.snapshotId()))
                        .as("seed %d, table %d at %s", seed, number, at)
                        .isEqualTo(source.rowsAt(number, at.order()));
                snapshots++;
            }
        }
        return snapshots;
    }

    @Test
    void isLoadedAndStreamedThroughBrokenFeedsAndRestarts() throws Exception {
        commit(40);
        start();
        commit(20);
        awaitAllOf(0);
        awaitAllOf(1);
        source.cutFeeds();
        commit(10);
        await("a feed broke", () -> source.brokenFeeds.get() > 0);
        awaitAllOf(0);
        awaitAllOf(1);
        stop();
        commit(10);
        start();
        commit(5);
        awaitAllOf(0);
        awaitAllOf(1);
        await("what the lake has is acknowledged", () -> source.acknowledged() > 60);
        assertThat(source.acknowledged()).isLessThanOrEqualTo(reached(0).order());
        assertThat(assertEverySnapshotIsExact()).isGreaterThanOrEqualTo(6);
    }

    @Test
    void aTableThatIsDroppedStopsAlone() throws Exception {
        commit(10);
        start();
        awaitAllOf(0);
        awaitAllOf(1);
        source.drop(1);
        await("table 1 is stopped", () -> Following.of(table(1)).stop().isPresent());
        commit(10);
        awaitAllOf(0);
        assertThat(Following.of(table(1)).stop().orElseThrow().at()).startsWith("step ");
        assertThat(Following.of(table(0)).stop()).isEmpty();
        assertEverySnapshotIsExact();
    }

    @Test
    void anotherDatabaseInItsPlaceEndsThePipeline() throws Exception {
        commit(10);
        start();
        awaitAllOf(0);
        Position before = reached(0);
        source.replace();
        commit(3);
        await("the job ends for good", () -> {
            try {
                return job.getJobStatus().get() == JobStatus.FAILED;
            } catch (Exception e) {
                // The cluster in this JVM goes with its last job.
                return true;
            }
        });
        assertThat(reached(0)).isEqualTo(before);
        assertEverySnapshotIsExact();
    }
}
