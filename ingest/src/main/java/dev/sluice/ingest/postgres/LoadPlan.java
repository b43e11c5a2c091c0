package dev.sluice.ingest.postgres;

import dev.sluice.ingest.postgres.PostgresSplit.StreamSplit;
import dev.sluice.ingest.postgres.slot.ReplicationSlot;
import dev.sluice.ingest.postgres.slot.SourceIdentity;
import dev.sluice.ingest.postgres.watch.SourceWatch;
import dev.sluice.spec.Lsn;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashSet;
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
        EnumeratorState.Phase phase = state == null ? EnumeratorState.Phase.LOADING : state.phase();
        List<LoadedTables> loaded = state == null ? List.of() : state.loaded();
        try (LakePositions lake = settings.lake().open()) {
            lake.checkRun();
            SourceCheck.heads(lake);
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
                PublishedSource source = new PublishedSource(settings, lake, watch, knowledge);
                source.ensure(followed, missing);
                if (phase == EnumeratorState.Phase.STREAMING) {
                    return new LoadPlan(null, loaded, null);
                }
                List<LoadedTables> unpublished = loaded.stream()
                        .filter(load -> !knowledge.stamps().keySet().containsAll(load.tables()))
                        .toList();
                LoadPosition position = missing.isEmpty() ? null : load(settings, source, missing, known.isEmpty());
                return new LoadPlan(position, unpublished, streamSplit(settings, known, unpublished));
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

    private static LoadPosition load(
            SourceSettings settings, PublishedSource source, List<Integer> missing, boolean makesTheSlot) {
        if (makesTheSlot) {
            dropLeftover(settings);
        }
        LoadPosition position = LoadPosition.first(settings, missing, makesTheSlot);
        try {
            // Before the first row is read: what happens to a table from now on is a difference.
            source.recordShapes(missing);
            return position;
        } catch (RuntimeException e) {
            position.session().close();
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
}
