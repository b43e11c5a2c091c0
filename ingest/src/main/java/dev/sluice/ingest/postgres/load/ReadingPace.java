package dev.sluice.ingest.postgres.load;

import dev.sluice.ingest.postgres.load.ChunkRange.KeyRange;
import dev.sluice.ingest.postgres.load.ChunkRange.PageRange;

/**
 * How much of a chunk is read under one lock: all of it, until a reading had to give way; then half as much each time that
 * happens, and an eighth more each time it does not. So a table for which somebody always waits is read all the same, in
 * parts that are about as large as can be, and one for which nobody does is read at full speed. Used by the task's thread.
 */
public final class ReadingPace {
    private static final int PAGES_MAX = 8192;
    private static final double LEAST = 1.0 / PAGES_MAX;
    private static final int KEY_ROWS_MIN = 100;

    /** Of the most that is read while anybody has waited lately; 1 is without a bound. */
    private double share = 1;

    /** The beginning of {@code range}, as much as is to be read now. */
    public ChunkRange part(ChunkRange range) {
        if (share == 1) {
            return range;
        }
        if (range instanceof KeyRange keys) {
            int least = Math.min(KEY_ROWS_MIN, keys.pageRows());
            return new KeyRange(keys.after(), Math.max(least, (int) (keys.pageRows() * share)));
        }
        PageRange pages = (PageRange) range;
        long end = pages.first() + Math.max(1, (long) (PAGES_MAX * share));
        return pages.end() != ChunkRange.OPEN_END && pages.end() <= end ? pages : new PageRange(pages.first(), end);
    }

    /** Somebody waited for the table before the part was read. */
    public void gaveWay() {
        share = Math.max(LEAST, share / 2);
    }

    /**
     * A part was read in time.
     *
     * @param rows how many it had; without any, the rest is read in one go, for it may have no end
     */
    public void wasRead(long rows) {
        share = rows == 0 ? 1 : Math.min(1, share * 9 / 8);
    }
}
