package dev.sluice.ingest.row;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Reads PostgreSQL's network byte order. The caller has checked the bounds of its slice. */
public final class BigEndian {
    private static final VarHandle INT16 = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INT32 = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INT64 = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private BigEndian() {}

    public static short int16(byte[] bytes, int offset) {
        return (short) INT16.get(bytes, offset);
    }

    public static int int32(byte[] bytes, int offset) {
        return (int) INT32.get(bytes, offset);
    }

    public static long int64(byte[] bytes, int offset) {
        return (long) INT64.get(bytes, offset);
    }
}
