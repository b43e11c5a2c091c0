package dev.sluice.ingest.sink.cut;

import dev.sluice.ingest.table.TableStop;
import java.util.List;

/**
 * What one writer, or all of them together, made of a cut.
 *
 * @param isEarly from a writer: another cut of it follows in the same checkpoint, or a transaction is open, so that this
 *     one is committed by itself and before
 * @param lsn everything up to here is in it; 0 when the writer saw nothing
 * @param commitTimeMicros commit time of {@code lsn} at the source, microseconds since 1970; 0 when not known
 * @param changes tables with changes
 * @param loads files of loads: from a writer, those closed in this cut; to the committer, those to be published now
 * @param markers loads that are complete
 * @param stops tables that must not go on: nothing of theirs is in this cut
 * @param from the end of the cut before this one: the changes are those in (from, lsn]
 */
public record CutFiles(
        boolean isEarly,
        long lsn,
        long commitTimeMicros,
        List<TableFiles> changes,
        List<TableFiles> loads,
        List<LoadMarker> markers,
        List<TableStop> stops,
        long from) {

    /** Where a cut begins that is the first of its run: where the run took the pipeline over. */
    public static final long FROM_CLAIM = -1;

    /** A cut that does not know yet what comes before it. */
    public CutFiles(
            boolean isEarly,
            long lsn,
            long commitTimeMicros,
            List<TableFiles> changes,
            List<TableFiles> loads,
            List<LoadMarker> markers,
            List<TableStop> stops) {
        this(isEarly, lsn, commitTimeMicros, changes, loads, markers, stops, FROM_CLAIM);
    }

    public CutFiles {
        changes = List.copyOf(changes);
        loads = List.copyOf(loads);
        markers = List.copyOf(markers);
        stops = List.copyOf(stops);
    }

    /** The same cut after another one; it ends there where it brings nothing later. */
    CutFiles after(long end) {
        boolean isBehind = end != FROM_CLAIM && Long.compareUnsigned(lsn, end) < 0;
        return new CutFiles(isEarly, isBehind ? end : lsn, commitTimeMicros, changes, loads, markers, stops, end);
    }

    public boolean isEmpty() {
        return lsn == 0 && changes.isEmpty() && loads.isEmpty() && markers.isEmpty() && stops.isEmpty();
    }
}
