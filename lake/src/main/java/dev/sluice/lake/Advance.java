package dev.sluice.lake;

import dev.sluice.spec.errors.ErrorCode;
import java.util.Map;
import java.util.Optional;

/**
 * What a lake commit does to the progress of its pipeline: from {@code from} to {@code to}, in the same transaction as
 * the tables, if the run that commits is the one that has the pipeline.
 *
 * @param runId the run that commits
 * @param from where the pipeline must stand; empty for the first commit of a run, which goes on from where the run took
 *     the pipeline over
 * @param to where it stands afterwards, all of whose changes are in the lake then; {@link Position#ZERO} for a commit at
 *     a position of its own, such as a load's, which does not move the pipeline
 */
public record Advance(Progress progress, String runId, Optional<Position> from, Position to) {

    /** Where the pipeline stands against a commit. */
    sealed interface Standing {
        /** It stands before the commit, or the commit does not move it. */
        record Open(ProgressRecord record) implements Standing {}

        /** All of the commit is in the lake. */
        record Covered() implements Standing {}

        /** This run may not commit this. */
        record Refused(Refusal refusal) implements Standing {}
    }

    Standing judge(Optional<ProgressRecord> read) {
        if (read.isEmpty()) {
            return new Standing.Refused(new Refusal(
                    ErrorCode.E0511,
                    "the record of the pipeline's progress, " + progress.table() + ", is gone",
                    ProgressTable.LOAD_ALL_ANEW));
        }
        ProgressRecord record = read.get();
        if (!record.runId().equals(runId)) {
            return new Standing.Refused(new Refusal(
                    ErrorCode.E0503,
                    "run " + runId + " of the pipeline has been replaced: run " + record.runId()
                            + " took it over as epoch " + record.epoch() + " and stands at " + record.position(),
                    "nothing, if that run is the one to go on; otherwise stop it and start this one again"));
        }
        if (to.equals(Position.ZERO)) {
            return new Standing.Open(record);
        }
        if (to.isAtMost(record.position())) {
            return new Standing.Covered();
        }
        Position expected = from.orElse(record.claimedAt());
        if (!expected.equals(record.position())) {
            return new Standing.Refused(new Refusal(
                    ErrorCode.E0510,
                    "the changes go from " + expected + " to " + to + ", and the lake stands at " + record.position()
                            + ": what lies between is missing or would come twice",
                    "if the catalog was restored from a backup, " + ProgressTable.LOAD_ALL_ANEW
                            + "; otherwise start the pipeline again, it goes on from the lake: sluice apply"));
        }
        return new Standing.Open(record);
    }

    /** The record after a commit that leaves these tables there. */
    ProgressRecord after(ProgressRecord record, Map<String, Position> left) {
        return record.movedTo(Position.max(record.position(), to), left);
    }
}
