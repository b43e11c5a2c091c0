package dev.sluice.ingest.postgres;

import dev.sluice.ingest.postgres.watch.PublicationShape;
import dev.sluice.ingest.postgres.watch.SourceWatch;
import dev.sluice.ingest.postgres.watch.TableShape;
import dev.sluice.spec.Lsn;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.Remedy;
import dev.sluice.spec.errors.SluiceException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * What the lake says of its source, read at one moment.
 *
 * @param stamps of the tables that are published and followed
 * @param stopped tables that are neither loaded nor streamed
 * @param shapes what the tables were when they were loaded, or last seen unharmed
 */
record LakeKnowledge(
        Map<Integer, Lsn> stamps,
        Set<Integer> stopped,
        Optional<Lsn> acknowledged,
        Optional<String> identity,
        Optional<PublicationShape> publication,
        Map<Integer, TableShape> shapes) {

    static LakeKnowledge read(LakePositions lake) {
        Map<Integer, TableShape> shapes = new HashMap<>();
        lake.shapes().forEach((table, text) -> shapes.put(table, parsed(text, TableShape::parse)));
        return new LakeKnowledge(
                lake.stamps(),
                lake.stops().keySet(),
                lake.acknowledged(),
                lake.sourceIdentity(),
                lake.publication().map(text -> parsed(text, PublicationShape::parse)),
                shapes);
    }

    private static <T> T parsed(String text, Function<String, T> parse) {
        try {
            return parse.apply(text);
        } catch (IllegalArgumentException e) {
            throw new SluiceException(
                    ErrorCode.E0505,
                    "the lake's record of its source was changed by something other than Sluice: " + text,
                    Remedy.LOAD_ANEW,
                    e);
        }
    }

    /** Up to where each table is known, with those of loads that are complete and perhaps not published. */
    Map<Integer, Lsn> withLoaded(List<LoadedTables> loaded) {
        Map<Integer, Lsn> known = new HashMap<>(stamps);
        loaded.forEach(l -> l.tables().forEach(table -> known.merge(table, new Lsn(l.lsn()), Lsn::max)));
        return known;
    }

    /** Every commit up to here is in the lake, for every table: the record, or what the tables themselves say. */
    Lsn everywhere(Map<Integer, Lsn> known) {
        Lsn lowest = known.values().stream().min(Lsn::compareTo).orElse(Lsn.ZERO);
        return Lsn.max(lowest, acknowledged.orElse(Lsn.ZERO));
    }

    /**
     * A watch over these tables, as far as they are not stopped.
     *
     * @param server the one that is expected
     */
    SourceWatch watch(SourceSettings settings, String server, Set<Integer> tables) {
        Map<Integer, TableShape> watched = new HashMap<>(shapes);
        watched.keySet().retainAll(tables);
        watched.keySet().removeAll(stopped);
        return new SourceWatch(
                settings.connector(),
                settings.slotName(),
                settings.publicationName(),
                settings.tables(),
                new SourceWatch.Expected(server, publication, watched));
    }
}
