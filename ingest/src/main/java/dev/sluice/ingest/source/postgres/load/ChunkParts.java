package dev.sluice.ingest.source.postgres.load;

import dev.sluice.ingest.source.postgres.load.TableRange.KeyRange;
import dev.sluice.ingest.source.postgres.load.TableRange.PageRange;
import java.util.List;
import java.util.Optional;

/**
 * How far a chunk has been read, part by part. Whatever happens, the rows that are missing are those of the rest but for as
 * many at its beginning as were emitted of it. Not thread-safe.
 */
final class ChunkParts {
    private final ReadingPace pace = new ReadingPace();
    private TableRange rest;
    private TableRange part;
    private Optional<List<String>> lastKey = Optional.empty();
    private long rowsRead;
    private boolean isAtEnd;
    private long partBeganNanos;

    /** @param emitted rows at the beginning of the range that were emitted before */
    void begin(TableRange range, long emitted) {
        rest = range;
        rowsRead = emitted;
        isAtEnd = false;
    }

    /** Begins what is to be read next. */
    TableRange next() {
        partBeganNanos = System.nanoTime();
        lastKey = Optional.empty();
        part = pace.part(rest);
        return part;
    }

    /** Of a part in the order of the key: its last key; empty when there are no rows behind the part. */
    void endsAt(Optional<List<String>> key) {
        lastKey = key;
    }

    /** Rows of the part were read. */
    void read(long rows) {
        rowsRead += rows;
    }

    /** @param rowsToSkip rows that were emitted before and did not come: they are in what follows */
    void partWasRead(long rowsToSkip, boolean isWaitedFor) {
        pace.wasRead(rowsRead - rowsToSkip, System.nanoTime() - partBeganNanos, isWaitedFor);
        Optional<TableRange> next = behindThePart();
        isAtEnd = next.isEmpty();
        if (next.isPresent()) {
            rest = next.get();
            rowsRead = rowsToSkip;
        }
    }

    void partWasEnded() {
        pace.wasEnded();
    }

    private Optional<TableRange> behindThePart() {
        if (rest instanceof KeyRange keys) {
            return lastKey.map(last -> new KeyRange(last, keys.pageRows()));
        }
        return part.equals(rest)
                ? Optional.empty()
                : Optional.of(new PageRange(((PageRange) part).end(), ((PageRange) rest).end()));
    }

    /** What has not been read completely, and how many of its rows were; when all was, of the part that was the last. */
    ReadAhead.Place place() {
        return new ReadAhead.Place(rest, rowsRead);
    }

    /** Whether somebody wants the table for himself, or did so of late. */
    boolean isContended() {
        return pace.isBounded();
    }

    boolean isAtEnd() {
        return isAtEnd;
    }
}
