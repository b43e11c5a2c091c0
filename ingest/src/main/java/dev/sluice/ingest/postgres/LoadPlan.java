package dev.sluice.ingest.postgres;

import dev.sluice.ingest.postgres.PostgresSplit.StreamSplit;
import dev.sluice.ingest.postgres.slot.Publication;
import dev.sluice.ingest.postgres.slot.ReplicationSlot;
import dev.sluice.ingest.postgres.slot.SourceIdentity;
import dev.sluice.spec.Lsn;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * What is to be done at a start: found out, and prepared at the server, off the enumerator's thread.
 *
 * @param position where what the lake does not have is loaded; null when there is nothing to load
 * @param loaded what a checkpoint holds completely, and perhaps the lake does not yet
 * @param stream what is to be streamed then; null when a reader holds the stream already
 */
record LoadPlan(LoadPosition position, List<LoadedTables> loaded, StreamSplit stream) {
    /** @param state what a checkpoint kept, or null */
    static LoadPlan prepare(SourceSettings settings, EnumeratorState state) {
        Map<Integer, Lsn> stamps;
        Set<Integer> stopped;
        Optional<Lsn> acknowledged;
        try (LakePositions lake = settings.lake().open()) {
            stamps = lake.stamps();
            stopped = lake.stops().keySet();
            acknowledged = lake.acknowledged();
            checkIdentity(settings, lake, stamps.isEmpty());
        }
        EnumeratorState.Phase phase = state == null ? EnumeratorState.Phase.LOADING : state.phase();
        List<LoadedTables> loaded = state == null ? List.of() : state.loaded();
        Map<Integer, Lsn> known = withLoaded(stamps, loaded);
        ReplicationSlot slot = new ReplicationSlot(settings.slotName());
        try (Connection connection = settings.connector().query()) {
            new Publication(settings.publicationName(), settings.tables(), settings.listedOids()).ensure(connection);
            List<Integer> missing = IntStream.range(0, settings.tables().size())
                    .filter(i -> !known.containsKey(i) && !stopped.contains(i))
                    .boxed()
                    .toList();
            if (known.isEmpty()) {
                slot.drop(connection);
            } else {
                slot.check(connection, everywhere(known, acknowledged));
            }
            if (phase == EnumeratorState.Phase.STREAMING) {
                return new LoadPlan(null, loaded, null);
            }
            List<LoadedTables> unpublished = loaded.stream()
                    .filter(load -> !stamps.keySet().containsAll(load.tables()))
                    .toList();
            LoadPosition position = missing.isEmpty() ? null : LoadPosition.first(settings, missing, known.isEmpty());
            return new LoadPlan(position, unpublished, streamSplit(settings, known, unpublished));
        } catch (SQLException e) {
            throw new SluiceException(ErrorCode.E0201, "preparing the source failed", "", e);
        }
    }

    private static void checkIdentity(SourceSettings settings, LakePositions lake, boolean nothingPublished) {
        String identity = SourceIdentity.of(settings.connector());
        Optional<String> recorded = lake.sourceIdentity();
        if (nothingPublished || recorded.isEmpty()) {
            if (!recorded.equals(Optional.of(identity))) {
                lake.recordSourceIdentity(identity);
            }
            return;
        }
        SourceIdentity.check(recorded.get(), identity);
    }

    private static StreamSplit streamSplit(
            SourceSettings settings, Map<Integer, Lsn> known, List<LoadedTables> loaded) {
        List<Long> skipTo = IntStream.range(0, settings.tables().size())
                .mapToObj(i -> known.getOrDefault(i, Lsn.ZERO).value())
                .toList();
        return new StreamSplit(
                0,
                settings.tableOids(),
                skipTo,
                loaded.stream().filter(LoadedTables::isInTheStream).toList());
    }

    private static Map<Integer, Lsn> withLoaded(Map<Integer, Lsn> stamps, List<LoadedTables> loaded) {
        Map<Integer, Lsn> known = new HashMap<>(stamps);
        loaded.forEach(l -> l.tables().forEach(table -> known.merge(table, new Lsn(l.lsn()), Lsn::max)));
        return known;
    }

    /** Every commit up to here is in the lake, for every table: the record, or what the tables themselves say. */
    private static Lsn everywhere(Map<Integer, Lsn> known, Optional<Lsn> acknowledged) {
        Lsn lowest = known.values().stream().min(Lsn::compareTo).orElse(Lsn.ZERO);
        return Lsn.max(lowest, acknowledged.orElse(Lsn.ZERO));
    }
}
