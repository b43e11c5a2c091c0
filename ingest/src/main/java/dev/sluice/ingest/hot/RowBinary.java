package dev.sluice.ingest.hot;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/** A growing piece of ClickHouse's RowBinary: little-endian numbers, strings behind a varint length. Not thread-safe. */
final class RowBinary {
    private static final VarHandle INT16 = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT32 = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT64 = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int INITIAL_BYTES = 1 << 14;

    private byte[] bytes = new byte[INITIAL_BYTES];
    private int length;

    byte[] bytes() {
        return bytes;
    }

    int length() {
        return length;
    }

    /** Forgets everything behind {@code newLength}. */
    void truncate(int newLength) {
        length = newLength;
    }

    /** Forgets everything, and gives memory back that only an exceptional batch needed. */
    void clear(int keptBytesMax) {
        length = 0;
        if (bytes.length > keptBytesMax) {
            bytes = new byte[INITIAL_BYTES];
        }
    }

    void int8(int value) {
        reserve(1);
        bytes[length++] = (byte) value;
    }

    void int16(int value) {
        reserve(2);
        INT16.set(bytes, length, (short) value);
        length += 2;
    }

    void int32(int value) {
        reserve(4);
        INT32.set(bytes, length, value);
        length += 4;
    }

    void int64(long value) {
        reserve(8);
        INT64.set(bytes, length, value);
        length += 8;
    }

    void varint(long value) {
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            int8((int) (rest & 0x7F | 0x80));
            rest >>>= 7;
        }
        int8((int) rest);
    }

    void raw(byte[] source, int offset, int count) {
        reserve(count);
        System.arraycopy(source, offset, bytes, length, count);
        length += count;
    }

    void string(byte[] source, int offset, int count) {
        varint(count);
        raw(source, offset, count);
    }

    void zeros(int count) {
        reserve(count);
        Arrays.fill(bytes, length, length + count, (byte) 0);
        length += count;
    }

    /** Where the string that begins at {@code at} ends. */
    static int afterString(byte[] bytes, int at) {
        int position = at;
        int count = 0;
        int shift = 0;
        byte b;
        do {
            b = bytes[position++];
            count |= (b & 0x7F) << shift;
            shift += 7;
        } while (b < 0);
        return position + count;
    }

    static int varintAt(byte[] bytes, int at) {
        int value = 0;
        int shift = 0;
        int position = at;
        byte b;
        do {
            b = bytes[position++];
            value |= (b & 0x7F) << shift;
            shift += 7;
        } while (b < 0);
        return value;
    }

    static int afterVarint(byte[] bytes, int at) {
        int position = at;
        while (bytes[position++] < 0) {}
        return position;
    }

    static long int64At(byte[] bytes, int at) {
        return (long) INT64.get(bytes, at);
    }

    private void reserve(int more) {
        if (bytes.length - length < more) {
            int wanted = Math.addExact(length, more);
            bytes = Arrays.copyOf(bytes, (int) Math.max(wanted, Math.min(bytes.length * 2L, Integer.MAX_VALUE - 8)));
        }
    }
}
