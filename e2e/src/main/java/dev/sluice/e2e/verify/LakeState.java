package dev.sluice.e2e.verify;

import dev.sluice.lake.Following;
import dev.sluice.lake.Stamp;
import dev.sluice.lake.StampProperties;
import dev.sluice.spec.PipelineSpec.TableSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;

/**
 * What a lake table says about itself that a comparison of rows at a stamp cannot see: that nobody follows it any more,
 * or that what its readers get is not what the pipeline wrote. Reads metadata only.
 */
final class LakeState {
    private final Table table;
    private final TableSpec source;
    private final String pipeline;

    LakeState(Table table, TableSpec source, String pipeline) {
        this.table = table;
        this.source = source;
        this.pipeline = pipeline;
    }

    /** Why the table is not followed, so that its rows cannot be compared; empty when it is. */
    Optional<String> notFollowed() {
        Following following = Following.of(table);
        if (following.stop().isPresent()) {
            return Optional.of("the table is " + following.stop().get().text());
        }
        return following
                .detachedAt()
                .map(at -> "the table is not followed beyond " + at
                        + ": it was out of the pipeline since. Fix: sluice apply loads it anew");
    }

    /** What is wrong with the head of the table; empty when its readers see what the pipeline wrote. */
    List<String> findings() {
        List<String> findings = new ArrayList<>();
        Snapshot head = table.currentSnapshot();
        if (head == null) {
            return findings;
        }
        Optional<Stamp> stamp = Stamp.of(head);
        if (stamp.isEmpty()) {
            findings.add("the head is not ours: snapshot " + head.snapshotId() + " (" + head.operation()
                    + ") has no stamp, and readers of the table see it. Fix: find out who wrote it, then " + resync());
            return findings;
        }
        if (!stamp.get().pipeline().equals(pipeline)) {
            findings.add("the head is not ours: snapshot " + head.snapshotId() + " was written by the pipeline "
                    + stamp.get().pipeline() + ". Fix: give one of the two pipelines another bronze namespace");
        }
        String recorded = table.properties().get(StampProperties.LSN);
        if (!stamp.get().toTableProperties().get(StampProperties.LSN).equals(recorded)) {
            findings.add("the head is not ours: snapshot " + head.snapshotId() + " is at "
                    + stamp.get().position()
                    + ", and the table's property " + StampProperties.LSN + " says "
                    + (recorded == null ? "nothing" : recorded)
                    + ": the table was rolled back or restored, or the property was set by hand. Fix: find out who did"
                    + " it, then " + resync());
        }
        return findings;
    }

    private String resync() {
        return "load the table anew: sluice resync " + source.name();
    }
}
