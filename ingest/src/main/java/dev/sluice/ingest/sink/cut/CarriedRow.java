package dev.sluice.ingest.sink.cut;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * A new version of a row that lacks large values which the update did not touch and the server therefore did not send.
 * They are taken from the version before, which is in the lake, or in a data file of the same cut.
 *
 * @param lakeKey key of the version before as {@code KeyBytes} has it; empty when that is in {@code file}
 * @param file location of the data file with the version before; empty when that is in the lake
 * @param position of the version before in {@code file}
 * @param row the new version in COPY's binary form, with missing values marked as unchanged
 */
public record CarriedRow(byte[] lakeKey, String file, long position, byte[] row) {
    /** First byte of a serialized row; another value marks one that was replaced or deleted again. */
    public static final byte LIVE = 1;

    private static final String NO_FILE = "";

    /** A row that lacks nothing, and that no file can hold. */
    public static CarriedRow whole(byte[] key, byte[] row) {
        return new CarriedRow(key, NO_FILE, 0, row);
    }

    public boolean isFromLake() {
        return file.isEmpty();
    }

    /** A byte {@link #LIVE}, int32 length and bytes of the key and of the location, int64 position, and the row. */
    public byte[] toBytes() {
        byte[] location = file.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(1 + 4 + lakeKey.length + 4 + location.length + 8 + row.length)
                .put(LIVE)
                .putInt(lakeKey.length)
                .put(lakeKey)
                .putInt(location.length)
                .put(location)
                .putLong(position)
                .put(row)
                .array();
    }

    public static CarriedRow of(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes).position(1);
        byte[] lakeKey = new byte[in.getInt()];
        in.get(lakeKey);
        byte[] location = new byte[in.getInt()];
        in.get(location);
        long position = in.getLong();
        byte[] row = new byte[in.remaining()];
        in.get(row);
        return new CarriedRow(lakeKey, new String(location, StandardCharsets.UTF_8), position, row);
    }
}
