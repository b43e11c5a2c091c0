package dev.sluice.ingest.source.toy;

import dev.sluice.ingest.row.ChangeRows;
import dev.sluice.ingest.row.LoadRows;
import dev.sluice.ingest.row.RowBuilder;
import dev.sluice.ingest.row.RowForm;
import dev.sluice.ingest.source.toy.ToyDatabase.Change;
import dev.sluice.ingest.table.ColumnType;
import dev.sluice.ingest.table.ColumnType.Scalar;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Puts its rows into the form that sinks read. */
final class ToyRows {
    private static final List<ColumnType> TYPES = List.of(Scalar.BIGINT, Scalar.TEXT);

    private ToyRows() {}

    static LoadRows load(int table, long number, List<Map.Entry<Long, String>> rows) {
        RowBuilder builder = new RowBuilder(TYPES);
        int[] offsets = rows.stream()
                .mapToInt(row -> builder.add(List.of(row.getKey(), row.getValue())))
                .toArray();
        return new LoadRows(table, number, rows.size(), builder.toBytes(), offsets);
    }

    /** @param existed for each change, whether the table had the row before */
    static ChangeRows changes(int table, long number, List<Change> changes, List<Boolean> existed) {
        RowBuilder builder = new RowBuilder(TYPES);
        int count = changes.size();
        int[] newOffsets = new int[count];
        int[] oldOffsets = new int[count];
        byte[] operations = new byte[count];
        for (int i = 0; i < count; i++) {
            Change change = changes.get(i);
            boolean deletes = change.value() == null;
            newOffsets[i] = deletes ? RowForm.NO_ROW : builder.add(List.of(change.id(), change.value()));
            oldOffsets[i] = deletes ? builder.add(Arrays.asList(change.id(), null)) : RowForm.NO_ROW;
            operations[i] = deletes ? ChangeRows.DELETE : existed.get(i) ? ChangeRows.UPDATE : ChangeRows.INSERT;
        }
        long[] numbers = new long[count];
        Arrays.fill(numbers, number);
        return new ChangeRows(
                table,
                number,
                number,
                count,
                builder.toBytes(),
                newOffsets,
                oldOffsets,
                false,
                operations,
                numbers,
                null);
    }
}
