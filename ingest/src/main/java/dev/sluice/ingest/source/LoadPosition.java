package dev.sluice.ingest.source;

import dev.sluice.lake.Position;
import java.util.List;
import java.util.Map;

/**
 * Tables that are to be read under one snapshot. Made off the enumerator's thread.
 *
 * @param session holds the snapshot
 * @param chunks ranges by table, which together have every row
 * @param truncated tables that need not be read, as the stream truncates them: the position right before that commit
 * @param isBeforeTheStream whether the stream begins where these are loaded
 */
public record LoadPosition(
        LoadSession session,
        Map<Integer, List<ChunkRange>> chunks,
        Map<Integer, Position> truncated,
        boolean isBeforeTheStream) {}
