package dev.sluice.cli.demo;

import dev.sluice.cli.pipeline.PipelineControl;
import dev.sluice.lake.Position;
import dev.sluice.lake.Progress;
import dev.sluice.lake.TableStamps;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import dev.sluice.spec.time.Waiting;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** A first load of the demo's pipeline: applied, shown while it runs, and measured from submit to published. */
final class MeasuredLoad {
    private static final Duration LOADED_WITHIN = Duration.ofMinutes(30);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final long SAMPLE_NANOS = 500_000_000;
    private static final long SHOW_NANOS = 2_000_000_000;

    private final DemoContext demo;
    private final PipelineControl control;
    private final Optional<ProcessHandle> taskManager;
    private final LoadProgress progress;
    private long sampled;
    private long shown;

    MeasuredLoad(DemoContext demo, PipelineControl control, Optional<ProcessHandle> taskManager) {
        this.demo = demo;
        this.control = control;
        this.taskManager = taskManager;
        this.progress = new LoadProgress(
                control.flink(), PipelineControl.jobName(demo.spec().pipeline()));
    }

    /**
     * @param position that all tables were published at
     * @param seconds from submit to published
     * @param secondsUntilRunning those of them that the start of the job took
     * @param flowingRowsPerSecond while rows flowed; empty when they did so too shortly to say
     * @param processorSeconds of the TaskManager, its compilers included
     */
    record Took(
            Position position,
            double seconds,
            double secondsUntilRunning,
            OptionalDouble flowingRowsPerSecond,
            double processorSeconds) {

        /** Keeps the figures for the closing table. */
        void tell(Narrator narrator, String measure, PlainCopy.Measured copy) {
            double rowsPerSecond = copy.rows() / seconds;
            narrator.measured(
                    measure,
                    "%,d rows in %.1f s (%.1f s of it until the job ran), %,.0f rows/s",
                    copy.rows(),
                    seconds,
                    secondsUntilRunning,
                    rowsPerSecond);
            double withoutStart = copy.rows() / Math.max(0.001, seconds - secondsUntilRunning);
            StringBuilder parts = new StringBuilder(
                    String.format("%.2f without the start of the job", withoutStart / copy.rowsPerSecond()));
            flowingRowsPerSecond.ifPresent(
                    flowing -> parts.append(String.format(", %.2f while rows flowed", flowing / copy.rowsPerSecond())));
            narrator.measured(
                    "  beside a plain COPY",
                    "%.2f of %,.0f rows/s (%s)",
                    rowsPerSecond / copy.rowsPerSecond(),
                    copy.rowsPerSecond(),
                    parts);
            // A short load says more about the start of a JVM than about rows.
            if (flowingRowsPerSecond.isPresent()) {
                narrator.measured(
                        "  processor time of the TaskManager",
                        "%.1f s, %.1f us a row",
                        processorSeconds,
                        processorSeconds * 1e6 / copy.rows());
            }
        }
    }

    Took run() throws InterruptedException {
        Duration processorBefore = processorTime();
        long start = System.nanoTime();
        control.apply(demo.spec(), demo.specFile());
        double running = (System.nanoTime() - start) / 1e9;
        Position position = awaitPublished(start);
        double seconds = (System.nanoTime() - start) / 1e9;
        double processorSeconds = processorTime().minus(processorBefore).toNanos() / 1e9;
        return new Took(position, seconds, running, progress.rowsPerSecond(), processorSeconds);
    }

    /** What the TaskManager has used so far; zero where the system does not say. */
    private Duration processorTime() {
        return taskManager.flatMap(process -> process.info().totalCpuDuration()).orElse(Duration.ZERO);
    }

    /** Shows the load while it runs. */
    private Position awaitPublished(long start) throws InterruptedException {
        sampled = System.nanoTime();
        shown = sampled;
        return Waiting.atMost(LOADED_WITHIN)
                .every(POLL)
                .answer(() -> {
                    Optional<Position> position = published(demo);
                    if (position.isEmpty()) {
                        sample(start);
                    }
                    return position;
                })
                .orElseThrow(() -> new SluiceException(
                        ErrorCode.E0301,
                        "the load was not published within " + LOADED_WITHIN.toMinutes() + " minutes",
                        "`sluice pipelines` and `sluice logs taskmanager` say why"));
    }

    private void sample(long start) {
        long now = System.nanoTime();
        if (now - sampled > SAMPLE_NANOS) {
            sampled = now;
            Map<String, Double> rows = progress.sample();
            if (now - shown > SHOW_NANOS) {
                shown = now;
                show(progress.rows(), rows, (now - start) / 1e9);
            }
        }
    }

    private void show(long total, Map<String, Double> rows, double seconds) {
        StringBuilder tables = new StringBuilder();
        rows.forEach((metric, count) ->
                tables.append(String.format("  %s %,d", LoadProgress.table(metric), count.longValue())));
        demo.narrator().say("loading: %,d rows, %,.0f rows/s%s", total, total / seconds, tables);
    }

    /** The LSN that the lake is at; empty as long as the load is not published. */
    static Optional<Position> published(DemoContext demo) {
        return new Progress(demo.lake(), demo.spec().pipeline())
                .acknowledged()
                .filter(position -> demo.tables().stream().allMatch(table -> isStamped(demo, table)));
    }

    private static boolean isStamped(DemoContext demo, String name) {
        return demo.lake()
                .find(demo.lake().bronze(name))
                .flatMap(TableStamps::current)
                .isPresent();
    }
}
