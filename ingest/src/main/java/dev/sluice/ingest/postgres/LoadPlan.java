package dev.sluice.ingest.postgres;

import dev.sluice.ingest.postgres.PostgresSplit.LoadSplit;
import dev.sluice.ingest.postgres.PostgresSplit.StreamSplit;
import dev.sluice.ingest.postgres.load.ChunkPlanner.PageRange;
import dev.sluice.ingest.postgres.load.LoadSession;
import dev.sluice.ingest.postgres.slot.Publication;
import dev.sluice.ingest.postgres.slot.ReplicationSlot;
import dev.sluice.ingest.postgres.slot.SourceIdentity;
import dev.sluice.ingest.postgres.watch.SourceWatch;
import dev.sluice.ingest.table.SourceTable;
import dev.sluice.spec.Lsn;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
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
        EnumeratorState.Phase phase = state == null ? EnumeratorState.Phase.LOADING : state.phase();
        Optional<LoadedTables> loaded = phase == EnumeratorState.Phase.LOADING ? Optional.empty() : state.loaded();
        try (LakePositions lake = settings.lake().open()) {
            LakeKnowledge knowledge = LakeKnowledge.read(lake);
            String identity = checkIdentity(settings, lake, knowledge);
            Map<Integer, Lsn> known = knowledge.withLoaded(loaded);
            try (SourceWatch watch = knowledge.watch(settings, identity, known.keySet())) {
                Set<Integer> stopped = new HashSet<>(knowledge.stopped());
                if (!known.isEmpty()) {
                    stopped.addAll(SourceCheck.look(watch, lake, knowledge.everywhere(known)));
                }
                List<Integer> missing = IntStream.range(0, settings.tables().size())
                        .filter(i -> !known.containsKey(i) && !stopped.contains(i))
                        .boxed()
                        .toList();
                Set<Integer> followed = new HashSet<>(known.keySet());
                followed.removeAll(stopped);
                new PublishedSource(settings, lake, watch, knowledge).ensure(followed, missing);
                if (phase == EnumeratorState.Phase.STREAMING) {
                    return new LoadPlan(null, List.of(), loaded.orElse(null), null);
                }
                if (missing.isEmpty()) {
                    Optional<LoadedTables> unpublished = loaded.filter(
                            l -> !knowledge.stamps().keySet().containsAll(l.tables()));
                    return new LoadPlan(
                            null, List.of(), unpublished.orElse(null), streamSplit(settings, known, unpublished));
                }
                return load(settings, lake, watch, knowledge, missing);
            }
        }
    }

    private static String checkIdentity(SourceSettings settings, LakePositions lake, LakeKnowledge knowledge) {
        String identity = SourceIdentity.of(settings.connector());
        Optional<String> recorded = knowledge.identity();
        if (knowledge.stamps().isEmpty() || recorded.isEmpty()) {
            if (!recorded.equals(Optional.of(identity))) {
                lake.recordSourceIdentity(identity);
            }
            return identity;
        }
        SourceIdentity.check(recorded.get(), identity);
        return identity;
    }

    private static LoadPlan load(
            SourceSettings settings,
            LakePositions lake,
            SourceWatch watch,
            LakeKnowledge knowledge,
            List<Integer> missing) {
        boolean first = knowledge.stamps().isEmpty();
        if (first) {
            dropLeftover(settings);
        }
        List<SourceTable> tables = missing.stream().map(settings.tables()::get).toList();
        // Only the first load makes the slot; a later one borrows a snapshot from a slot that vanishes with it.
        String slotName = first ? settings.slotName() : settings.slotName() + "_load";
        LoadSession session = LoadSession.open(settings.connector(), tables, slotName, !first);
        try {
            // Before the first row is read: what happens to a table from now on is a difference.
            new PublishedSource(settings, lake, watch, knowledge).recordShapes(missing);
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
            Map<Integer, Lsn> known = knowledge.withLoaded(Optional.of(loaded));
            return new LoadPlan(session, chunks, loaded, streamSplit(settings, known, Optional.of(loaded)));
        } catch (RuntimeException e) {
            session.close();
            throw e;
        }
    }

    /** The slot's name is the lake's own, and the lake holds nothing yet: it is of a load that did not end. */
    private static void dropLeftover(SourceSettings settings) {
        try (Connection connection = settings.connector().query()) {
            new ReplicationSlot(settings.slotName()).drop(connection);
        } catch (SQLException e) {
            throw new SluiceException(ErrorCode.E0201, "preparing the source failed", "", e);
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
}
