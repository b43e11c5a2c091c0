package dev.sluice.ingest.source.postgres.load;

import dev.sluice.ingest.source.postgres.load.TableRange.KeyRange;
import dev.sluice.ingest.source.postgres.load.TableRange.PageRange;

/**
 * How much of a chunk is read before it is asked whether anybody waits for the table: all of it, until somebody did; then
 * parts that take about {@link #PART_NANOS} each, until nobody has waited during many of them. So a table for which
 * somebody always waits is read all the same, seldom in vain, and one for which nobody does is read at full speed. Used by
 * the task's thread.
 */
final class ReadingPace {
    private static final int PAGES_MAX = 8192;
    private static final double LEAST = 1.0 / PAGES_MAX;
    private static final double MOST = Math.nextDown(1.0);
    private static final int KEY_ROWS_MIN = 100;
    /** Shorter than what a waiting session is let wait, so that the reading ends by itself before it is ended. */
    private static final long PART_NANOS = 80_000_000;

    private static final double GROWTH_MIN = 0.5;
    private static final double GROWTH_MAX = 1.25;
    /** So many parts in a row during which nobody waited, and the table is read without looking again. */
    private static final int CALM_PARTS = 64;

    /** Of the most that is read in one part; 1 is without a bound. */
    private double share = 1;

    private int calmParts;

    /** Whether less than a chunk may be read in one part. */
    boolean isBounded() {
        return share < 1;
    }

    /** The beginning of {@code range}, as much as is to be read now. */
    TableRange part(TableRange range) {
        if (share == 1) {
            return range;
        }
        if (range instanceof KeyRange keys) {
            int least = Math.min(KEY_ROWS_MIN, keys.pageRows());
            return new KeyRange(keys.after(), Math.max(least, (int) (keys.pageRows() * share)));
        }
        PageRange pages = (PageRange) range;
        long end = pages.first() + Math.max(1, (long) (PAGES_MAX * share));
        return pages.end() != TableRange.OPEN_END && pages.end() <= end ? pages : new PageRange(pages.first(), end);
    }

    /** A part was ended from outside, because somebody had waited too long: what was read of it is read again. */
    void wasEnded() {
        calmParts = 0;
        share = Math.max(LEAST, share / 4);
    }

    /**
     * A part was read.
     *
     * @param rows how many it had; without any, the rest is read in one go, for it may have no end
     * @param nanos how long that took, the ways of its rows included
     * @param isWaitedFor whether somebody waits for the table now
     */
    void wasRead(long rows, long nanos, boolean isWaitedFor) {
        calmParts = isWaitedFor ? 0 : calmParts + 1;
        if (isWaitedFor && share == 1) {
            share = MOST;
        }
        if (rows == 0 || calmParts >= CALM_PARTS) {
            share = 1;
        } else if (share < 1) {
            double wanted = PART_NANOS / (double) Math.max(1, nanos);
            double growth = Math.max(GROWTH_MIN, Math.min(GROWTH_MAX, wanted));
            share = Math.max(LEAST, Math.min(MOST, share * growth));
        }
    }
}
