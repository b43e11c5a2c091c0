package dev.sluice.ingest.postgres;

import dev.sluice.ingest.postgres.PostgresSplit.LoadSplit;
import dev.sluice.ingest.postgres.PostgresSplit.StreamSplit;
import dev.sluice.ingest.postgres.load.ChunkPlanner.PageRange;
import dev.sluice.ingest.postgres.load.LoadSession;
import dev.sluice.ingest.postgres.slot.Publication;
import dev.sluice.ingest.postgres.slot.ReplicationSlot;
import dev.sluice.ingest.postgres.slot.SourceIdentity;
import dev.sluice.ingest.table.SourceTable;
import dev.sluice.spec.Lsn;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is to be done at a start: found out, and prepared at the server, off the enumerator's thread.
 *
 * @param session holds the load together; null when there is nothing to load
 * @param chunks what is to be loaded
 * @param load what the chunks are of, or what a checkpoint holds and the lake does not; null when there is nothing
 * @param stream what is to be streamed then; null when a reader holds the stream already
 */
record LoadPlan(LoadSession session, List<LoadSplit> chunks, LoadedTables load, StreamSplit stream) {
    private static final Logger LOG = LoggerFactory.getLogger(LoadPlan.class);

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
        Optional<LoadedTables> loaded = phase == EnumeratorState.Phase.LOADING ? Optional.empty() : state.loaded();
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
                return new LoadPlan(null, List.of(), loaded.orElse(null), null);
            }
            if (missing.isEmpty()) {
                Optional<LoadedTables> unpublished =
                        loaded.filter(l -> !stamps.keySet().containsAll(l.tables()));
                return new LoadPlan(
                        null, List.of(), unpublished.orElse(null), streamSplit(settings, known, unpublished));
            }
            return load(settings, known, missing);
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

    private static LoadPlan load(SourceSettings settings, Map<Integer, Lsn> known, List<Integer> missing) {
        boolean first = known.isEmpty();
        List<SourceTable> tables = missing.stream().map(settings.tables()::get).toList();
        // Only the first load makes the slot; a later one borrows a snapshot from a slot that vanishes with it.
        String slotName = first ? settings.slotName() : settings.slotName() + "_load";
        LoadSession session = LoadSession.open(settings.connector(), tables, slotName, !first);
        try {
            List<LoadSplit> chunks = new ArrayList<>();
            for (int table : missing) {
                for (PageRange range : session.chunks(settings.tables().get(table), settings.chunkBytes())) {
                    chunks.add(new LoadSplit(
                            chunks.size(),
                            session.loadLsn(),
                            session.snapshotName(),
                            table,
                            range.first(),
                            range.end(),
                            0));
                }
            }
            LoadedTables loaded = new LoadedTables(session.loadLsn(), session.timeMicros(), missing, List.of());
            LOG.info("Loading {} tables in {} chunks at {}", missing.size(), chunks.size(), new Lsn(session.loadLsn()));
            return new LoadPlan(
                    session,
                    chunks,
                    loaded,
                    streamSplit(settings, withLoaded(known, Optional.of(loaded)), Optional.of(loaded)));
        } catch (RuntimeException e) {
            session.close();
            throw e;
        }
    }

    private static StreamSplit streamSplit(
            SourceSettings settings, Map<Integer, Lsn> known, Optional<LoadedTables> loaded) {
        List<Long> skipTo = IntStream.range(0, settings.tables().size())
                .mapToObj(i -> known.getOrDefault(i, Lsn.ZERO).value())
                .toList();
        // The checkpoint that covers a first load has its announcement too.
        Optional<LoadedTables> toAnnounce =
                loaded.filter(l -> !l.isOfAll(settings.tables().size()));
        return new StreamSplit(0, settings.tableOids(), skipTo, toAnnounce);
    }

    private static Map<Integer, Lsn> withLoaded(Map<Integer, Lsn> stamps, Optional<LoadedTables> loaded) {
        Map<Integer, Lsn> known = new HashMap<>(stamps);
        loaded.ifPresent(l -> l.tables().forEach(table -> known.merge(table, new Lsn(l.lsn()), Lsn::max)));
        return known;
    }

    /** Every commit up to here is in the lake, for every table: the record, or what the tables themselves say. */
    private static Lsn everywhere(Map<Integer, Lsn> known, Optional<Lsn> acknowledged) {
        Lsn lowest = known.values().stream().min(Lsn::compareTo).orElse(Lsn.ZERO);
        return Lsn.max(lowest, acknowledged.orElse(Lsn.ZERO));
    }
}
