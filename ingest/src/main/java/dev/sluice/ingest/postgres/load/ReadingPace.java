package dev.sluice.ingest.postgres.load;

import dev.sluice.ingest.postgres.load.ChunkRange.KeyRange;
import dev.sluice.ingest.postgres.load.ChunkRange.PageRange;

/**
 * How much of a chunk is read under one lock: all of it, until a reading had to give way; then a quarter each time that
 * happens, and twice as much each time it does not. So a table for which somebody always waits is read all the same, and
 * one for which nobody does is read at full speed. Used by the task's thread.
 */
public final class ReadingPace {
    private static final long PAGES_MAX = 8192;
    private static final int KEY_ROWS_MIN = 100;
    private static final int SLOWEST = 13;

    /** How often the most that is read has been halved; 0 is without a bound. */
    private int halvings;

    /** The beginning of {@code range}, as much as is to be read now. */
    public ChunkRange part(ChunkRange range) {
        if (halvings == 0) {
            return range;
        }
        if (range instanceof KeyRange keys) {
            return new KeyRange(
                    keys.after(), Math.max(Math.min(KEY_ROWS_MIN, keys.pageRows()), keys.pageRows() >> halvings));
        }
        PageRange pages = (PageRange) range;
        long end = pages.first() + Math.max(1, PAGES_MAX >> halvings);
        return pages.end() != ChunkRange.OPEN_END && pages.end() <= end ? pages : new PageRange(pages.first(), end);
    }

    /** Somebody waited for the table before the part was read. */
    public void gaveWay() {
        halvings = Math.min(SLOWEST, halvings + 2);
    }

    /**
     * A part was read in time.
     *
     * @param rows how many it had; without any, the rest is read in one go, for it may have no end
     */
    public void wasRead(long rows) {
        halvings = rows == 0 ? 0 : Math.max(0, halvings - 1);
    }
}
