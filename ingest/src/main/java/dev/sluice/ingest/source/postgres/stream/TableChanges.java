package dev.sluice.ingest.source.postgres.stream;

import dev.sluice.ingest.row.Batch;
import dev.sluice.ingest.row.ChangeRows;
import dev.sluice.ingest.row.RowForm;
import dev.sluice.ingest.table.ColumnType.Scalar;
import dev.sluice.ingest.table.SourceTable;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.util.Arrays;

/**
 * Gathers changes of one table and rewrites their tuples into the row format of {@link Batch}: the tag of a column
 * becomes part of its length. Not thread-safe.
 */
final class TableChanges {
    private static final int BYTES_FIRST = 4 << 10;
    private static final int CHANGES_FIRST = 64;

    private final int index;
    private final SourceTable table;
    private byte[] bytes;
    private int length;
    private int[] newOffsets;
    private int[] oldOffsets;
    private byte[] operations;
    private long[] lsns;
    private long[] commitMicros;
    private int count;
    private long lsn;
    private long commitTimeMicros;
    /** Sizes of the batch before: the next one is probably as large. */
    private int bytesExpected = BYTES_FIRST;

    private int changesExpected = CHANGES_FIRST;
    /** Which columns the server sends are carried, in its order. */
    private boolean[] carried = new boolean[0];

    TableChanges(int index, SourceTable table) {
        this.index = index;
        this.table = table;
    }

    int index() {
        return index;
    }

    SourceTable table() {
        return table;
    }

    boolean isEmpty() {
        return count == 0;
    }

    int bytesUsed() {
        return length;
    }

    int count() {
        return count;
    }

    /** The columns of the tuples that follow; the table is otherwise what it was. */
    void columns(boolean[] carriedColumns) {
        carried = carriedColumns;
    }

    /** Adds a change whose rows were written with {@link #row}. */
    void add(byte operation, int newOffset, int oldOffset, long commitLsn, long micros) {
        if (operations == null || count == operations.length) {
            growChanges();
        }
        operations[count] = operation;
        newOffsets[count] = newOffset;
        oldOffsets[count] = oldOffset;
        lsns[count] = commitLsn;
        commitMicros[count] = micros;
        count++;
        lsn = commitLsn;
        commitTimeMicros = micros;
    }

    /**
     * Writes the tuple at the cursor as a row.
     *
     * @param fullOldOffset a whole old row that holds the value of unchanged columns, or {@link Batch#NONE}
     * @return where the row begins
     */
    int row(MessageCursor cursor, int fullOldOffset) {
        int columns = cursor.int16();
        if (columns != carried.length) {
            throw cursor.malformed(columns + " columns where " + name() + " was said to have " + carried.length);
        }
        int count = table.columns().size();
        int offset = length;
        reserve(2);
        bytes[length++] = (byte) (count >> 8);
        bytes[length++] = (byte) count;
        int column = 0;
        for (int sent = 0; sent < columns; sent++) {
            if (carried[sent]) {
                value(cursor, column++, fullOldOffset);
            } else {
                skip(cursor);
            }
        }
        return offset;
    }

    /** The value of an excluded column: nothing of it is looked at. */
    private static void skip(MessageCursor cursor) {
        byte tag = cursor.int8();
        if (tag == 'b' || tag == 't') {
            cursor.skip(cursor.length());
        } else if (tag != 'n' && tag != 'u') {
            throw cursor.malformed("an unknown kind of value, " + tag);
        }
    }

    /** The batch of all changes gathered, or null; the object is empty afterwards. */
    ChangeRows seal() {
        if (count == 0) {
            return null;
        }
        ChangeRows batch = new ChangeRows(
                index,
                lsn,
                commitTimeMicros,
                count,
                bytes == null ? new byte[0] : bytes,
                newOffsets,
                oldOffsets,
                table.identityFull(),
                operations,
                lsns,
                commitMicros);
        bytesExpected = Math.max(BYTES_FIRST, length + length / 4);
        changesExpected = Math.max(CHANGES_FIRST, count + count / 4);
        bytes = null;
        length = 0;
        newOffsets = null;
        oldOffsets = null;
        operations = null;
        lsns = null;
        commitMicros = null;
        count = 0;
        return batch;
    }

    private void value(MessageCursor cursor, int column, int fullOldOffset) {
        byte tag = cursor.int8();
        switch (tag) {
            case 'n' -> int32(RowForm.NULL);
            case 'u' -> unchanged(column, fullOldOffset);
            case 'b' -> copy(cursor);
            case 't' -> {
                // Asked for binary, the server falls back to text for types that have no binary form.
                if (table.columns().get(column).type() != Scalar.TEXT) {
                    throw new SluiceException(
                            ErrorCode.E0401,
                            name() + "." + table.columns().get(column).name()
                                    + " arrived as text, although binary values were asked for",
                            "report this together with the server's version");
                }
                copy(cursor);
            }
            default -> throw cursor.malformed("an unknown kind of value, " + tag);
        }
    }

    private void copy(MessageCursor cursor) {
        int size = cursor.length();
        int32(size);
        reserve(size);
        System.arraycopy(cursor.bytes(), cursor.position(), bytes, length, size);
        length += size;
        cursor.skip(size);
    }

    private void unchanged(int column, int fullOldOffset) {
        if (fullOldOffset == RowForm.NO_ROW) {
            int32(RowForm.UNCHANGED);
            return;
        }
        int at = fullOldOffset + 2;
        for (int i = 0; i < column; i++) {
            at += 4 + Math.max(int32At(at), 0);
        }
        int size = int32At(at);
        int32(size);
        if (size > 0) {
            reserve(size);
            System.arraycopy(bytes, at + 4, bytes, length, size);
            length += size;
        }
    }

    private int int32At(int at) {
        return bytes[at] << 24 | (bytes[at + 1] & 0xFF) << 16 | (bytes[at + 2] & 0xFF) << 8 | bytes[at + 3] & 0xFF;
    }

    private void int32(int value) {
        reserve(4);
        bytes[length] = (byte) (value >> 24);
        bytes[length + 1] = (byte) (value >> 16);
        bytes[length + 2] = (byte) (value >> 8);
        bytes[length + 3] = (byte) value;
        length += 4;
    }

    private void reserve(int more) {
        if (bytes == null) {
            bytes = new byte[Math.max(bytesExpected, more)];
        } else if (more > bytes.length - length) {
            int needed = Math.addExact(length, more);
            int doubled = bytes.length > Integer.MAX_VALUE / 2 ? Integer.MAX_VALUE - 8 : bytes.length * 2;
            bytes = Arrays.copyOf(bytes, Math.max(needed, doubled));
        }
    }

    private void growChanges() {
        if (operations == null) {
            operations = new byte[changesExpected];
            newOffsets = new int[changesExpected];
            oldOffsets = new int[changesExpected];
            lsns = new long[changesExpected];
            commitMicros = new long[changesExpected];
            return;
        }
        int capacity = operations.length * 2;
        operations = Arrays.copyOf(operations, capacity);
        newOffsets = Arrays.copyOf(newOffsets, capacity);
        oldOffsets = Arrays.copyOf(oldOffsets, capacity);
        lsns = Arrays.copyOf(lsns, capacity);
        commitMicros = Arrays.copyOf(commitMicros, capacity);
    }

    private String name() {
        return table.schema() + "." + table.name();
    }
}
