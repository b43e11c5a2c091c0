package dev.sluice.trino.model;

import dev.sluice.lake.Position;
import java.time.Instant;
import java.util.List;

/**
 * What a run did.
 *
 * @param position every output is a function of the source at this LSN
 * @param sourceCommitTime newest commit time at the source among what was read
 * @param results one per model, in the order in which they were made
 */
public record ModelRun(Position position, Instant sourceCommitTime, List<Result> results) {

    /** What became of one model. */
    public enum Outcome {
        /** A new snapshot was published. */
        WRITTEN,
        /** Text and inputs are those of the published snapshot, which stays. */
        UNCHANGED
    }

    /**
     * One model of a run.
     *
     * @param snapshotId the output's snapshot at the run's LSN
     * @param rows rows of the output
     * @param tests how many tests held; 0 where nothing was written
     * @param millis time for writing and testing
     */
    public record Result(String model, Outcome outcome, long snapshotId, long rows, int tests, long millis) {}
}
