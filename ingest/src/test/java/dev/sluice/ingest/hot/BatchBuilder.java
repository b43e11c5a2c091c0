package dev.sluice.ingest.hot;

import dev.sluice.ingest.row.Batch;
import dev.sluice.ingest.row.ChangeRows;
import dev.sluice.ingest.row.LoadRows;
import dev.sluice.ingest.row.RowForm;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Builds batches by hand. A value is PostgreSQL's binary form, null for NULL, {@link #UNCHANGED} for unchanged TOAST. */
final class BatchBuilder {
    static final byte[] UNCHANGED = new byte[0];

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final List<Integer> newOffsets = new ArrayList<>();
    private final List<Integer> oldOffsets = new ArrayList<>();
    private final List<Long> lsns = new ArrayList<>();
    private final ByteArrayOutputStream operations = new ByteArrayOutputStream();

    static byte[] int4(int value) {
        return ByteBuffer.allocate(4).putInt(value).array();
    }

    static byte[] int8(long value) {
        return ByteBuffer.allocate(8).putLong(value).array();
    }

    static byte[] text(String value) {
        return value == null ? null : value.getBytes(StandardCharsets.UTF_8);
    }

    BatchBuilder insert(long lsn, byte[]... row) {
        return add(ChangeRows.INSERT, lsn, row, null);
    }

    BatchBuilder update(long lsn, byte[][] oldRow, byte[]... row) {
        return add(ChangeRows.UPDATE, lsn, row, oldRow);
    }

    BatchBuilder delete(long lsn, byte[]... oldRow) {
        return add(ChangeRows.DELETE, lsn, null, oldRow);
    }

    BatchBuilder truncate(long lsn) {
        return add(ChangeRows.TRUNCATE, lsn, null, null);
    }

    private BatchBuilder add(byte operation, long lsn, byte[][] newRow, byte[][] oldRow) {
        operations.write(operation);
        lsns.add(lsn);
        newOffsets.add(newRow == null ? RowForm.NO_ROW : append(newRow));
        oldOffsets.add(oldRow == null ? RowForm.NO_ROW : append(oldRow));
        return this;
    }

    private int append(byte[][] row) {
        int start = bytes.size();
        try {
            DataOutputStream out = new DataOutputStream(bytes);
            out.writeShort(row.length);
            for (byte[] value : row) {
                out.writeInt(value == null ? RowForm.NULL : value == UNCHANGED ? RowForm.UNCHANGED : value.length);
                if (value != null) {
                    out.write(value);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return start;
    }

    boolean isEmpty() {
        return lsns.isEmpty();
    }

    Batch load(int table, long lsn) {
        return new LoadRows(table, lsn, newOffsets.size(), bytes.toByteArray(), ints(newOffsets));
    }

    ChangeRows changes(int table, long commitTimeMicros, boolean oldRowsAreFull) {
        return new ChangeRows(
                table,
                lsns.get(lsns.size() - 1),
                commitTimeMicros,
                lsns.size(),
                bytes.toByteArray(),
                ints(newOffsets),
                ints(oldOffsets),
                oldRowsAreFull,
                operations.toByteArray(),
                lsns.stream().mapToLong(Long::longValue).toArray(),
                null);
    }

    private static int[] ints(List<Integer> values) {
        return values.stream().mapToInt(Integer::intValue).toArray();
    }
}
