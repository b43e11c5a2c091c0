package dev.sluice.verify;

import java.util.ArrayList;
import java.util.List;

/** Keeps what it is handed, as text. */
final class RecordedChanges implements RowChanges {
    private final ComparedTable table;
    final List<String> seen = new ArrayList<>();

    RecordedChanges(ComparedTable table) {
        this.table = table;
    }

    @Override
    public ComparedTable table() {
        return table;
    }

    @Override
    public void inserted(byte[][] row) {
        seen.add("inserted " + TestTable.texts(row));
    }

    @Override
    public void updated(byte[][] old, byte[][] now) {
        seen.add("updated " + (old == null ? "" : TestTable.texts(old) + " to ") + TestTable.texts(now));
    }

    @Override
    public void deleted(byte[][] old) {
        seen.add("deleted " + TestTable.texts(old));
    }

    @Override
    public void truncated() {
        seen.add("truncated");
    }
}
