package dev.sluice.ingest.source;

import dev.sluice.ingest.source.PipelineSplit.StreamSplit;
import dev.sluice.lake.Position;
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
    static LoadPlan prepare(SourceAdapter adapter, EnumeratorState state) {
        EnumeratorState.Phase phase = state == null ? EnumeratorState.Phase.LOADING : state.phase();
        List<LoadedTables> loaded = state == null ? List.of() : state.loaded();
        try (LakePositions lake = adapter.lake().open()) {
            lake.checkRun();
            SourceCheck.heads(lake);
            LakeKnowledge knowledge = LakeKnowledge.read(lake);
            String identity = checkIdentity(adapter, lake, knowledge);
            Map<Integer, Position> known = knowledge.withLoaded(loaded);
            try (FollowedSource source = adapter.followed(knowledge, identity, known.keySet())) {
                Set<Integer> stopped = new HashSet<>(knowledge.stopped());
                if (!known.isEmpty()) {
                    stopped.addAll(SourceCheck.look(source, lake, knowledge.everywhere(known)));
                }
                List<Integer> missing = IntStream.range(0, adapter.tables().size())
                        .filter(i -> !known.containsKey(i) && !stopped.contains(i))
                        .boxed()
                        .toList();
                Set<Integer> followed = new HashSet<>(known.keySet());
                followed.removeAll(stopped);
                source.follow(lake, followed, missing);
                if (phase == EnumeratorState.Phase.STREAMING) {
                    return new LoadPlan(null, loaded, null);
                }
                List<LoadedTables> unpublished = loaded.stream()
                        .filter(load -> !knowledge.stamps().keySet().containsAll(load.tables()))
                        .toList();
                LoadPosition position =
                        missing.isEmpty() ? null : load(adapter, source, lake, missing, known.isEmpty());
                return new LoadPlan(position, unpublished, streamSplit(adapter, known, unpublished));
            }
        }
    }

    private static String checkIdentity(SourceAdapter adapter, LakePositions lake, LakeKnowledge knowledge) {
        String identity = adapter.identity();
        Optional<String> recorded = knowledge.identity();
        if (knowledge.stamps().isEmpty() || recorded.isEmpty()) {
            if (!recorded.equals(Optional.of(identity))) {
                lake.recordSourceIdentity(identity);
            }
            return identity;
        }
        adapter.checkIdentity(recorded.get(), identity);
        return identity;
    }

    private static LoadPosition load(
            SourceAdapter adapter, FollowedSource source, LakePositions lake, List<Integer> missing, boolean isFirst) {
        LoadPosition position = adapter.load(missing, isFirst);
        try {
            source.recordTables(lake, missing);
            return position;
        } catch (RuntimeException e) {
            position.session().close();
            throw e;
        }
    }

    private static StreamSplit streamSplit(
            SourceAdapter adapter, Map<Integer, Position> known, List<LoadedTables> loaded) {
        List<Position> skipTo = IntStream.range(0, adapter.tables().size())
                .mapToObj(i -> known.getOrDefault(i, Position.ZERO))
                .toList();
        return new StreamSplit(
                Position.ZERO,
                PipelineSplit.tableIds(adapter),
                skipTo,
                loaded.stream().filter(LoadedTables::isInTheStream).toList());
    }
}
