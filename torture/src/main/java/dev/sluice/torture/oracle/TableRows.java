package dev.sluice.torture.oracle;

import dev.sluice.verify.ComparedTable;
import dev.sluice.verify.RowChanges;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;

/**
 * The rows of one table, from its first change on: it must have been empty when the slot was made. They are needed to know
 * what a deletion takes out of the sum, and the values that an update did not send. Not thread-safe.
 */
public final class TableRows implements RowChanges {
    private final ComparedTable table;
    private final Map<RowKey, byte[][]> rows = new HashMap<>();
    private final RowSum sum = new RowSum();

    public TableRows(ComparedTable table) {
        this.table = table;
    }

    @Override
    public ComparedTable table() {
        return table;
    }

    @Override
    public void inserted(byte[][] row) {
        RowKey key = RowKey.of(row, table.keyColumns());
        if (rows.put(key, row) != null) {
            throw new OracleException("inserted twice: " + table.keyText(row));
        }
        sum.add(row);
    }

    @Override
    public void updated(byte[][] old, byte[][] now) {
        byte[][] before = take(old == null ? now : old);
        byte[][] row = now.clone();
        for (int i = 0; i < row.length; i++) {
            row[i] = row[i] == UNCHANGED ? before[i] : row[i];
        }
        inserted(row);
    }

    @Override
    public void deleted(byte[][] old) {
        take(old);
    }

    private byte[][] take(byte[][] keyed) {
        byte[][] row = rows.remove(RowKey.of(keyed, table.keyColumns()));
        if (row == null) {
            throw new OracleException("changed, and was not there: " + table.keyText(keyed));
        }
        sum.subtract(row);
        return row;
    }

    @Override
    public void truncated() {
        rows.clear();
        sum.clear();
    }

    public RowSum.Value sum() {
        return sum.value();
    }

    /** The rows as of now, by key. */
    public Map<RowKey, byte[][]> rows() {
        return Collections.unmodifiableMap(rows);
    }
}
