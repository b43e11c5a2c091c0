package dev.sluice.ingest.row;

import dev.sluice.ingest.table.SourceTable;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.util.Arrays;

/**
 * The key of a row as bytes: each key column's length and bytes, in key order. Two rows have the same key exactly when
 * these bytes are equal, because a key column's binary form is canonical for its type. Reused from row to row.
 */
public final class KeyBytes {
    private final SourceTable table;
    private final int[] keyColumns;
    private byte[] bytes = new byte[32];
    private int length;

    public KeyBytes(SourceTable table) {
        this.table = table;
        this.keyColumns =
                table.keyColumns().stream().mapToInt(Integer::intValue).toArray();
    }

    /** Takes the key of {@code row}. */
    public KeyBytes of(RowCursor row) {
        length = 0;
        for (int column : keyColumns) {
            int size = row.length(column);
            if (size < 0) {
                throw new SluiceException(
                        ErrorCode.E1901,
                        "table " + table.schema() + "." + table.name() + ": a change came without its key column "
                                + table.columns().get(column).name()
                                + (size == RowForm.NULL ? " (NULL)" : " (unchanged)"),
                        "report this; the lake is unharmed");
            }
            reserve(4 + size);
            bytes[length] = (byte) (size >>> 24);
            bytes[length + 1] = (byte) (size >>> 16);
            bytes[length + 2] = (byte) (size >>> 8);
            bytes[length + 3] = (byte) size;
            System.arraycopy(row.bytes(column), row.offset(column), bytes, length + 4, size);
            length += 4 + size;
        }
        return this;
    }

    /** Takes a key that was copied by {@link #toArray}. */
    public KeyBytes of(byte[] key) {
        length = 0;
        reserve(key.length);
        System.arraycopy(key, 0, bytes, 0, key.length);
        length = key.length;
        return this;
    }

    private void reserve(int more) {
        if (bytes.length - length < more) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
        }
    }

    /** Room for the key and possibly more; it changes with the next key. */
    public byte[] bytes() {
        return bytes;
    }

    /** Bytes of the key at the beginning of {@link #bytes()}. */
    public int length() {
        return length;
    }

    /** A copy of the bytes. */
    public byte[] toArray() {
        return Arrays.copyOf(bytes, length);
    }

    /** Where the bytes of key column {@code index} begin in a key. */
    public static int offsetOf(byte[] key, int index) {
        int offset = 4;
        for (int i = 0; i < index; i++) {
            offset += lengthBefore(key, offset) + 4;
        }
        return offset;
    }

    /** Number of bytes of the key column that begins at {@code offset}. */
    public static int lengthBefore(byte[] key, int offset) {
        return BigEndian.int32(key, offset - 4);
    }
}
