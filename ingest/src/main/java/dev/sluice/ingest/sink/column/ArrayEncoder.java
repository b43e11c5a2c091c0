package dev.sluice.ingest.sink.column;

import dev.sluice.ingest.row.BigEndian;
import dev.sluice.ingest.row.RowForm;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnWriteStore;

/**
 * A one-dimensional array as Parquet's three-level list. PostgreSQL sends int32 number of dimensions, a flag, the
 * element type, then per dimension its size and lower bound, then each element as in a row. Source: {@code array_send}
 * in PostgreSQL's {@code arrayfuncs.c}.
 */
final class ArrayEncoder extends ColumnEncoder {
    private static final int HEADER_BYTES = 12;
    private static final int DIMENSION_BYTES = 8;
    /** Levels of an optional list with optional elements. */
    private static final int LEVEL_NULL_LIST = 0;

    private static final int LEVEL_EMPTY_LIST = 1;
    private static final int LEVEL_NULL_ELEMENT = 2;

    private final ColumnFit fit;
    private final ColumnEncoder element;

    ArrayEncoder(String name, ColumnDescriptor descriptor, ColumnFit fit, ColumnEncoder element) {
        super(name, descriptor);
        this.fit = fit;
        this.element = element;
    }

    @Override
    public void bind(ColumnWriteStore store) {
        element.bind(store);
    }

    @Override
    public void writeNull() {
        element.writeNull(0, LEVEL_NULL_LIST);
    }

    @Override
    void write(byte[] bytes, int offset, int length, int repetition) {
        expect(fit.misfit(bytes, offset, length));
        int dimensions = BigEndian.int32(bytes, offset);
        if (dimensions == 0) {
            element.writeNull(0, LEVEL_EMPTY_LIST);
            return;
        }
        writeElements(bytes, offset + HEADER_BYTES + DIMENSION_BYTES, BigEndian.int32(bytes, offset + HEADER_BYTES));
    }

    private void writeElements(byte[] bytes, int start, int count) {
        int at = start;
        for (int i = 0; i < count; i++) {
            int length = BigEndian.int32(bytes, at);
            at += 4;
            int repetition = i == 0 ? 0 : 1;
            if (length == RowForm.NULL) {
                element.writeNull(repetition, LEVEL_NULL_ELEMENT);
                continue;
            }
            element.write(bytes, at, length, repetition);
            at += length;
        }
    }
}
