package dev.sluice.ingest.source.postgres.load;

import dev.sluice.ingest.source.ChunkRange;
import java.util.List;

/** Which rows of a table of PostgreSQL a chunk has. */
public sealed interface TableRange extends ChunkRange {
    /** End of a range that has no upper bound. */
    long OPEN_END = -1;

    /**
     * The rows on some pages of the heap: the quickest way to read, as long as nobody rewrites the table.
     *
     * @param end exclusive; {@link #OPEN_END} for the last range of a table
     */
    record PageRange(long first, long end) implements TableRange {}

    /**
     * The rest of the table behind a key, read page by page in the order of the key. VACUUM FULL and CLUSTER move rows to
     * other places, but not in this order.
     *
     * @param after the key of the last row that was read, as literals of SQL; empty at the beginning
     * @param pageRows rows that are read under one lock
     */
    record KeyRange(List<String> after, int pageRows) implements TableRange {
        public KeyRange {
            after = List.copyOf(after);
        }
    }
}
