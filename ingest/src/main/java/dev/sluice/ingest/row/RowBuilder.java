package dev.sluice.ingest.row;

import dev.sluice.ingest.table.ColumnType;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Gathers rows in {@link RowForm} one after the other: for sources whose own form is another one. A source of PostgreSQL
 * copies rows and has no use for it. Not thread-safe.
 */
public final class RowBuilder {
    /** Stands for a value that the source did not send because the update did not touch it. */
    public static final Object UNCHANGED = new Object();

    private final List<ColumnType> types;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    /** @param types of the columns, in the order of the table's columns */
    public RowBuilder(List<ColumnType> types) {
        this.types = List.copyOf(types);
    }

    /**
     * Appends a row.
     *
     * @param values by column, each null, {@link #UNCHANGED}, or of the class that Iceberg's generic readers return for the
     *     column's type
     * @return where it begins in {@link #toBytes()}
     */
    public int add(List<? extends @Nullable Object> values) {
        if (values.size() != types.size()) {
            throw new IllegalArgumentException(
                    "a row of " + values.size() + " values for " + types.size() + " columns");
        }
        int offset = bytes.size();
        // Closing it does nothing to the bytes behind it.
        DataOutputStream out = new DataOutputStream(bytes);
        try {
            out.writeShort(types.size());
            for (int column = 0; column < types.size(); column++) {
                field(out, types.get(column), values.get(column));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("writing into memory", e);
        }
        return offset;
    }

    private static void field(DataOutputStream out, ColumnType type, @Nullable Object value) throws IOException {
        if (value == null || value == UNCHANGED) {
            out.writeInt(value == null ? RowForm.NULL : RowForm.UNCHANGED);
            return;
        }
        byte[] form = ValueForm.of(type, value);
        out.writeInt(form.length);
        out.write(form);
    }

    /** Bytes of all rows so far. */
    public int size() {
        return bytes.size();
    }

    /** A copy of all rows so far. */
    public byte[] toBytes() {
        return bytes.toByteArray();
    }

    /** Begins anew. */
    public void clear() {
        bytes.reset();
    }
}
