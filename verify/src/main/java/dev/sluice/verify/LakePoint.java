package dev.sluice.verify;

import dev.sluice.lake.AsOf;
import dev.sluice.lake.LakeCatalog;
import dev.sluice.lake.Position;
import dev.sluice.lake.Progress;
import dev.sluice.lake.Stamp;
import dev.sluice.spec.Lsn;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import dev.sluice.verify.VerifyReport.State;
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
 * @param tables lake tables by the qualified name of their source
 * @param letters the rows that are not in their tables
 */
record LakePoint(Lsn lsn, Map<String, TableAt> tables, DeadLetters letters) {
    private static final Duration POLL = Duration.ofMillis(250);

    /**
     * A table at the point.
     *
     * @param version what is compared; empty when the table cannot be compared
     * @param state why it cannot
     * @param findings what is wrong with the table itself, whatever its rows
     */
    record TableAt(Optional<Version> version, State state, List<String> findings) {
        static TableAt notCompared(State state, String finding) {
            return new TableAt(Optional.empty(), state, List.of(finding));
        }
    }

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
                Optional<LakePoint> found = find(lake, pipeline, tables, reached.get(), timeIsUp);
                if (found.isPresent()) {
                    return found.get();
                }
            }
            if (timeIsUp) {
                throw tooLate(pipeline, atLeast, reached, atMost);
            }
            LockSupport.parkNanos(POLL.toNanos());
        }
    }

    /** Empty while a table is worth waiting for. */
    private static Optional<LakePoint> find(
            LakeCatalog lake, String pipeline, List<ComparedTable> tables, Lsn lsn, boolean timeIsUp) {
        DeadLetters letters = DeadLetters.at(lake, pipeline, lsn);
        Map<String, TableAt> found = new HashMap<>();
        for (ComparedTable table : tables) {
            Optional<TableAt> at = find(lake, pipeline, table.spec().name(), lsn);
            if (at.isEmpty() && !timeIsUp) {
                return Optional.empty();
            }
            found.put(table.spec().qualifiedName(), at.orElseGet(() -> notLoaded(lsn)));
        }
        // A replay moves letters into their tables at the position that these have: both from before it, or both after.
        return letters.isSameAs(DeadLetters.at(lake, pipeline, lsn))
                ? Optional.of(new LakePoint(lsn, found, letters))
                : Optional.empty();
    }

    /** Empty when there is nothing of the table yet. */
    private static Optional<TableAt> find(LakeCatalog lake, String pipeline, String name, Lsn lsn) {
        Optional<Table> found = lake.find(lake.bronze(name));
        if (found.isEmpty()) {
            return Optional.empty();
        }
        Table table = found.get();
        LakeState state = new LakeState(table, pipeline);
        Optional<LakeState.NotFollowed> notFollowed = state.notFollowed();
        if (notFollowed.isPresent()) {
            return Optional.of(TableAt.notCompared(
                    notFollowed.get().state(), notFollowed.get().finding()));
        }
        try {
            List<String> findings = state.findings();
            Optional<Version> version = state.isLoadedAt(lsn) ? version(table, lsn) : Optional.empty();
            return version.isEmpty() && findings.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new TableAt(version, State.DIFFERENT, findings));
        } catch (SluiceException e) {
            if (e.code() != ErrorCode.E0505) {
                throw e;
            }
            return Optional.of(TableAt.notCompared(State.DIFFERENT, String.valueOf(e.getMessage())));
        }
    }

    private static Optional<Version> version(Table table, Lsn lsn) {
        return AsOf.position(table, Position.of(lsn))
                .map(snapshot -> new Version(
                        table,
                        snapshot,
                        Stamp.of(snapshot).orElseThrow().position().lsn()));
    }

    private static TableAt notLoaded(Lsn lsn) {
        return TableAt.notCompared(
                State.NOT_LOADED,
                "there is no lake table of it at or before " + lsn
                        + ". Fix: sluice apply loads a table that is missing; sluice status shows how far it is");
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
