package dev.sluice.ingest.sink.cut;

import dev.sluice.ingest.table.TableStop;
import dev.sluice.lake.Position;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;

/**
 * Puts the parts of a cut together and holds back the files of loads until their load is complete, so that a load is
 * published as one snapshot per table. Files of another load of the same table are dropped: that load was started over.
 */
public final class CutMerger {
    /** Files of loads that are not complete yet. */
    private final List<TableFiles> staged = new ArrayList<>();
    /** Tables that were stopped while this ran: their loads are never published. */
    private final Map<Integer, TableStop> stopped = new TreeMap<>();

    /** Where the last cut ended. */
    private Optional<Position> end = Optional.empty();

    /** The staged files and the stopped tables, and where the last cut ended, to be kept over a restart. */
    public CutFiles snapshot() {
        return new CutFiles(false, Position.ZERO, 0, List.of(), staged, List.of(), List.copyOf(stopped.values()), end);
    }

    public void restore(CutFiles snapshot) {
        staged.addAll(snapshot.loads());
        end = snapshot.from();
        snapshot.stops().forEach(stop -> stopped.put(stop.table(), stop));
    }

    /**
     * The cuts of a checkpoint in the order in which they are to be committed, from what the writers made of them. Those
     * that end before a large transaction come one by one; what else there is makes the last one.
     */
    public List<CutFiles> merge(Collection<CutFiles> parts) {
        parts.forEach(part -> part.loads().forEach(this::stage));
        List<CutFiles> cuts = new ArrayList<>();
        List<CutFiles> last = new ArrayList<>();
        for (CutFiles part : parts) {
            if (part.isEarly()) {
                cuts.add(chained(together(List.of(part))));
            } else {
                last.add(part);
            }
        }
        CutFiles rest = together(last);
        if (!rest.isEmpty()) {
            cuts.add(chained(rest));
        }
        return cuts;
    }

    private CutFiles chained(CutFiles cut) {
        CutFiles next = cut.after(end);
        end = next.to().equals(Position.ZERO) ? end : Optional.of(next.to());
        return next;
    }

    private CutFiles together(Collection<CutFiles> parts) {
        Position to = Position.ZERO;
        long timeMicros = 0;
        Map<Integer, List<TableFiles>> byTable = new TreeMap<>();
        List<LoadMarker> markers = new ArrayList<>();
        Map<Integer, TableStop> stops = new TreeMap<>();
        for (CutFiles part : parts) {
            if (to.isAtMost(part.to())) {
                to = part.to();
                timeMicros = part.commitTimeMicros() != 0 ? part.commitTimeMicros() : timeMicros;
            }
            part.changes()
                    .forEach(files -> byTable.computeIfAbsent(files.table(), table -> new ArrayList<>())
                            .add(files));
            markers.addAll(part.markers());
            part.stops().forEach(stop -> stops.putIfAbsent(stop.table(), stop));
        }
        List<TableFiles> changes =
                byTable.values().stream().map(CutMerger::mergeTable).toList();
        List<TableFiles> loads = new ArrayList<>();
        changes = changes.stream()
                .filter(files -> !stops.containsKey(files.table()))
                .toList();
        stopped.putAll(stops);
        staged.removeIf(files -> stopped.containsKey(files.table()));
        List<LoadMarker> complete = together(markers).stream()
                .map(marker -> marker.without(stopped.keySet()))
                .toList();
        for (LoadMarker marker : complete) {
            for (int i = 0; i < marker.tables().length; i++) {
                loads.add(publish(marker, i));
            }
        }
        return new CutFiles(false, to, timeMicros, changes, loads, complete, List.copyOf(stops.values()));
    }

    /** A table that is loaded anew is read at a higher LSN; a slow reader may bring files of the load before even then. */
    private void stage(TableFiles files) {
        for (TableFiles other : staged) {
            if (other.table() == files.table() && Long.compareUnsigned(other.lowestLsn(), files.lowestLsn()) > 0) {
                return;
            }
        }
        staged.removeIf(other -> other.table() == files.table() && other.lowestLsn() != files.lowestLsn());
        staged.add(files);
    }

    /** Tables that became complete one after the other at one LSN are published together. */
    private static List<LoadMarker> together(List<LoadMarker> markers) {
        Map<Long, LoadMarker> byLsn = new LinkedHashMap<>();
        markers.forEach(marker -> byLsn.merge(marker.lsn(), marker, LoadMarker::with));
        return List.copyOf(byLsn.values());
    }

    private TableFiles publish(LoadMarker marker, int index) {
        int table = marker.tables()[index];
        List<DataFile> files = new ArrayList<>();
        List<CarriedFile> quarantined = new ArrayList<>();
        long rows = 0;
        for (TableFiles part : staged) {
            if (part.table() == table && part.lowestLsn() == marker.lsn()) {
                files.addAll(part.dataFiles());
                quarantined.addAll(part.carried());
                rows += part.rowsInserted();
            }
        }
        staged.removeIf(part -> part.table() == table);
        if (marker.rows().length > 0 && marker.rows()[index] != rows) {
            throw new SluiceException(
                    ErrorCode.E1901,
                    "the source read " + marker.rows()[index] + " rows of table number " + table
                            + ", the writers wrote " + rows,
                    "nothing was published; start the pipeline again, the load starts over");
        }
        return new TableFiles(table, marker.lsn(), marker.lsn(), 0, rows, 0, files, List.of(), quarantined);
    }

    private static TableFiles mergeTable(List<TableFiles> parts) {
        long truncateLsn = 0;
        for (TableFiles part : parts) {
            truncateLsn = Long.compareUnsigned(part.truncateLsn(), truncateLsn) > 0 ? part.truncateLsn() : truncateLsn;
        }
        TableFiles first = parts.get(0);
        long lowest = first.lowestLsn();
        long highest = first.highestLsn();
        long inserted = 0;
        long deleted = 0;
        List<DataFile> dataFiles = new ArrayList<>();
        List<DeleteFile> deleteFiles = new ArrayList<>();
        List<CarriedFile> carried = new ArrayList<>();
        for (TableFiles part : parts) {
            lowest = Long.compareUnsigned(part.lowestLsn(), lowest) < 0 ? part.lowestLsn() : lowest;
            highest = Long.compareUnsigned(part.highestLsn(), highest) > 0 ? part.highestLsn() : highest;
            if (part.truncateLsn() != truncateLsn && !isAfter(part, truncateLsn)) {
                throw new SluiceException(
                        ErrorCode.E1901,
                        "a TRUNCATE of table number " + first.table() + " did not reach every writer",
                        "nothing of the cut was committed; report this");
            }
            inserted += part.rowsInserted();
            deleted += part.rowsDeleted();
            dataFiles.addAll(part.dataFiles());
            deleteFiles.addAll(part.deleteFiles());
            carried.addAll(part.carried());
        }
        return new TableFiles(
                first.table(), lowest, highest, truncateLsn, inserted, deleted, dataFiles, deleteFiles, carried);
    }

    private static boolean isAfter(TableFiles part, long lsn) {
        return Long.compareUnsigned(part.lowestLsn(), lsn) > 0;
    }
}
