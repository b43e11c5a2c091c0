package dev.sluice.ingest.sink;

import dev.sluice.ingest.row.ChangeRows;
import dev.sluice.ingest.row.LoadRows;
import dev.sluice.ingest.row.RowForm;
import dev.sluice.ingest.table.ColumnType;
import dev.sluice.ingest.table.SourceTable;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/** Gathers changes of one table into a batch, as the stream reader does. */
final class Changes {
    private final int table;
    private final boolean fullOldRows;
    private final List<ColumnType> types;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final List<int[]> offsets = new ArrayList<>();
    private final List<Byte> operations = new ArrayList<>();
    private final List<Long> lsns = new ArrayList<>();

    Changes(SourceTable source, int table) {
        this.table = table;
        this.fullOldRows = source.identityFull();
        this.types =
                source.columns().stream().map(SourceTable.SourceColumn::type).toList();
    }

    Changes insert(long lsn, List<?> row) {
        return add(ChangeRows.INSERT, lsn, write(row), RowForm.NO_ROW);
    }

    /** @param old the old row or key as the server sends it; null when it sends none */
    Changes update(long lsn, List<?> old, List<?> row) {
        int oldOffset = old == null ? RowForm.NO_ROW : write(old);
        return add(ChangeRows.UPDATE, lsn, write(row), oldOffset);
    }

    Changes delete(long lsn, List<?> old) {
        return add(ChangeRows.DELETE, lsn, RowForm.NO_ROW, write(old));
    }

    Changes truncate(long lsn) {
        return add(ChangeRows.TRUNCATE, lsn, RowForm.NO_ROW, RowForm.NO_ROW);
    }

    private int write(List<?> row) {
        int offset = bytes.size();
        bytes.writeBytes(PostgresBinary.row(types, row));
        return offset;
    }

    private Changes add(byte operation, long lsn, int newOffset, int oldOffset) {
        operations.add(operation);
        lsns.add(lsn);
        offsets.add(new int[] {newOffset, oldOffset});
        return this;
    }

    int size() {
        return operations.size();
    }

    ChangeRows batch() {
        int count = operations.size();
        byte[] kinds = new byte[count];
        long[] positions = new long[count];
        int[] newOffsets = new int[count];
        int[] oldOffsets = new int[count];
        for (int i = 0; i < count; i++) {
            kinds[i] = operations.get(i);
            positions[i] = lsns.get(i);
            newOffsets[i] = offsets.get(i)[0];
            oldOffsets[i] = offsets.get(i)[1];
        }
        long last = positions[count - 1];
        return new ChangeRows(
                table,
                last,
                last * 1_000_000,
                count,
                bytes.toByteArray(),
                newOffsets,
                oldOffsets,
                fullOldRows,
                kinds,
                positions,
                null);
    }

    /** The gathered rows as a batch of a load at {@code lsn}. */
    LoadRows load(long lsn) {
        int[] newOffsets = offsets.stream().mapToInt(pair -> pair[0]).toArray();
        return new LoadRows(table, lsn, newOffsets.length, bytes.toByteArray(), newOffsets);
    }
}
