package dev.sluice.cli.demo;

import dev.sluice.stack.flink.FlinkRest;
import java.util.Map;
import java.util.OptionalDouble;

/** Rows that the writers of a load have taken, from Flink's metrics, which are a second old at most. */
final class LoadProgress {
    /** Flink puts an underscore for the dot in a metric's name. */
    private static final String LOADED_ROWS = "sluice.loadedRows_";

    /** The samples are a second old at most, so they say little about less than some seconds. */
    private static final long MEASURED_NANOS_MIN = 4_000_000_000L;

    private final FlinkRest flink;
    private final String job;
    private long firstRows;
    private long firstNanos;
    private long lastRows;
    private long lastNanos;

    LoadProgress(FlinkRest flink, String job) {
        this.flink = flink;
        this.job = job;
    }

    /** Rows by table, as Flink tells them now. */
    Map<String, Double> sample() {
        Map<String, Double> byMetric = flink.activeJob(job)
                .map(active -> flink.metrics(active.id(), LOADED_ROWS))
                .orElse(Map.of());
        long now = System.nanoTime();
        long rows = byMetric.values().stream().mapToLong(Double::longValue).sum();
        if (rows > 0 && firstRows == 0) {
            firstRows = rows;
            firstNanos = now;
        }
        if (rows > lastRows) {
            lastRows = rows;
            lastNanos = now;
        }
        return byMetric;
    }

    static String table(String metric) {
        return metric.substring(metric.indexOf(LOADED_ROWS) + LOADED_ROWS.length());
    }

    long rows() {
        return lastRows;
    }

    /** Between the first and the last sample that brought rows; empty when a load was too short for it to say anything. */
    OptionalDouble rowsPerSecond() {
        long nanos = lastNanos - firstNanos;
        return nanos < MEASURED_NANOS_MIN
                ? OptionalDouble.empty()
                : OptionalDouble.of((lastRows - firstRows) / (nanos / 1e9));
    }
}
