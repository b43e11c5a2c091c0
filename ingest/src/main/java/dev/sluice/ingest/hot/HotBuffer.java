package dev.sluice.ingest.hot;

import dev.sluice.ingest.batch.RowBatch;
import dev.sluice.ingest.sink.row.CutKeys;
import dev.sluice.ingest.sink.row.KeyBytes;
import dev.sluice.ingest.sink.row.RowCursor;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The rows of one table that the next flush inserts, in RowBinary. Of several changes of a key only the last is kept.
 * Assumes that the changes of a table come in commit order. Not thread-safe; owned by the writer.
 */
final class HotBuffer {
    private static final int INITIAL_ROWS = 1 << 10;
    private static final int KEPT_BYTES_MAX = 16 << 20;
    /** The highest LSN: they are unsigned. */
    private static final long NO_LIMIT = -1;

    private final HotTable table;
    private final RowCursor newRow;
    private final RowCursor oldRow;
    /** Of the last change, and of the last one before the buffer was cleared. */
    private long newestLsn;

    private long flushedLsn;
    private final KeyBytes newKey;
    private final KeyBytes oldKey;
    private final RowBinary rows = new RowBinary();
    private final CutKeys newest = new CutKeys();
    private final BitSet dead = new BitSet();
    private final Map<Integer, Hole> holes = new HashMap<>();
    private int[] starts = new int[INITIAL_ROWS];
    private int count;
    private boolean holdsLoad;
    /** The last commit whose own time was seen: every change of a transaction gets the same time, and so one partition. */
    private long timedLsn;

    private long timedMicros;

    HotBuffer(HotTable table) {
        this.table = table;
        int columns = table.source().columns().size();
        this.newRow = new RowCursor(table.name(), columns);
        this.oldRow = new RowCursor(table.name(), columns);
        this.newKey = new KeyBytes(table.source());
        this.oldKey = new KeyBytes(table.source());
    }

    HotTable table() {
        return table;
    }

    boolean isEmpty() {
        return count == 0;
    }

    int bytes() {
        return rows.length();
    }

    /** Rows of a load are not looked up by key, so they must be stored before the table's first change. */
    boolean holdsLoad() {
        return holdsLoad;
    }

    /** Appends the rows of a load; {@code nowMicros} stands for their commit time, which nobody knows. */
    void load(RowBatch batch, long nowMicros) {
        holdsLoad = true;
        for (int i = 0; i < batch.count; i++) {
            newRow.moveTo(batch.bytes, batch.newOffsets[i]);
            begin();
            appendRow(newRow, batch.lsn, nowMicros, null);
        }
    }

    /** Appends change {@code i}, which is no TRUNCATE. */
    void change(RowBatch batch, int i, long nowMicros) {
        long lsn = batch.lsns[i];
        newestLsn = lsn;
        long micros = commitMicros(batch, lsn, nowMicros);
        boolean hasOld = batch.oldOffsets != null && batch.oldOffsets[i] != RowBatch.NONE;
        if (hasOld) {
            oldKey.of(oldRow.moveTo(batch.bytes, batch.oldOffsets[i]));
        }
        if (batch.operations[i] == RowBatch.DELETE) {
            appendDeleted(oldRow, oldKey, lsn, micros);
            return;
        }
        newRow.moveTo(batch.bytes, batch.newOffsets[i]);
        if (batch.oldRowsAreFull && hasOld) {
            takeUnchanged();
        }
        newKey.of(newRow);
        boolean movesKey = hasOld && !sameKey();
        int ordinal = count;
        begin();
        appendRow(newRow, lsn, micros, movesKey ? oldKey : newKey);
        replace(newKey, ordinal);
        if (movesKey) {
            appendDeleted(oldRow, oldKey, lsn, micros);
        }
    }

    private void takeUnchanged() {
        for (int column = 0; column < newRow.columns(); column++) {
            if (newRow.isUnchanged(column)) {
                newRow.take(column, oldRow);
            }
        }
    }

    private boolean sameKey() {
        for (HotColumn key : table.keys()) {
            int column = key.index();
            int oldStart = oldRow.offset(column);
            int newStart = newRow.offset(column);
            if (!Arrays.equals(
                    oldRow.bytes(column),
                    oldStart,
                    oldStart + oldRow.length(column),
                    newRow.bytes(column),
                    newStart,
                    newStart + newRow.length(column))) {
                return false;
            }
        }
        return true;
    }

    private long commitMicros(RowBatch batch, long lsn, long nowMicros) {
        if (lsn == timedLsn) {
            return timedMicros;
        }
        long micros = batch.commitTimeMicros == 0 ? nowMicros : batch.commitTimeMicros;
        if (lsn == batch.lsn) {
            timedLsn = lsn;
            timedMicros = micros;
        }
        return micros;
    }

    private void begin() {
        if (count == starts.length) {
            starts = Arrays.copyOf(starts, count * 2);
        }
        starts[count++] = rows.length();
    }

    private void replace(KeyBytes key, int ordinal) {
        long earlier = newest.state(key);
        if (earlier >= 0) {
            dead.set((int) earlier);
            holes.remove((int) earlier);
        }
        newest.put(key, ordinal);
    }

    private void appendDeleted(RowCursor row, KeyBytes key, long lsn, long micros) {
        int ordinal = count;
        begin();
        appendHead(row, lsn, true, micros);
        for (HotColumn column : table.others()) {
            column.writeAbsent(rows);
        }
        replace(key, ordinal);
    }

    private void appendHead(RowCursor row, long lsn, boolean isDeleted, long micros) {
        appendKey(row, rows);
        rows.int64(lsn);
        rows.int8(isDeleted ? 1 : 0);
        rows.int64(micros);
    }

    private void appendKey(RowCursor row, RowBinary out) {
        for (HotColumn key : table.keys()) {
            int column = key.index();
            if (row.length(column) < 0 || !key.write(row.bytes(column), row.offset(column), row.length(column), out)) {
                throw new SluiceException(
                        ErrorCode.E0401,
                        "table " + table.name() + ": key column " + key.name()
                                + " has a value that ClickHouse cannot hold (dates and times reach from 1900 to 2299)",
                        "Leave the table out of hot.tables.");
            }
        }
    }

    /** @param lookup key of the row that had the unchanged values; null for a load, which has none */
    private void appendRow(RowCursor row, long lsn, long micros, KeyBytes lookup) {
        appendHead(row, lsn, false, micros);
        List<int[]> lacking = null;
        List<HotColumn> others = table.others();
        for (int i = 0; i < others.size(); i++) {
            HotColumn column = others.get(i);
            int length = row.length(column.index());
            if (length == RowBatch.UNCHANGED) {
                if (!copyUnchanged(i, lookup)) {
                    lacking = lacking == null ? new ArrayList<>() : lacking;
                    lacking.add(new int[] {i, rows.length()});
                }
            } else if (length >= 0
                    ? !column.write(row.bytes(column.index()), row.offset(column.index()), length, rows)
                    : !column.writeNull(rows)) {
                throw ScalarCodec.malformed("NULL for the NOT NULL column " + table.name() + "." + column.name());
            }
        }
        if (lacking != null) {
            holes.put(count - 1, hole(lacking, lookup, lsn));
        }
    }

    /** Takes the value from the row in this buffer that the update changed; false when it is not here. */
    private boolean copyUnchanged(int other, KeyBytes lookup) {
        if (lookup == null) {
            throw ScalarCodec.malformed("an unchanged value in a load");
        }
        long ordinal = newest.state(lookup);
        if (ordinal < 0) {
            return false;
        }
        Hole hole = holes.get((int) ordinal);
        if (hole != null && hole.lacks(other)) {
            return false;
        }
        byte[] bytes = rows.bytes();
        int at = starts[(int) ordinal];
        for (HotColumn key : table.keys()) {
            at = key.skip(bytes, at);
        }
        at += HotTable.VERSION_BYTES;
        for (int i = 0; i < other; i++) {
            at = hole != null && hole.lacks(i) ? at : table.others().get(i).skip(bytes, at);
        }
        rows.raw(bytes, at, table.others().get(other).skip(bytes, at) - at);
        return true;
    }

    private Hole hole(List<int[]> lacking, KeyBytes lookup, long lsn) {
        long ordinal = newest.state(lookup);
        Hole earlier = ordinal < 0 ? null : holes.get((int) ordinal);
        RowBinary key = new RowBinary();
        appendKey(lookup == oldKey ? oldRow : newRow, key);
        List<Hole.Lookup> lookups = new ArrayList<>();
        // Unless its transaction began before the last flush, a stored row of its own LSN says that the change is
        // repeated: the row is under its new key by then, and under the old one there may be another.
        boolean isWholeHere = lsn != flushedLsn;
        boolean moves = lookup == oldKey;
        if (moves && (isWholeHere || newest.state(newKey) < 0)) {
            RowBinary reached = new RowBinary();
            appendKey(newRow, reached);
            lookups.add(new Hole.Lookup(Arrays.copyOf(reached.bytes(), reached.length()), lsn, NO_LIMIT));
        }
        lookups.add(new Hole.Lookup(
                Arrays.copyOf(key.bytes(), key.length()),
                earlier == null ? 0 : lsnOf((int) ordinal),
                moves && isWholeHere ? lsn - 1 : lsn));
        if (earlier != null) {
            lookups.addAll(earlier.lookups());
        }
        int[] columns = lacking.stream().mapToInt(pair -> pair[0]).toArray();
        int[] offsets = lacking.stream().mapToInt(pair -> pair[1]).toArray();
        return new Hole(List.copyOf(lookups), columns, offsets);
    }

    private long lsnOf(int ordinal) {
        int at = starts[ordinal];
        for (HotColumn key : table.keys()) {
            at = key.skip(rows.bytes(), at);
        }
        return RowBinary.int64At(rows.bytes(), at);
    }

    /** What to insert; {@code unchanged} fills the holes. The result is good until the buffer is changed or cleared. */
    SealedRows seal(UnchangedValues unchanged) {
        if (dead.isEmpty() && holes.isEmpty()) {
            return new SealedRows(rows.bytes(), rows.length(), count, 0);
        }
        UnchangedValues.Found found = holes.isEmpty() ? null : unchanged.find(table, holes.values());
        RowBinary out = new RowBinary();
        int omitted = 0;
        int live = 0;
        for (int ordinal = dead.nextClearBit(0); ordinal < count; ordinal = dead.nextClearBit(ordinal + 1)) {
            int end = ordinal + 1 < count ? starts[ordinal + 1] : rows.length();
            Hole hole = holes.get(ordinal);
            if (hole == null) {
                out.raw(rows.bytes(), starts[ordinal], end - starts[ordinal]);
            } else if (!found.fill(hole, rows.bytes(), starts[ordinal], end, out)) {
                omitted++;
                continue;
            }
            live++;
        }
        return new SealedRows(out.bytes(), out.length(), live, omitted);
    }

    /**
     * Rows ready for an insert.
     *
     * @param omitted rows left out because their unchanged values are not in ClickHouse
     */
    record SealedRows(byte[] bytes, int length, int rows, int omitted) {}

    void clear() {
        rows.clear(KEPT_BYTES_MAX);
        if (newest.size() > 0) {
            newest.clear();
        }
        dead.clear();
        holes.clear();
        count = 0;
        holdsLoad = false;
        flushedLsn = newestLsn;
    }
}
