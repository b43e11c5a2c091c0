package dev.sluice.cli.demo;

import dev.sluice.cli.Session;
import dev.sluice.cli.pipeline.UpkeepRun;
import dev.sluice.compaction.job.TableReport;
import dev.sluice.lake.Position;
import dev.sluice.lake.Progress;
import dev.sluice.lake.Tags;
import dev.sluice.spec.PipelineSpec;
import dev.sluice.spec.time.Waiting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.iceberg.Table;

/** A compaction that applies deletes, and an expiry that keeps a tag, beside the live pipeline. */
final class UpkeepStep {
    private static final String TAG = "before-upkeep";
    /** Half of the tables, for the show: what takes the time is to run all this for the first time in a new JVM. */
    private static final List<String> TABLES = List.of("orders", "order_items", "payments", "products");

    private static final Duration COMMITS_GO_ON_WITHIN = Duration.ofSeconds(30);

    private final DemoContext demo;
    private final Session session;

    UpkeepStep(DemoContext demo, Session session) {
        this.demo = demo;
        this.session = session;
    }

    void run() throws InterruptedException {
        Narrator narrator = demo.narrator();
        narrator.step(
                "Upkeep",
                "On the same Flink cluster, while the pipeline commits: rewrite small files with their deletes, expire snapshots, keep a tag.");
        Table orders = demo.lake().load(demo.lake().bronze("orders"));
        long tagged = orders.currentSnapshot().snapshotId();
        if (Tags.list(orders).containsKey(TAG)) {
            orders.manageSnapshots().removeTag(TAG).commit();
        }
        Tags.create(orders, TAG, tagged, Optional.empty());
        PipelineSpec spec = demo.spec();
        // For the show: expire at once what is not among the newest, instead of after days.
        PipelineSpec.UpkeepSpec eager =
                new PipelineSpec.UpkeepSpec(spec.upkeep().targetFileSizeBytes(), 2, 1, Duration.ZERO, 2);
        long start = System.nanoTime();
        Position before = progress();
        Map<String, TableReport> reports = new UpkeepRun(session).run(spec.withUpkeep(eager), TABLES);
        List<List<String>> table =
                new ArrayList<>(List.of(List.of("table", "data files", "delete files", "snapshots", "note")));
        boolean clean = reports.size() == TABLES.size();
        for (Map.Entry<String, TableReport> entry : reports.entrySet()) {
            TableReport report = entry.getValue();
            clean &= report.error().isEmpty();
            table.add(List.of(
                    entry.getKey(),
                    report.before().dataFiles() + " -> " + report.after().dataFiles(),
                    report.before().deleteFiles() + " -> " + report.after().deleteFiles(),
                    report.before().snapshots() + " -> " + report.after().snapshots(),
                    report.error().isEmpty() ? "" : report.error()));
        }
        narrator.table(table);
        narrator.check(clean, "%d tables were tended; `./sluice maintain` tends all", TABLES.size());
        orders.refresh();
        narrator.check(orders.snapshot(tagged) != null, "the snapshot with the tag '%s' is still there", TAG);
        narrator.check(goesOn(before), "the pipeline went on committing meanwhile");
        narrator.measured("upkeep", "%d tables in %.1f s", TABLES.size(), (System.nanoTime() - start) / 1e9);
    }

    private boolean goesOn(Position before) throws InterruptedException {
        return Waiting.atMost(COMMITS_GO_ON_WITHIN).until(() -> progress().compareTo(before) > 0);
    }

    private Position progress() {
        return new Progress(demo.lake(), demo.spec().pipeline()).acknowledged().orElse(Position.ZERO);
    }
}
