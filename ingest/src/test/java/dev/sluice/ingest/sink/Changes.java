package dev.sluice.ingest.sink;

import dev.sluice.ingest.batch.RowBatch;
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
        return add(RowBatch.INSERT, lsn, write(row), RowBatch.NONE);
    }

    /** @param old the old row or key as the server sends it; null when it sends none */
    Changes update(long lsn, List<?> old, List<?> row) {
        int oldOffset = old == null ? RowBatch.NONE : write(old);
        return add(RowBatch.UPDATE, lsn, write(row), oldOffset);
    }

    Changes delete(long lsn, List<?> old) {
        return add(RowBatch.DELETE, lsn, RowBatch.NONE, write(old));
    }

    Changes truncate(long lsn) {
        return add(RowBatch.TRUNCATE, lsn, RowBatch.NONE, RowBatch.NONE);
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

    RowBatch batch() {
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
        return RowBatch.changes(
                table,
                last,
                last * 1_000_000,
                count,
                bytes.toByteArray(),
                newOffsets,
                oldOffsets,
                fullOldRows,
                kinds,
                positions);
    }

    /** The gathered rows as a batch of a load at {@code lsn}. */
    RowBatch load(long lsn) {
        int[] newOffsets = offsets.stream().mapToInt(pair -> pair[0]).toArray();
        return RowBatch.load(table, lsn, newOffsets.length, bytes.toByteArray(), newOffsets);
    }
}
