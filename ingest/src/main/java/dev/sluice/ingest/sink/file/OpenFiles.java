package dev.sluice.ingest.sink.file;

import java.io.IOException;
import java.util.Collection;
import java.util.LinkedHashSet;

/**
 * The memory of all files that one writer has open. Each buffers a row group; the more there are, the smaller the row
 * groups of those that are opened next, and when all together hold too much, the largest is completed early. Not
 * thread-safe; owned by the writer.
 */
public final class OpenFiles {
    private static final long ROW_GROUP_BYTES_MAX = 32L << 20;
    private static final long ROW_GROUP_BYTES_MIN = 256L << 10;
    private static final long BYTES_BETWEEN_CHECKS = 1L << 20;

    /** A file that is being written. */
    interface Open {
        /** Bytes in memory. */
        long bufferedBytes();

        /** Completes the file; what follows goes into another one. */
        void closeEarly() throws IOException;
    }

    private final long bytesMax;
    private final Collection<Open> open = new LinkedHashSet<>();
    private long unchecked;
    private long closedEarly;

    /** A fifth of the heap: 100 MB of the shipped one. */
    public OpenFiles() {
        this(Runtime.getRuntime().maxMemory() / 5);
    }

    public OpenFiles(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    void add(Open file) {
        open.add(file);
    }

    void remove(Open file) {
        open.remove(file);
    }

    /** For a file that is about to be opened. */
    long rowGroupBytes() {
        return Math.max(ROW_GROUP_BYTES_MIN, Math.min(ROW_GROUP_BYTES_MAX, bytesMax / (open.size() + 1)));
    }

    /** So many bytes of rows were written, to any of the files. Call it between two rows. */
    public void wrote(int bytes) throws IOException {
        unchecked += bytes;
        if (unchecked < BYTES_BETWEEN_CHECKS) {
            return;
        }
        unchecked = 0;
        while (bufferedBytes() > bytesMax) {
            Open largest = null;
            for (Open file : open) {
                largest = largest == null || file.bufferedBytes() > largest.bufferedBytes() ? file : largest;
            }
            largest.closeEarly();
            closedEarly++;
        }
    }

    /** Bytes that all files hold in memory. */
    public long bufferedBytes() {
        return open.stream().mapToLong(Open::bufferedBytes).sum();
    }

    /** How many files were completed early. */
    public long closedEarly() {
        return closedEarly;
    }
}
