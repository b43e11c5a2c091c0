package dev.sluice.ingest.sink.carry;

import dev.sluice.ingest.row.KeyBytes;
import dev.sluice.ingest.row.RowCursor;
import dev.sluice.ingest.sink.cut.CarriedFile;
import dev.sluice.ingest.sink.cut.CarriedRow;
import dev.sluice.ingest.sink.file.TableFormat;
import dev.sluice.ingest.sink.row.CutKeys;
import dev.sluice.ingest.sink.spill.ByteArena;
import dev.sluice.ingest.sink.spill.HeapBudget;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * The carried rows of a cut, to be found by the place of their version before. What does not fit in the heap is on local
 * disk. Not thread-safe.
 */
final class WantedRows implements AutoCloseable {
    private final ByteArena rows;
    private final CutKeys byKey;
    private final CutKeys byPosition;
    private final KeyBytes place;
    /** Data files of this cut with versions before, each with its number. */
    private final Map<String, Integer> files = new LinkedHashMap<>();

    /** Rows that lack nothing: no file can hold them. */
    private final List<Long> complete = new ArrayList<>();

    private final TreeSet<Integer> missing = new TreeSet<>();
    private final KeyRanges ranges;
    private long inLake;
    private long inFiles;

    WantedRows(TableFormat format, List<CarriedFile> carried, HeapBudget budget) throws IOException {
        this.rows = new ByteArena(budget);
        this.byKey = new CutKeys(budget);
        this.byPosition = new CutKeys(budget);
        this.place = new KeyBytes(format.source());
        this.ranges = new KeyRanges(format.source(), format.schema());
        RowCursor row =
                new RowCursor(format.source().name(), format.source().columns().size());
        for (CarriedFile file : carried) {
            try (DataInputStream in = new DataInputStream(new BufferedInputStream(
                    format.table().io().newInputFile(file.location()).newStream(), 256 << 10))) {
                for (long left = file.rows(); left > 0; left--) {
                    byte[] bytes = new byte[in.readInt()];
                    in.readFully(bytes);
                    add(bytes, row);
                }
            }
        }
    }

    private void add(byte[] bytes, RowCursor row) {
        CarriedRow carried = CarriedRow.of(bytes);
        row.moveTo(carried.row(), 0);
        boolean isComplete = true;
        for (int column = 0; column < row.columns(); column++) {
            if (row.isUnchanged(column)) {
                missing.add(column);
                isComplete = false;
            }
        }
        long address = rows.add(bytes, 0, bytes.length);
        if (isComplete) {
            complete.add(address);
        } else if (carried.isFromLake()) {
            ranges.add(carried.lakeKey());
            byKey.put(place.of(carried.lakeKey()), address);
            inLake++;
        } else {
            int file = files.computeIfAbsent(carried.file(), location -> files.size());
            byPosition.put(at(file, carried.position()), address);
            inFiles++;
        }
    }

    private KeyBytes at(int file, long position) {
        return place.of(ByteBuffer.allocate(12).putInt(file).putLong(position).array());
    }

    /** Addresses of rows that lack nothing. */
    List<Long> complete() {
        return complete;
    }

    /** Columns that at least one row lacks. */
    TreeSet<Integer> missing() {
        return missing;
    }

    /** Which keys are wanted from the lake, roughly. */
    KeyRanges ranges() {
        return ranges;
    }

    /** Locations of data files of this cut that hold versions before. */
    Iterable<String> files() {
        return files.keySet();
    }

    long leftInLake() {
        return inLake;
    }

    long leftInFiles() {
        return inFiles;
    }

    /** Where the row is whose version before has this key in the lake; -1 if there is none any more. It is taken out. */
    long take(KeyBytes key) {
        long address = byKey.state(key);
        if (address < 0) {
            return -1;
        }
        byKey.put(key, CutKeys.GONE);
        inLake--;
        return address;
    }

    /** The same for a version before that is in a data file of this cut. */
    long take(String file, long position) {
        KeyBytes key = at(files.get(file), position);
        long address = byPosition.state(key);
        if (address < 0) {
            return -1;
        }
        byPosition.put(key, CutKeys.GONE);
        inFiles--;
        return address;
    }

    /** Whether a row waits for the version before that has this key in the lake. */
    boolean isWanted(KeyBytes key) {
        return byKey.state(key) >= 0;
    }

    CarriedRow row(long address) {
        return CarriedRow.of(rows.get(address));
    }

    @Override
    public void close() {
        rows.close();
        byKey.close();
        byPosition.close();
    }
}
