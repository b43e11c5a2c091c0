package dev.sluice.e2e.verify;

import dev.sluice.lake.AsOf;
import dev.sluice.lake.LakeCatalog;
import dev.sluice.lake.Position;
import dev.sluice.lake.Progress;
import dev.sluice.lake.Stamp;
import dev.sluice.spec.Lsn;
import dev.sluice.spec.PipelineSpec.TableSpec;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.time.Duration;
import java.util.ArrayList;
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
 * @param tables lake tables by the qualified name of their source
 */
record LakePoint(Lsn lsn, Map<String, TableAt> tables) {
    private static final Duration POLL = Duration.ofMillis(250);

    /**
     * A table at the point.
     *
     * @param version what is compared; empty when the table cannot be compared, {@code findings} say why
     * @param findings what is wrong with the table itself, whatever its rows
     */
    record TableAt(Optional<Version> version, List<String> findings) {}

    /** A table, the snapshot to read, and the LSN in that snapshot's stamp. */
    record Version(Table table, Snapshot snapshot, Lsn stamp) {}

    /**
     * Waits until the pipeline has brought everything up to {@code atLeast} into the lake. A table that is still not
     * there when the time is up is reported, and the others are compared.
     *
     * @throws SluiceException E1202 when the pipeline as a whole does not get there in time
     */
    static LakePoint await(
            LakeCatalog lake, String pipeline, Lsn atLeast, List<ComparedTable> tables, Duration atMost) {
        Progress progress = new Progress(lake, pipeline);
        long deadline = System.nanoTime() + atMost.toNanos();
        while (true) {
            Optional<Lsn> reached = progress.acknowledged().map(Position::lsn);
            boolean timeIsUp = System.nanoTime() > deadline;
            if (reached.isPresent() && atLeast.isAtMost(reached.get())) {
                Optional<Map<String, TableAt>> found = find(lake, pipeline, tables, reached.get(), timeIsUp);
                if (found.isPresent()) {
                    return new LakePoint(reached.get(), found.get());
                }
            } else if (timeIsUp) {
                throw tooLate(pipeline, atLeast, reached, atMost);
            }
            LockSupport.parkNanos(POLL.toNanos());
        }
    }

    /** Empty while a table is worth waiting for. */
    private static Optional<Map<String, TableAt>> find(
            LakeCatalog lake, String pipeline, List<ComparedTable> tables, Lsn lsn, boolean timeIsUp) {
        Map<String, TableAt> found = new HashMap<>();
        for (ComparedTable table : tables) {
            TableAt at = find(lake, pipeline, table.spec(), lsn);
            if (at.version().isEmpty() && at.findings().isEmpty() && !timeIsUp) {
                return Optional.empty();
            }
            found.put(
                    table.spec().qualifiedName(),
                    at.version().isPresent() || !at.findings().isEmpty() ? at : missing(lsn));
        }
        return Optional.of(found);
    }

    private static TableAt find(LakeCatalog lake, String pipeline, TableSpec source, Lsn lsn) {
        Optional<Table> table = lake.find(lake.bronze(source.name()));
        if (table.isEmpty()) {
            return new TableAt(Optional.empty(), List.of());
        }
        LakeState state = new LakeState(table.get(), source, pipeline);
        List<String> findings = new ArrayList<>(state.findings());
        Optional<String> notFollowed = state.notFollowed();
        notFollowed.ifPresent(findings::add);
        Optional<Version> version = notFollowed.isPresent()
                ? Optional.empty()
                : AsOf.position(table.get(), Position.of(lsn))
                        .map(snapshot -> new Version(
                                table.get(),
                                snapshot,
                                Stamp.of(snapshot).orElseThrow().position().lsn()));
        return new TableAt(version, List.copyOf(findings));
    }

    private static TableAt missing(Lsn lsn) {
        return new TableAt(
                Optional.empty(),
                List.of("there is no lake table of it at or before " + lsn
                        + ". Fix: sluice apply loads a table that is missing; sluice status shows how far it is"));
    }

    private static SluiceException tooLate(String pipeline, Lsn atLeast, Optional<Lsn> reached, Duration atMost) {
        return new SluiceException(
                ErrorCode.E1202,
                "the pipeline " + pipeline + " did not bring the lake to " + atLeast + " within " + atMost.toSeconds()
                        + " s; it has reached "
                        + reached.map(Lsn::toString).orElse("nothing yet"),
                "see whether the pipeline runs and how far it is behind: sluice status");
    }
}
