package dev.sluice.ingest.source;

import dev.sluice.lake.Position;
import java.util.List;
import java.util.Set;

/**
 * Where a feed of changes begins, and what of it is wanted.
 *
 * @param known every commit up to here is in the lake, for every table: a server that can give no longer what follows is
 *     refused
 * @param position every transaction with a commit LSN up to here was emitted before; {@link Position#ZERO} for none
 * @param skipTo for each table, transactions with a commit LSN up to here are dropped
 * @param stopped tables of which nothing is emitted
 * @param loaded loads to be announced in their places, in the order of their LSNs
 */
public record FeedStart(
        Position known, Position position, List<Position> skipTo, Set<Integer> stopped, List<LoadedTables> loaded) {
    public FeedStart {
        skipTo = List.copyOf(skipTo);
        stopped = Set.copyOf(stopped);
        loaded = List.copyOf(loaded);
    }
}
