package dev.sluice.ingest.postgres.load;

import java.util.ArrayList;
import java.util.List;

/** Cuts a table into ranges of pages. */
public final class ChunkPlanner {
    static final long CHUNK_PAGES_MIN = 16;
    /** A heap has at most 2^32 - 1 pages. */
    private static final int CHUNKS_MAX = 1 << 20;

    /** Pages from {@code first} to before {@code end}; the last range of a table has no end (-1). */
    public record PageRange(long first, long end) {}

    private ChunkPlanner() {}

    /**
     * Ranges that together cover every page, also those that are added later.
     *
     * @param pages pages of the heap
     * @param pageBytes bytes of a page
     * @param tableBytes heap and TOAST together
     * @param chunkBytes wanted size of a range, TOAST included
     */
    public static List<PageRange> plan(long pages, long pageBytes, long tableBytes, long chunkBytes) {
        long bytesPerPage = pages == 0 ? pageBytes : Math.max(pageBytes, tableBytes / pages);
        long chunkPages = Math.max(CHUNK_PAGES_MIN, chunkBytes / bytesPerPage);
        chunkPages = Math.max(chunkPages, pages / CHUNKS_MAX + 1);
        List<PageRange> ranges = new ArrayList<>();
        long first = 0;
        for (; first + chunkPages < pages; first += chunkPages) {
            ranges.add(new PageRange(first, first + chunkPages));
        }
        ranges.add(new PageRange(first, -1));
        return ranges;
    }
}
