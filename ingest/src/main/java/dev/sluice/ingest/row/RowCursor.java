package dev.sluice.ingest.row;

import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.nio.ByteBuffer;

/**
 * One row of a {@link Batch}: where each column's bytes begin and how many they are. Reused from row to row; owned
 * by one table writer. Every offset that it hands out has been checked against the batch.
 */
public final class RowCursor {
    private static final byte[] NOTHING = {};

    private final String table;
    private final int sent;
    private final byte[][] sources;
    private final int[] offsets;
    private final int[] lengths;
    private int size;

    public RowCursor(String table, int columns) {
        this(table, columns, columns);
    }

    /**
     * @param sent columns that rows come with
     * @param columns columns of this; those after the {@code sent} ones begin as NULL
     */
    public RowCursor(String table, int sent, int columns) {
        this.table = table;
        this.sent = sent;
        this.sources = new byte[columns][];
        this.offsets = new int[columns];
        this.lengths = new int[columns];
    }

    /** Moves to the row that begins at {@code offset}. */
    public RowCursor moveTo(byte[] bytes, int offset) {
        if (offset < 0 || offset > bytes.length - 2) {
            throw malformed("a row begins outside of its batch");
        }
        if (BigEndian.int16(bytes, offset) != sent) {
            throw malformed("a row has " + BigEndian.int16(bytes, offset) + " columns instead of " + sent);
        }
        for (int column = sent; column < offsets.length; column++) {
            set(column, NOTHING, 0, RowForm.NULL);
        }
        int at = offset + 2;
        for (int column = 0; column < sent; column++) {
            if (at > bytes.length - 4) {
                throw malformed("a row ends before its column " + column);
            }
            int length = BigEndian.int32(bytes, at);
            at += 4;
            if (length > bytes.length - at || length < RowForm.UNCHANGED) {
                throw malformed("column " + column + " has the impossible length " + length);
            }
            sources[column] = bytes;
            offsets[column] = at;
            lengths[column] = length;
            at += Math.max(length, 0);
        }
        size = at - offset + 4 * (offsets.length - sent);
        return this;
    }

    /** Bytes of the row in COPY's binary form. */
    public int size() {
        return size;
    }

    public int columns() {
        return offsets.length;
    }

    public byte[] bytes(int column) {
        return sources[column];
    }

    public int offset(int column) {
        return offsets[column];
    }

    /** Number of bytes, {@link RowForm#NULL} or {@link RowForm#UNCHANGED}. */
    public int length(int column) {
        return lengths[column];
    }

    public boolean isUnchanged(int column) {
        return lengths[column] == RowForm.UNCHANGED;
    }

    /** Takes the value of a column from another row. */
    public void take(int column, RowCursor other) {
        set(column, other.sources[column], other.offsets[column], other.lengths[column]);
    }

    /** A copy of the row in COPY's binary form. */
    public byte[] toRow() {
        ByteBuffer row = ByteBuffer.allocate(size).putShort((short) lengths.length);
        for (int column = 0; column < lengths.length; column++) {
            row.putInt(lengths[column]);
            if (lengths[column] > 0) {
                row.put(sources[column], offsets[column], lengths[column]);
            }
        }
        return row.array();
    }

    /** Sets the value of a column; {@code length} may be {@link RowForm#NULL}. */
    public void set(int column, byte[] bytes, int offset, int length) {
        size += Math.max(length, 0) - Math.max(lengths[column], 0);
        sources[column] = bytes;
        offsets[column] = offset;
        lengths[column] = length;
    }

    private SluiceException malformed(String what) {
        return new SluiceException(
                ErrorCode.E1901, "table " + table + ": " + what, "report this; the lake is unharmed");
    }
}
