package dev.sluice.ingest.sink.cut;

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

    private static final String NO_FILE = "";

    /** A row that lacks nothing, and that no file can hold. */
    public static CarriedRow whole(byte[] key, byte[] row) {
        return new CarriedRow(key, NO_FILE, 0, row);
    }

    public boolean isFromLake() {
        return file.isEmpty();
    }
}
