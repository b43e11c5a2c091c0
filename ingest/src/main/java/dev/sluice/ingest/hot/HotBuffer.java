package dev.sluice.ingest.hot;

import dev.sluice.ingest.row.ChangeRows;
import dev.sluice.ingest.row.KeyBytes;
import dev.sluice.ingest.row.LoadRows;
import dev.sluice.ingest.row.RowCursor;
import dev.sluice.ingest.row.RowForm;
import dev.sluice.ingest.sink.row.CutKeys;
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
    private final BufferedRows rows;
    private final CutKeys newest = new CutKeys();
    private final BitSet dead = new BitSet();
    /** By number of the row. */
    private final Map<Integer, MissingValues> incomplete = new HashMap<>();

    private final CommitTimes times = new CommitTimes();
    /** Of the last change: how many of its transaction came before it. */
    private long sequence;

    private long loadLsn;
    private long loadMicros;
    private boolean holdsLoad;

    HotBuffer(HotTable table) {
        this.table = table;
        int columns = table.source().columns().size();
        this.newRow = new RowCursor(table.name(), columns);
        this.oldRow = new RowCursor(table.name(), columns);
        this.newKey = new KeyBytes(table.source());
        this.oldKey = new KeyBytes(table.source());
        this.rows = new BufferedRows(table);
    }

    HotTable table() {
        return table;
    }

    boolean isEmpty() {
        return rows.count() == 0;
    }

    int bytes() {
        return rows.out().length();
    }

    /** Rows of a load are not looked up by key, so they must be stored before the table's first change. */
    boolean holdsLoad() {
        return holdsLoad;
    }

    /** Appends the rows of a load; {@code nowMicros} stands for their commit time, which nobody knows. */
    void load(LoadRows batch, long nowMicros) {
        holdsLoad = true;
        if (loadLsn != batch.lsn()) {
            // One time for all of a load, at its beginning: its rows must leave before the changes that replaced them.
            loadLsn = batch.lsn();
            loadMicros = nowMicros;
        }
        for (int i = 0; i < batch.count(); i++) {
            newRow.moveTo(batch.bytes(), batch.offsets()[i]);
            appendRow(newRow, HotVersion.whole(batch.lsn()), loadMicros, null);
        }
    }

    /** The version of the next change. Every change must be counted, once, in its order. */
    HotVersion next(long lsn) {
        sequence = lsn == newestLsn ? sequence + 1 : 0;
        newestLsn = lsn;
        return new HotVersion(lsn, sequence);
    }

    /** A row as the lake holds it, at a version above all changes that it contains. */
    void append(RowCursor row, HotVersion version, long micros) {
        appendRow(row, version, micros, null);
    }

    /** A key that the lake has deleted. */
    void appendDeleted(RowCursor row, HotVersion version, long micros) {
        rows.begin();
        appendHead(row, version, true, micros);
        table.others().forEach(column -> column.writeAbsent(rows.out()));
    }

    /** Appends change {@code i}, which is no TRUNCATE. */
    void change(ChangeRows batch, int i, long nowMicros) {
        HotVersion version = next(batch.lsns()[i]);
        long micros = times.micros(batch, i, nowMicros);
        boolean hasOld = batch.oldOffsets()[i] != RowForm.NO_ROW;
        if (hasOld) {
            oldKey.of(oldRow.moveTo(batch.bytes(), batch.oldOffsets()[i]));
        }
        if (batch.operations()[i] == ChangeRows.DELETE) {
            appendDeleted(oldRow, oldKey, version, micros);
            return;
        }
        newRow.moveTo(batch.bytes(), batch.newOffsets()[i]);
        if (batch.oldRowsAreFull() && hasOld) {
            takeUnchanged();
        }
        newKey.of(newRow);
        boolean movesKey = hasOld && !sameKey();
        replace(newKey, appendRow(newRow, version, micros, movesKey ? oldKey : newKey));
        if (movesKey) {
            appendDeleted(oldRow, oldKey, version, micros);
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

    private void replace(KeyBytes key, int ordinal) {
        long earlier = newest.state(key);
        if (earlier >= 0) {
            dead.set((int) earlier);
            incomplete.remove((int) earlier);
        }
        newest.put(key, ordinal);
    }

    private void appendDeleted(RowCursor row, KeyBytes key, HotVersion version, long micros) {
        int ordinal = rows.begin();
        appendHead(row, version, true, micros);
        for (HotColumn column : table.others()) {
            column.writeAbsent(rows.out());
        }
        replace(key, ordinal);
    }

    private void appendHead(RowCursor row, HotVersion version, boolean isDeleted, long micros) {
        RowBinary out = rows.out();
        appendKey(row, out);
        version.write(out);
        out.int8(isDeleted ? 1 : 0);
        out.int64(micros);
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

    /**
     * Appends a row and returns its ordinal.
     *
     * @param lookup key of the row that had the unchanged values; null for a load, which has none
     */
    private int appendRow(RowCursor row, HotVersion version, long micros, KeyBytes lookup) {
        int ordinal = rows.begin();
        RowBinary out = rows.out();
        appendHead(row, version, false, micros);
        List<int[]> lacking = null;
        List<HotColumn> others = table.others();
        for (int i = 0; i < others.size(); i++) {
            HotColumn column = others.get(i);
            int length = row.length(column.index());
            if (length == RowForm.UNCHANGED) {
                if (!copyUnchanged(i, lookup)) {
                    lacking = lacking == null ? new ArrayList<>() : lacking;
                    lacking.add(new int[] {i, out.length()});
                }
            } else if (length >= 0
                    ? !column.write(row.bytes(column.index()), row.offset(column.index()), length, out)
                    : !column.writeNull(out)) {
                throw ScalarCodec.malformed("NULL for the NOT NULL column " + table.name() + "." + column.name());
            }
        }
        if (lacking != null) {
            incomplete.put(ordinal, missingOf(lacking, lookup, version.lsn()));
        }
        return ordinal;
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
        MissingValues missing = incomplete.get((int) ordinal);
        if (missing != null && missing.lacks(other)) {
            return false;
        }
        rows.appendValue((int) ordinal, other, missing);
        return true;
    }

    private MissingValues missingOf(List<int[]> lacking, KeyBytes lookup, long lsn) {
        long ordinal = newest.state(lookup);
        MissingValues earlier = ordinal < 0 ? null : incomplete.get((int) ordinal);
        RowBinary key = new RowBinary();
        appendKey(lookup == oldKey ? oldRow : newRow, key);
        List<MissingValues.Lookup> lookups = new ArrayList<>();
        // Unless its transaction began before the last flush, a stored row of its own LSN says that the change is
        // repeated: the row is under its new key by then, and under the old one there may be another.
        boolean isWholeHere = lsn != flushedLsn;
        boolean moves = lookup == oldKey;
        if (moves && (isWholeHere || newest.state(newKey) < 0)) {
            RowBinary reached = new RowBinary();
            appendKey(newRow, reached);
            lookups.add(new MissingValues.Lookup(Arrays.copyOf(reached.bytes(), reached.length()), lsn, NO_LIMIT));
        }
        lookups.add(new MissingValues.Lookup(
                Arrays.copyOf(key.bytes(), key.length()),
                earlier == null ? 0 : rows.lsn((int) ordinal),
                moves && isWholeHere ? lsn - 1 : lsn));
        if (earlier != null) {
            lookups.addAll(earlier.lookups());
        }
        int[] columns = lacking.stream().mapToInt(pair -> pair[0]).toArray();
        int[] offsets = lacking.stream().mapToInt(pair -> pair[1]).toArray();
        return new MissingValues(List.copyOf(lookups), columns, offsets);
    }

    /** What to insert; {@code unchanged} brings the values that rows lack. The result is good until the buffer is changed or cleared. */
    SealedRows seal(UnchangedValues unchanged) {
        RowBinary all = rows.out();
        if (dead.isEmpty() && incomplete.isEmpty()) {
            return new SealedRows(all.bytes(), all.length(), rows.count(), 0);
        }
        UnchangedValues.Found found = incomplete.isEmpty() ? null : unchanged.find(table, incomplete.values());
        RowBinary out = new RowBinary();
        int omitted = 0;
        int live = 0;
        for (int ordinal = dead.nextClearBit(0); ordinal < rows.count(); ordinal = dead.nextClearBit(ordinal + 1)) {
            int start = rows.start(ordinal);
            int end = rows.end(ordinal);
            MissingValues missing = incomplete.get(ordinal);
            if (missing == null) {
                out.raw(all.bytes(), start, end - start);
            } else if (!found.fill(missing, all.bytes(), start, end, out)) {
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
        rows.clear();
        if (newest.size() > 0) {
            newest.clear();
        }
        dead.clear();
        incomplete.clear();
        holdsLoad = false;
        flushedLsn = newestLsn;
    }
}
