package dev.sluice.ingest.postgres;

import java.util.List;
import java.util.Optional;

/**
 * What a checkpoint keeps of the enumerator. The chunks of an unfinished load are not in it: its snapshot is gone by
 * the time it is restored, so such a load starts over.
 *
 * @param tableOids the tables of the pipeline, to recognise state of another set of tables
 * @param loaded the load whose rows are all in this or earlier checkpoints
 */
public record EnumeratorState(Phase phase, List<Integer> tableOids, Optional<LoadedTables> loaded) {
    /** How far the pipeline is. */
    public enum Phase {
        /** Nothing is decided, or a load is under way. */
        LOADING,
        /** Every row of the load is in checkpoints; the stream is not yet assigned. */
        LOADED,
        /** A reader holds the stream. */
        STREAMING
    }

    public EnumeratorState {
        tableOids = List.copyOf(tableOids);
    }
}
