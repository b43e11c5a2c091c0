package dev.sluice.ingest.source;

import dev.sluice.ingest.sink.SourceGuard;
import dev.sluice.ingest.table.TableStop;
import dev.sluice.lake.Position;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Looks at the source before each commit. A table is watched from its stamp in the lake or, where it has none yet, from
 * the cut that publishes its load.
 */
public final class CommitWatch implements SourceGuard {
    private final SourceAdapter adapter;
    private final Set<Integer> followed = new HashSet<>();
    private FollowedSource source;
    /** The slot may stand here: it was on record before this object, or passed here. */
    private Position passed = Position.ZERO;

    private CommitWatch(SourceAdapter adapter) {
        this.adapter = adapter;
    }

    public static Opener opener(SourceAdapter adapter) {
        return () -> new CommitWatch(adapter);
    }

    @Override
    public List<TableStop> differing(Position to, Set<Integer> loaded) {
        if (to.equals(Position.ZERO) && loaded.isEmpty()) {
            // Rows of a load that is not complete: nothing is published.
            return List.of();
        }
        if (source == null || !followed.containsAll(loaded)) {
            begin(to, loaded);
        }
        List<TableStop> stops = source.look(to, passed);
        stops.forEach(stop -> followed.remove(stop.table()));
        if (!stops.isEmpty()) {
            // They are recorded as stopped before the next look, which is not about them any more.
            close();
        }
        passed = Position.max(passed, to);
        return stops;
    }

    /** Reads anew what is expected: a load records its tables when it begins. */
    private void begin(Position to, Set<Integer> loaded) {
        close();
        try (LakePositions lake = adapter.lake().open()) {
            LakeKnowledge knowledge = LakeKnowledge.read(lake);
            followed.clear();
            followed.addAll(knowledge.stamps().keySet());
            followed.addAll(loaded);
            Position known = knowledge.everywhere(knowledge.stamps());
            // As long as nothing that is followed is published, the slot stands where this load begins: it was made for
            // it.
            // What the lake acknowledged before, of tables that are all loaded anew, says nothing of it.
            passed = Position.max(passed, knowledge.stamps().isEmpty() ? Position.max(known, to) : known);
            source = adapter.followed(knowledge, knowledge.identity().orElseThrow(), followed);
        }
    }

    @Override
    public void close() {
        if (source != null) {
            source.close();
            source = null;
        }
    }
}
