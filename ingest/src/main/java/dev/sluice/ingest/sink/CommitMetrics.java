package dev.sluice.ingest.sink;

import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;

/** What the committer shows of itself: counters since the job began, and gauges of the last lake commit. */
public final class CommitMetrics {
    private final Counter commits;
    private final Counter rowsInserted;
    private final Counter rowsDeleted;
    private final Counter deadLetters;
    private volatile long openDeadLetters;
    private volatile long commitMillis = -1;
    private volatile long lagMillis = -1;

    public CommitMetrics(MetricGroup parent) {
        MetricGroup group = parent.addGroup("sluice");
        commits = group.counter("lakeCommits");
        rowsInserted = group.counter("rowsInserted");
        rowsDeleted = group.counter("rowsDeleted");
        deadLetters = group.counter("deadLetters");
        group.gauge("openDeadLetters", () -> openDeadLetters);
        group.gauge("commitMillis", () -> commitMillis);
        group.gauge("lagMillis", () -> lagMillis);
    }

    /** @param lag from the source's commit to the lake commit; -1 when not known */
    void committed(long millis, long lag, long inserted, long deleted) {
        commits.inc();
        rowsInserted.inc(inserted);
        rowsDeleted.inc(deleted);
        commitMillis = millis;
        lagMillis = lag;
    }

    /** @param open dead letters of all tables after the commit */
    void quarantined(long added, long open) {
        deadLetters.inc(added);
        openDeadLetters = open;
    }
}
