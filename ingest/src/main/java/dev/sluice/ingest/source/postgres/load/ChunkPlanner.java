package dev.sluice.ingest.source.postgres.load;

import dev.sluice.ingest.source.postgres.load.TableRange.KeyRange;
import dev.sluice.ingest.source.postgres.load.TableRange.PageRange;
import java.util.ArrayList;
import java.util.List;

/** Cuts a table into ranges. */
public final class ChunkPlanner {
    static final long CHUNK_PAGES_MIN = 16;
    /** A heap has at most 2^32 - 1 pages. */
    private static final int CHUNKS_MAX = 1 << 20;

    private static final long KEY_PAGE_BYTES = 16L << 20;
    private static final int KEY_PAGE_ROWS_MIN = 100;
    private static final int KEY_PAGE_ROWS_MAX = 100_000;
    private static final int KEY_PAGE_ROWS_UNKNOWN = 2_000;

    private ChunkPlanner() {}

    /**
     * Ranges that together cover every page, also those that are added later.
     *
     * @param chunkBytes wanted size of a range, TOAST included
     */
    public static List<PageRange> pages(TableSize size, long chunkBytes) {
        long pages = size.pages();
        long bytesPerPage = pages == 0 ? size.pageBytes() : Math.max(size.pageBytes(), size.tableBytes() / pages);
        long chunkPages = Math.max(CHUNK_PAGES_MIN, chunkBytes / bytesPerPage);
        chunkPages = Math.max(chunkPages, pages / CHUNKS_MAX + 1);
        List<PageRange> ranges = new ArrayList<>();
        long first = 0;
        for (; first + chunkPages < pages; first += chunkPages) {
            ranges.add(new PageRange(first, first + chunkPages));
        }
        ranges.add(new PageRange(first, TableRange.OPEN_END));
        return ranges;
    }

    /** The whole table in the order of its key, in pages that are read in a moment each. */
    public static KeyRange keys(TableSize size) {
        long rows = size.rows() <= 0
                ? KEY_PAGE_ROWS_UNKNOWN
                : KEY_PAGE_BYTES / Math.max(1, size.tableBytes() / size.rows());
        return new KeyRange(List.of(), (int) Math.min(KEY_PAGE_ROWS_MAX, Math.max(KEY_PAGE_ROWS_MIN, rows)));
    }
}
