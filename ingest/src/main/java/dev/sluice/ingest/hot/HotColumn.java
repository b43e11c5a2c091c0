package dev.sluice.ingest.hot;

import dev.sluice.ingest.table.ColumnType;
import dev.sluice.ingest.table.SourceTable.SourceColumn;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A source column in the hot table. NULL stays NULL: a column is Nullable unless it is a key, or NOT NULL and of a type
 * whose every value has a place. ClickHouse's arrays cannot be NULL, so an array that may be has a companion column
 * {@code <name>__null}.
 */
final class HotColumn {
    private static final String NULL_SUFFIX = "__null";

    private final String name;
    private final int index;
    private final ValueCodec codec;
    private final boolean isNullable;
    private final boolean hasNullCompanion;

    /** @param index of the column in the source table */
    HotColumn(SourceColumn column, int index, boolean isKey) {
        this.name = column.name();
        this.index = index;
        this.codec = ValueCodec.of(column.type());
        boolean mayBeNull = !isKey && (!column.notNull() || !codec.isTotal());
        boolean isArray = column.type() instanceof ColumnType.Array;
        this.isNullable = mayBeNull && !isArray;
        this.hasNullCompanion = mayBeNull && isArray;
    }

    int index() {
        return index;
    }

    String name() {
        return name;
    }

    /** The columns of the hot table that this one fills, with their types. */
    Map<String, String> definitions() {
        Map<String, String> definitions = new LinkedHashMap<>();
        definitions.put(name, isNullable ? "Nullable(" + codec.type() + ")" : codec.type());
        if (hasNullCompanion) {
            definitions.put(name + NULL_SUFFIX, "Bool");
        }
        return definitions;
    }

    /** Appends a value; false, with nothing appended, when there is no place for it and NULL is none either. */
    boolean write(byte[] bytes, int offset, int length, RowBinary out) {
        int start = out.length();
        if (isNullable) {
            out.int8(0);
        }
        if (codec.write(bytes, offset, length, out)) {
            if (hasNullCompanion) {
                out.int8(0);
            }
            return true;
        }
        out.truncate(start);
        return writeNull(out);
    }

    /** Appends NULL; false when the column has none. */
    boolean writeNull(RowBinary out) {
        if (isNullable) {
            out.int8(1);
        } else if (hasNullCompanion) {
            codec.writeDefault(out);
            out.int8(1);
        }
        return isNullable || hasNullCompanion;
    }

    /** Appends what stands in the row of a deleted key. */
    void writeAbsent(RowBinary out) {
        if (!writeNull(out)) {
            codec.writeDefault(out);
        }
    }

    /** Where the value that begins at {@code at} ends. */
    int skip(byte[] rowBinary, int at) {
        if (isNullable) {
            return rowBinary[at] == 0 ? codec.skip(rowBinary, at + 1) : at + 1;
        }
        int end = codec.skip(rowBinary, at);
        return hasNullCompanion ? end + 1 : end;
    }
}
