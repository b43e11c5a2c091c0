package dev.sluice.ingest.hot;

import dev.sluice.ingest.row.BigEndian;
import dev.sluice.ingest.row.RowForm;

/**
 * A one-dimensional array as Array(Nullable(T)); an element that T has no place for becomes NULL. PostgreSQL sends int32
 * number of dimensions, a flag, the element type, then per dimension its size and lower bound, then each element as in a
 * row. Source: {@code array_send} in PostgreSQL's {@code arrayfuncs.c}.
 */
final class ArrayCodec implements ValueCodec {
    private static final int HEADER_BYTES = 12;
    private static final int DIMENSION_BYTES = 8;

    private final ValueCodec element;

    ArrayCodec(ValueCodec element) {
        this.element = element;
    }

    @Override
    public String type() {
        return "Array(Nullable(" + element.type() + "))";
    }

    /** There is no place for several dimensions, nor for a lower bound other than 1. */
    @Override
    public boolean isTotal() {
        return false;
    }

    @Override
    public boolean write(byte[] bytes, int offset, int length, RowBinary out) {
        int dimensions = length < HEADER_BYTES ? -1 : BigEndian.int32(bytes, offset);
        if (dimensions == 0) {
            out.varint(0);
            return true;
        }
        if (dimensions < 0 || length < HEADER_BYTES + DIMENSION_BYTES) {
            throw ScalarCodec.malformed("a malformed array");
        }
        if (dimensions > 1 || BigEndian.int32(bytes, offset + HEADER_BYTES + 4) != 1) {
            return false;
        }
        int count = BigEndian.int32(bytes, offset + HEADER_BYTES);
        out.varint(count);
        int at = offset + HEADER_BYTES + DIMENSION_BYTES;
        int end = offset + length;
        for (int i = 0; i < count; i++) {
            if (at > end - 4) {
                throw ScalarCodec.malformed("a malformed array");
            }
            int size = BigEndian.int32(bytes, at);
            at += 4;
            if (size > end - at || size < RowForm.NULL) {
                throw ScalarCodec.malformed("a malformed array");
            }
            writeElement(bytes, at, size, out);
            at += Math.max(size, 0);
        }
        return true;
    }

    private void writeElement(byte[] bytes, int at, int size, RowBinary out) {
        int start = out.length();
        out.int8(0);
        if (size == RowForm.NULL || !element.write(bytes, at, size, out)) {
            out.truncate(start);
            out.int8(1);
        }
    }

    @Override
    public void writeDefault(RowBinary out) {
        out.zeros(1);
    }

    @Override
    public int skip(byte[] rowBinary, int at) {
        int count = RowBinary.varintAt(rowBinary, at);
        int position = RowBinary.afterVarint(rowBinary, at);
        for (int i = 0; i < count; i++) {
            position = rowBinary[position] == 0 ? element.skip(rowBinary, position + 1) : position + 1;
        }
        return position;
    }
}
