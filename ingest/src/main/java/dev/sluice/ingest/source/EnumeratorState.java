package dev.sluice.ingest.source;

import java.util.List;

/**
 * What a checkpoint keeps of the enumerator. The chunks of an unfinished load are not in it: its snapshot is gone by
 * the time it is restored, so what is left of such a load is read at another position.
 *
 * @param tableIds the tables of the pipeline, to recognise state of another set of tables
 * @param loaded the tables whose rows are all in this or earlier checkpoints
 */
public record EnumeratorState(Phase phase, List<String> tableIds, List<LoadedTables> loaded) {
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
        tableIds = List.copyOf(tableIds);
        loaded = List.copyOf(loaded);
    }
}
