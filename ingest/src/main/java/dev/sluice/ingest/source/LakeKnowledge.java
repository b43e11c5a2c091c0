package dev.sluice.ingest.source;

import dev.sluice.lake.Position;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the lake says of its source, read at one moment.
 *
 * @param stamps of the tables that are published and followed
 * @param identity of the server that the lake was filled from
 * @param sourceSetup what the source was made to give, as its adapter recorded it
 * @param stopped tables that are neither loaded nor streamed
 * @param shapes what the tables were when they were loaded, or last seen unharmed, as the adapter recorded it
 */
public record LakeKnowledge(
        Map<Integer, Position> stamps,
        Set<Integer> stopped,
        Optional<Position> acknowledged,
        Optional<String> identity,
        Optional<String> sourceSetup,
        Map<Integer, String> shapes) {

    public static LakeKnowledge read(LakePositions lake) {
        return new LakeKnowledge(
                lake.stamps(),
                lake.stops().keySet(),
                lake.acknowledged(),
                lake.sourceIdentity(),
                lake.sourceSetup(),
                lake.shapes());
    }

    /** Up to where each table is known, with those of loads that are complete and perhaps not published. */
    Map<Integer, Position> withLoaded(List<LoadedTables> loaded) {
        Map<Integer, Position> known = new HashMap<>(stamps);
        loaded.forEach(l -> l.tables().forEach(table -> known.merge(table, l.position(), Position::max)));
        return known;
    }

    /** Every commit up to here is in the lake, for every table: the record, or what the tables themselves say. */
    Position everywhere(Map<Integer, Position> known) {
        Position lowest = known.values().stream().min(Position::compareTo).orElse(Position.ZERO);
        return Position.max(lowest, acknowledged.orElse(Position.ZERO));
    }
}
