package dev.sluice.ingest.sink.cut;

import dev.sluice.ingest.table.TableStop;
import dev.sluice.lake.Position;
import java.util.List;
import java.util.Optional;

/**
 * What one writer, or all of them together, made of a cut.
 *
 * @param isEarly from a writer: another cut of it follows in the same checkpoint, or a transaction is open, so that this
 *     one is committed by itself and before
 * @param to everything up to here is in it; {@link Position#ZERO} when the writer saw nothing
 * @param commitTimeMicros commit time of {@code to} at the source, microseconds since 1970; 0 when not known
 * @param changes tables with changes
 * @param loads files of loads: from a writer, those closed in this cut; to the committer, those to be published now
 * @param markers loads that are complete
 * @param stops tables that must not go on: nothing of theirs is in this cut
 * @param from the end of the cut before this one: the changes are those in (from, to]; empty for the first cut of
 *     a run, which begins where the run took the pipeline over
 */
public record CutFiles(
        boolean isEarly,
        Position to,
        long commitTimeMicros,
        List<TableFiles> changes,
        List<TableFiles> loads,
        List<LoadMarker> markers,
        List<TableStop> stops,
        Optional<Position> from) {

    /** A cut that does not know yet what comes before it. */
    public CutFiles(
            boolean isEarly,
            Position to,
            long commitTimeMicros,
            List<TableFiles> changes,
            List<TableFiles> loads,
            List<LoadMarker> markers,
            List<TableStop> stops) {
        this(isEarly, to, commitTimeMicros, changes, loads, markers, stops, Optional.empty());
    }

    public CutFiles {
        changes = List.copyOf(changes);
        loads = List.copyOf(loads);
        markers = List.copyOf(markers);
        stops = List.copyOf(stops);
    }

    /** The same cut after another one; it ends there where it brings nothing later. */
    CutFiles after(Optional<Position> end) {
        Position reached = end.map(last -> Position.max(to, last)).orElse(to);
        return new CutFiles(isEarly, reached, commitTimeMicros, changes, loads, markers, stops, end);
    }

    public boolean isEmpty() {
        return to.equals(Position.ZERO) && changes.isEmpty() && loads.isEmpty() && markers.isEmpty() && stops.isEmpty();
    }
}
