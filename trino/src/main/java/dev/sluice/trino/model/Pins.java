package dev.sluice.trino.model;

import dev.sluice.spec.Lsn;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import dev.sluice.trino.asof.AsOfRewriter;
import dev.sluice.trino.asof.Position;
import dev.sluice.trino.asof.SnapshotLookup;
import dev.sluice.trino.asof.SnapshotLookup.AtSnapshot;
import dev.sluice.trino.asof.SnapshotLookup.LakeTable;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;

/**
 * The one LSN of a run and the snapshot of each input at it.
 *
 * @param sourceCommitTime the newest source commit time among the inputs; the epoch when none is known
 */
record Pins(Lsn lsn, Instant sourceCommitTime, Map<LakeTable, AtSnapshot> inputs) {

    /**
     * Pins the inputs.
     *
     * @param position empty: the pipeline's progress
     * @throws SluiceException E1004 when an input has no snapshot there or the pipeline has not got that far
     */
    static Pins at(Optional<Position> position, Collection<LakeTable> inputs, SnapshotLookup lookup) {
        Lsn lsn = position.map(asked -> lsn(asked, inputs, lookup)).orElseGet(() -> progress(lookup));
        Map<LakeTable, AtSnapshot> pinned = AsOfRewriter.snapshots(inputs, new Position.AtLsn(lsn), lookup);
        Instant time = pinned.values().stream()
                .flatMap(snapshot -> snapshot.sourceCommitTime().stream())
                .max(Instant::compareTo)
                .orElse(Instant.EPOCH);
        return new Pins(lsn, time, pinned);
    }

    private static Lsn progress(SnapshotLookup lookup) {
        return lookup.progress()
                .orElseThrow(() -> new SluiceException(
                        ErrorCode.E1004,
                        "the pipeline has not committed anything to the lake yet",
                        "start it (./sluice apply) and wait for its load to end"));
    }

    /** A time or tag means the greatest LSN among the snapshots that it finds. */
    private static Lsn lsn(Position position, Collection<LakeTable> inputs, SnapshotLookup lookup) {
        if (position instanceof Position.AtLsn(Lsn lsn)) {
            return lsn;
        }
        return AsOfRewriter.snapshots(inputs, position, lookup).values().stream()
                .flatMap(snapshot -> snapshot.lsn().stream())
                .max(Lsn::compareTo)
                .orElseThrow(() -> new SluiceException(
                        ErrorCode.E1004, position + " is not on a snapshot with an LSN", "give an LSN"));
    }
}
