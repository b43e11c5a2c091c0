package dev.sluice.ingest.source.postgres.load;

import dev.sluice.ingest.row.LoadRows;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Batches that were read and have not gone their way yet, each with what is left of the chunk behind it. While somebody
 * wants the table for himself, rows are read as fast as the server sends them, and go their way when the lock has been given
 * up. Not thread-safe.
 */
final class ReadAhead {
    /** Of each reader. */
    static final long BYTES_AMPLE = Math.min(64 << 20, Runtime.getRuntime().maxMemory() / 20);

    /**
     * How far a chunk was read.
     *
     * @param rest what has not been read completely
     * @param rowsEmitted rows of the rest that were emitted before, or lie before
     */
    record Place(TableRange rest, long rowsEmitted) {}

    private record Ahead(LoadRows batch, Place behind) {}

    private final long bytesAmple;
    private final Deque<Ahead> batches = new ArrayDeque<>();
    private Place place;
    private long bytes;

    /** @param bytesAmple no further part is begun before so many have gone their way */
    ReadAhead(long bytesAmple) {
        this.bytesAmple = bytesAmple;
    }

    /** Reading begins here; whatever was read before has gone its way or is of no use. */
    void begin(Place at) {
        clear();
        place = at;
    }

    void add(LoadRows batch, Place behind) {
        batches.add(new Ahead(batch, behind));
        bytes += batch.bytes().length;
    }

    boolean isEmpty() {
        return batches.isEmpty();
    }

    boolean isAmple() {
        return bytes >= bytesAmple;
    }

    /** Whether the rest of a part is to be read no faster than its rows go their way. */
    boolean isFull() {
        return bytes >= 2 * bytesAmple;
    }

    /**
     * The next batch to go its way; null when there is none.
     *
     * @param read how far the chunk was read
     */
    LoadRows take(Place read) {
        Ahead next = batches.poll();
        if (next == null) {
            place = read;
            return null;
        }
        bytes -= next.batch.bytes().length;
        place = next.behind;
        return next.batch;
    }

    /** How far the batches go that were taken. */
    Place place() {
        return place;
    }

    void clear() {
        batches.clear();
        bytes = 0;
    }
}
