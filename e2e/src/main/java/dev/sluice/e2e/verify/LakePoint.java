package dev.sluice.e2e.verify;

import dev.sluice.lake.AsOf;
import dev.sluice.lake.LakeCatalog;
import dev.sluice.lake.Position;
import dev.sluice.lake.Progress;
import dev.sluice.lake.Stamp;
import dev.sluice.spec.Lsn;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;

/**
 * The lake at one LSN: for each table the newest snapshot that is not beyond it. Progress is read before the tables and
 * is recorded after the commit; so every commit up to it is in the tables as loaded.
 *
 * @param tables lake tables by name, with the snapshot to read
 */
record LakePoint(Lsn lsn, Map<String, TableAt> tables) {
    private static final Duration POLL = Duration.ofMillis(250);

    /** A table, its snapshot, and the LSN in that snapshot's stamp. */
    record TableAt(Table table, Snapshot snapshot, Lsn stamp) {}

    /**
     * Waits until the pipeline has brought everything up to {@code atLeast} into the lake.
     *
     * @throws SluiceException E1202 when it does not in time
     */
    static LakePoint await(
            LakeCatalog lake, String pipeline, Lsn atLeast, List<ComparedTable> tables, Duration atMost) {
        Progress progress = new Progress(lake, pipeline);
        long deadline = System.nanoTime() + atMost.toNanos();
        while (true) {
            Optional<Lsn> reached = progress.acknowledged().map(Position::lsn);
            String lacking = "";
            if (reached.isPresent() && atLeast.isAtMost(reached.get())) {
                Map<String, TableAt> found = new HashMap<>();
                for (ComparedTable table : tables) {
                    lacking = find(lake, table, reached.get(), found)
                            ? lacking
                            : table.spec().qualifiedName();
                }
                if (lacking.isEmpty()) {
                    return new LakePoint(reached.get(), Map.copyOf(found));
                }
            }
            if (System.nanoTime() > deadline) {
                throw tooLate(pipeline, atLeast, reached, lacking, atMost);
            }
            LockSupport.parkNanos(POLL.toNanos());
        }
    }

    private static boolean find(LakeCatalog lake, ComparedTable table, Lsn lsn, Map<String, TableAt> found) {
        Optional<Table> loaded = lake.find(lake.bronze(table.spec().name()));
        Optional<Snapshot> snapshot = loaded.flatMap(current -> AsOf.position(current, Position.of(lsn)));
        snapshot.ifPresent(at -> found.put(
                table.spec().qualifiedName(),
                new TableAt(
                        loaded.get(), at, Stamp.of(at).orElseThrow().position().lsn())));
        return snapshot.isPresent();
    }

    private static SluiceException tooLate(
            String pipeline, Lsn atLeast, Optional<Lsn> reached, String lacking, Duration atMost) {
        String state = lacking.isEmpty()
                ? "it has reached " + reached.map(Lsn::toString).orElse("nothing yet")
                : "the table " + lacking + " has no snapshot at or before " + reached.orElseThrow();
        return new SluiceException(
                ErrorCode.E1202,
                "the pipeline " + pipeline + " did not bring the lake to " + atLeast + " within " + atMost.toSeconds()
                        + " s; " + state,
                "see whether the pipeline runs and how far it is behind: sluice status");
    }
}
