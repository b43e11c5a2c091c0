package dev.sluice.e2e.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.e2e.SharedStack;
import dev.sluice.e2e.checkpoint.FaultPoints.Sign;
import dev.sluice.e2e.pipeline.TestPipeline;
import dev.sluice.ingest.PipelineJob;
import dev.sluice.lake.LakeCatalog;
import dev.sluice.lake.Position;
import dev.sluice.lake.Progress;
import dev.sluice.spec.Lsn;
import dev.sluice.spec.PipelineSpec;
import dev.sluice.spec.PipelineSpec.CatalogSpec;
import dev.sluice.spec.PipelineSpec.TableSpec;
import dev.sluice.stack.LocalStack;
import dev.sluice.stack.StackServer;
import dev.sluice.torture.check.CheckLoop;
import dev.sluice.torture.check.ExactCommit;
import dev.sluice.torture.check.Invariant;
import dev.sluice.torture.check.LakeChecker;
import dev.sluice.torture.oracle.SlotChanges;
import dev.sluice.torture.oracle.SourceHistory;
import dev.sluice.torture.proxy.FaultyProxy;
import dev.sluice.torture.workload.SourceDatabase;
import dev.sluice.torture.workload.TortureTables;
import dev.sluice.torture.workload.Workload;
import dev.sluice.verify.ComparedTable;
import dev.sluice.verify.SourceConnections;
import dev.sluice.verify.TableShapes;
import java.net.URI;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;

/**
 * The job of a pipeline on a Flink cluster in this JVM, from the stack's PostgreSQL through its catalog into its store,
 * while torture's workload writes and torture's checker compares every snapshot of every table.
 */
final class FaultyPipeline implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final Duration COMPARED_WITHIN = Duration.ofSeconds(120);
    private static final Duration CHECKPOINT_TIMEOUT = Duration.ofSeconds(6);

    private final LocalStack stack =
            SharedStack.with(StackServer.POSTGRES, StackServer.OBJECT_STORE, StackServer.CATALOG);
    private final String name;
    private final PipelineSpec direct;
    private final SourceDatabase database;
    private final SlotChanges slot;
    private final LakeCatalog lake;
    private final FaultyProxy proxy;
    private final SourceHistory history;
    final LakeChecker checker;
    final Workload workload;
    private final CheckLoop loop;
    private JobClient job;

    /** An empty lake, a source with its first rows and traffic; no job yet. */
    FaultyPipeline(String name, long seed) throws Exception {
        this.name = name;
        FaultPoints.reset();
        direct = TestPipeline.spec(stack, name, TestPipeline.tables(TortureTables.ALL.toArray(String[]::new)));
        database = new SourceDatabase(direct.postgres());
        database.create();
        database.run(TortureTables.definitions());
        SourceConnections connections = new SourceConnections(direct.postgres());
        List<ComparedTable> tables = shapes(connections);
        slot = new SlotChanges(connections);
        slot.createSlot();
        database.run(TortureTables.firstRows());
        lake = LakeCatalog.open(direct.catalog());
        proxy = FaultyProxy.http("catalog", URI.create(direct.catalog().uri()).getPort());
        FaultySink.CATALOG.set(proxy);
        history = new SourceHistory(tables);
        checker = new LakeChecker(
                lake,
                name,
                tables,
                history,
                slot,
                new Invariant(TortureTables.WITH_BALANCE, TortureTables.BALANCE, TortureTables.BALANCE_TOTAL),
                Optional.empty());
        workload = Workload.start(database, seed);
        loop = CheckLoop.start(checker);
    }

    private List<ComparedTable> shapes(SourceConnections connections) throws Exception {
        List<ComparedTable> tables = new ArrayList<>();
        try (Connection connection = connections.query()) {
            for (TableSpec table : direct.source().tables()) {
                tables.add(TableShapes.read(connection, table));
            }
        }
        return tables;
    }

    /** Starts the job without any state, with a checkpoint every so often. */
    void start(int parallelism, Duration between) throws Exception {
        start(parallelism, between, "");
    }

    /** @param savepoint to begin with; empty for none */
    void start(int parallelism, Duration between, String savepoint) throws Exception {
        Configuration configuration = new Configuration();
        configuration.setString("restart-strategy.type", "fixed-delay");
        configuration.setString("restart-strategy.fixed-delay.attempts", "1000");
        configuration.setString("restart-strategy.fixed-delay.delay", "50ms");
        configuration.setString("execution.checkpointing.interval", between.toMillis() + "ms");
        configuration.setString("execution.checkpointing.interval-during-backlog", between.toMillis() + "ms");
        configuration.setString("execution.checkpointing.min-pause", "50ms");
        configuration.setString("execution.checkpointing.timeout", CHECKPOINT_TIMEOUT.toMillis() + "ms");
        configuration.setString("execution.checkpointing.tolerable-failed-checkpoints", "2147483647");
        configuration.setString("taskmanager.memory.network.max", "64mb");
        configuration.setString("taskmanager.memory.network.min", "64mb");
        if (!savepoint.isEmpty()) {
            configuration.setString("execution.state-recovery.path", savepoint);
        }
        FaultyEnvironment environment = new FaultyEnvironment(configuration);
        PipelineJob.build(environment, proxied(parallelism));
        job = environment.executeAsync(PipelineJob.jobName(name));
    }

    /** The job reaches its catalog through the proxy. */
    private PipelineSpec proxied(int parallelism) {
        CatalogSpec catalog = direct.catalog();
        return new PipelineSpec(
                name,
                new CatalogSpec(
                        "http://127.0.0.1:" + proxy.port(),
                        catalog.token(),
                        catalog.warehouse(),
                        catalog.bronzeNamespace(),
                        catalog.s3(),
                        catalog.upkeepToken()),
                direct.source(),
                direct.commitIntervalMillis(),
                parallelism,
                direct.hot(),
                direct.models(),
                direct.upkeep());
    }

    JobClient job() {
        return job;
    }

    void cancel() throws Exception {
        try {
            job.cancel().get();
            job.getJobExecutionResult().get();
        } catch (ExecutionException | IllegalStateException e) {
            // A job that is cancelled ends with an exception; one that has ended took its cluster with it.
        }
        job = null;
    }

    /** Waits until the lake shows, exactly, something that the source committed from now on. */
    ExactCommit awaitExact() throws InterruptedException {
        Instant now = Instant.now();
        return checker.commits()
                .awaitAfter(now, PATIENCE)
                .orElseThrow(() -> new AssertionError("no exact commit within " + PATIENCE + ": "
                        + loop.trouble().orElse("") + " " + checker.findings().first() + " " + ended()));
    }

    /** Waits until the lake has all that the source has committed by now; the checker looks at it in its own time. */
    Lsn awaitCommitted() throws Exception {
        Lsn now = database.position();
        await("the lake comes to " + now, () -> now.isAtMost(committed()));
        return now;
    }

    /** How far the lake is. */
    Lsn committed() {
        return new Progress(lake, name).acknowledged().map(Position::lsn).orElse(Lsn.ZERO);
    }

    /** Lets a step fail and waits until it has, and until the pipeline has got over it. */
    void endure(Step step, int subtask) throws Exception {
        int starts = FaultPoints.seen(Sign.READER_STARTED);
        int aborts = FaultPoints.seen(Sign.CHECKPOINT_ABORTED);
        long begun = System.nanoTime();
        FaultPoints.arm(step, subtask);
        await(step + " failed", () -> FaultPoints.fired(step) == step.times());
        Lsn next = awaitCommitted();
        switch (step.effect()) {
            case RESTART -> await(step + " restarted the job", () -> FaultPoints.seen(Sign.READER_STARTED) > starts);
            case ABORT -> {
                await(step + " ended a checkpoint", () -> FaultPoints.seen(Sign.CHECKPOINT_ABORTED) > aborts);
                assertThat(FaultPoints.seen(Sign.READER_STARTED))
                        .as("%s restarts nothing", step)
                        .isEqualTo(starts);
            }
            case NONE -> {
                // Whoever else asks the catalog at that moment may meet it, too, and fail.
            }
        }
        System.out.printf(
                "%-24s of subtask %d, and the lake at %s after %d ms%n",
                step, subtask, next, (System.nanoTime() - begun) / 1_000_000);
        assertThat(checker.findings().first()).as("after %s", step).isEmpty();
    }

    void await(String what, BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not within " + PATIENCE + ": " + what + "; "
                        + loop.trouble().orElse("") + " " + ended());
            }
            Thread.sleep(20);
        }
    }

    /** Why the job has ended; empty while it has not. */
    String ended() {
        if (job == null || !job.getJobExecutionResult().isDone()) {
            return "";
        }
        try {
            job.getJobExecutionResult().get();
            return "finished";
        } catch (ExecutionException e) {
            StringBuilder why = new StringBuilder();
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                why.append(cause.getMessage()).append("\n");
            }
            return why.toString();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        }
    }

    /** Lets the source rest, and waits until the lake has all of it and all was looked at. */
    void drain() throws Exception {
        workload.close();
        assertThat(loop.awaitDone(database.position(), COMPARED_WITHIN))
                .as(() -> "everything was compared; " + loop.trouble().orElse("") + " " + ended())
                .isTrue();
        loop.close();
        checker.checkAllFollowed();
        int files = checker.checkFiles();
        assertThat(checker.findings().first()).isEmpty();
        System.out.printf(
                "%,d transactions, %,d data snapshots, %,d exact commits, %,d rows read, %,d files, 0 mismatches%n",
                history.transactions(),
                checker.dataSnapshots(),
                checker.commits().count(),
                checker.rows(),
                files);
    }

    @Override
    public void close() throws Exception {
        workload.close();
        loop.close();
        if (job != null) {
            cancel();
        }
        proxy.close();
        lake.close();
        slot.close();
        TestPipeline.createDatabase(stack, name);
    }
}
