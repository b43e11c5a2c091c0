package dev.sluice.trino.model;

import dev.sluice.lake.Position;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import dev.sluice.trino.asof.AsOfPoint;
import dev.sluice.trino.asof.AsOfRewriter;
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
record Pins(Position position, Instant sourceCommitTime, Map<LakeTable, AtSnapshot> inputs) {

    /**
     * Pins the inputs.
     *
     * @param point empty: the pipeline's progress
     * @throws SluiceException E1004 when an input has no snapshot there or the pipeline has not got that far
     */
    static Pins at(Optional<AsOfPoint> point, Collection<LakeTable> inputs, SnapshotLookup lookup) {
        Position position = point.map(asked -> position(asked, inputs, lookup)).orElseGet(() -> progress(lookup));
        Map<LakeTable, AtSnapshot> pinned = AsOfRewriter.snapshots(inputs, new AsOfPoint.AtPosition(position), lookup);
        Instant time = pinned.values().stream()
                .flatMap(snapshot -> snapshot.sourceCommitTime().stream())
                .max(Instant::compareTo)
                .orElse(Instant.EPOCH);
        return new Pins(position, time, pinned);
    }

    private static Position progress(SnapshotLookup lookup) {
        return lookup.progress()
                .orElseThrow(() -> new SluiceException(
                        ErrorCode.E1004,
                        "the pipeline has not committed anything to the lake yet",
                        "start it (./sluice apply) and wait for its load to end"));
    }

    /** A time or tag means the greatest LSN among the snapshots that it finds. */
    private static Position position(AsOfPoint point, Collection<LakeTable> inputs, SnapshotLookup lookup) {
        if (point instanceof AsOfPoint.AtPosition(Position position)) {
            return position;
        }
        return AsOfRewriter.snapshots(inputs, point, lookup).values().stream()
                .flatMap(snapshot -> snapshot.position().stream())
                .max(Position::compareTo)
                .orElseThrow(() -> new SluiceException(
                        ErrorCode.E1004, point + " is not on a snapshot with an LSN", "give an LSN"));
    }
}
