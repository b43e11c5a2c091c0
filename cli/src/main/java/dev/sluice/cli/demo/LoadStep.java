package dev.sluice.cli.demo;

import dev.sluice.cli.pipeline.PipelineControl;
import dev.sluice.lake.Progress;
import dev.sluice.lake.Stamp;
import dev.sluice.lake.TableStamps;
import dev.sluice.spec.Lsn;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;

/** The pipeline is applied; its load is published as one snapshot per table, all at one LSN. */
final class LoadStep {
    private static final Duration LOADED_WITHIN = Duration.ofMinutes(30);
    private static final long SAMPLE_NANOS = 500_000_000;
    private static final long SHOW_NANOS = 2_000_000_000;

    private final DemoContext demo;
    private final PipelineControl control;

    private final Optional<ProcessHandle> taskManager;

    LoadStep(DemoContext demo, PipelineControl control, Optional<ProcessHandle> taskManager) {
        this.demo = demo;
        this.control = control;
        this.taskManager = taskManager;
    }

    void run() throws SQLException, IOException, InterruptedException {
        Narrator narrator = demo.narrator();
        narrator.step(
                "The pipeline: load, then stream",
                "COPY BINARY chunks under one exported snapshot, straight into Parquet; published in one commit at one LSN.");
        PlainCopy.Measured copy;
        try (Connection connection = demo.shop().connect()) {
            copy = PlainCopy.run(connection, demo.spec().source().tables());
        }
        narrator.say(
                "yardstick: a plain COPY of the same tables to nowhere: %,d rows in %.2f s, %,.0f rows/s",
                copy.rows(), copy.took().toNanos() / 1e9, copy.rowsPerSecond());
        boolean loadedBefore = lsn().isPresent();
        Duration processorBefore = processorTime();
        long start = System.nanoTime();
        PipelineControl.Outcome outcome = control.apply(demo.spec(), demo.specFile());
        if (loadedBefore) {
            narrator.say(
                    "the lake was loaded by an earlier demo and streams on from %s (%s)", lsn().orElseThrow(), outcome);
            return;
        }
        double running = (System.nanoTime() - start) / 1e9;
        LoadProgress progress = new LoadProgress(
                control.flink(), PipelineControl.jobName(demo.spec().pipeline()));
        Lsn lsn = awaitPublished(progress, start);
        double seconds = (System.nanoTime() - start) / 1e9;
        double processorSeconds = processorTime().minus(processorBefore).toNanos() / 1e9;
        List<List<String>> table = new ArrayList<>(List.of(List.of("table", "rows", "files", "bytes")));
        long rows = 0;
        for (String name : demo.tables()) {
            Snapshot snapshot = loadSnapshot(name);
            Map<String, String> summary = snapshot.summary();
            long added = Long.parseLong(summary.getOrDefault("added-records", "0"));
            rows += added;
            table.add(List.of(
                    "bronze." + name,
                    String.format("%,d", added),
                    summary.getOrDefault("added-data-files", "0"),
                    String.format("%,d", Long.parseLong(summary.getOrDefault("added-files-size", "0")))));
        }
        narrator.table(table);
        narrator.check(rows == copy.rows(), "published at LSN %s: %,d rows, as many as COPY gave", lsn, rows);
        narrator.measured(
                "load, submit to published",
                "%,d rows in %.1f s (%.1f s of it until the job ran), %,.0f rows/s",
                rows,
                seconds,
                running,
                rows / seconds);
        narrator.measured(
                "load beside a plain COPY",
                "%.2f of %,.0f rows/s (%.2f without the start of the job)",
                rows / seconds / copy.rowsPerSecond(),
                copy.rowsPerSecond(),
                rows / Math.max(0.001, seconds - running) / copy.rowsPerSecond());
        // A short load says more about the start of a JVM than about rows.
        progress.rowsPerSecond().ifPresent(flowing -> {
            narrator.measured(
                    "load while rows flowed",
                    "%,.0f rows/s, %.2f of a plain COPY",
                    flowing,
                    flowing / copy.rowsPerSecond());
            narrator.measured(
                    "processor time of the TaskManager",
                    "%.1f s for the load, %.1f us a row; its JVM is fresh",
                    processorSeconds,
                    processorSeconds * 1e6 / copy.rows());
        });
    }

    /** What the TaskManager has used so far, its compilers included; zero where the system does not say. */
    private Duration processorTime() {
        return taskManager.flatMap(process -> process.info().totalCpuDuration()).orElse(Duration.ZERO);
    }

    /** Shows the load while it runs. */
    private Lsn awaitPublished(LoadProgress progress, long start) throws InterruptedException {
        long deadline = System.nanoTime() + LOADED_WITHIN.toNanos();
        long sampled = System.nanoTime();
        long shown = sampled;
        while (System.nanoTime() < deadline) {
            Optional<Lsn> lsn = lsn();
            if (lsn.isPresent()) {
                return lsn.get();
            }
            long now = System.nanoTime();
            if (now - sampled > SAMPLE_NANOS) {
                sampled = now;
                Map<String, Double> rows = progress.sample();
                if (now - shown > SHOW_NANOS) {
                    shown = now;
                    show(progress.rows(), rows, (now - start) / 1e9);
                }
            }
            Thread.sleep(100);
        }
        throw new SluiceException(
                ErrorCode.E0301,
                "the load was not published within " + LOADED_WITHIN.toMinutes() + " minutes",
                "`sluice pipelines` and `sluice logs taskmanager` say why");
    }

    private void show(long total, Map<String, Double> rows, double seconds) {
        StringBuilder tables = new StringBuilder();
        rows.forEach((metric, count) ->
                tables.append(String.format("  %s %,d", LoadProgress.table(metric), count.longValue())));
        demo.narrator().say("loading: %,d rows, %,.0f rows/s%s", total, total / seconds, tables);
    }

    private Optional<Lsn> lsn() {
        return new Progress(demo.lake(), demo.spec().pipeline())
                .acknowledged()
                .filter(lsn -> demo.tables().stream().allMatch(this::isStamped));
    }

    private boolean isStamped(String name) {
        return demo.lake()
                .find(demo.lake().bronze(name))
                .flatMap(TableStamps::current)
                .isPresent();
    }

    private Snapshot loadSnapshot(String name) {
        Table table = demo.lake().load(demo.lake().bronze(name));
        for (Snapshot snapshot : table.snapshots()) {
            if (Stamp.of(snapshot)
                    .filter(stamp -> stamp.kind() == Stamp.Kind.LOAD)
                    .isPresent()) {
                return snapshot;
            }
        }
        throw new IllegalStateException("no load snapshot of " + name);
    }
}
