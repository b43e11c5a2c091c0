package dev.sluice.cli.demo;

import dev.sluice.cli.pipeline.PipelineControl;
import dev.sluice.lake.Stamp;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;

/** The pipeline is applied; its load is published as one snapshot per table, all at one LSN. */
final class LoadStep {
    /** A load of so many rows is repeated, because the first one says as much about a cold JVM as about rows. */
    private static final long REPEATED_ROWS_MIN = 1_000_000;

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
        if (MeasuredLoad.published(demo).isPresent()) {
            PipelineControl.Outcome outcome = control.apply(demo.spec(), demo.specFile());
            narrator.say(
                    "the lake was loaded by an earlier demo and streams on from %s (%s)",
                    MeasuredLoad.published(demo).orElseThrow(), outcome);
            return;
        }
        PlainCopy.Measured copy = load("load, submit to published");
        if (copy.rows() >= REPEATED_ROWS_MIN) {
            narrator.say(
                    "once more, now that the TaskManager is warm: `sluice drop %s --tables --yes`, and load anew",
                    demo.spec().pipeline());
            control.drop(demo.spec(), true);
            load("the same load once more");
        }
    }

    private PlainCopy.Measured load(String measure) throws SQLException, IOException, InterruptedException {
        Narrator narrator = demo.narrator();
        PlainCopy.Measured copy;
        try (Connection connection = demo.shop().connect()) {
            copy = PlainCopy.run(connection, demo.spec().source().tables());
        }
        narrator.say(
                "yardstick: a plain COPY of the same tables to nowhere: %,d rows in %.2f s, %,.0f rows/s",
                copy.rows(), copy.took().toNanos() / 1e9, copy.rowsPerSecond());
        MeasuredLoad.Took took = new MeasuredLoad(demo, control, taskManager).run();
        long rows = tellTables();
        narrator.check(
                rows == copy.rows(), "published at LSN %s: %,d rows, as many as COPY gave", took.position(), rows);
        took.tell(narrator, measure, copy);
        return copy;
    }

    /** Rows of all tables. */
    private long tellTables() {
        List<List<String>> table = new ArrayList<>(List.of(List.of("table", "rows", "files", "bytes")));
        long rows = 0;
        for (String name : demo.tables()) {
            Map<String, String> summary = loadSnapshot(name).summary();
            long added = Long.parseLong(summary.getOrDefault("added-records", "0"));
            rows += added;
            table.add(List.of(
                    "bronze." + name,
                    String.format("%,d", added),
                    summary.getOrDefault("added-data-files", "0"),
                    String.format("%,d", Long.parseLong(summary.getOrDefault("added-files-size", "0")))));
        }
        demo.narrator().table(table);
        return rows;
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
