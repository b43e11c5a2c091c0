package dev.sluice.ingest.postgres;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The moment at which a run becomes the one that writes. Asked by the enumerator, after it has looked at the slot. */
final class RunClaim {
    private static final Logger LOG = LoggerFactory.getLogger(RunClaim.class);

    private RunClaim() {}

    /**
     * Takes the pipeline over, unless this run has it already. The slot has been checked: nobody reads it, so no other
     * run is alive; one that was only paused ends at its next commit.
     *
     * @return whether it was taken by this call: a commit of the run before may have landed since the lake was read, so
     *     everything that was concluded from it must be concluded again
     */
    static boolean isTakenNow(SourceSettings settings) {
        try (LakePositions lake = settings.lake().open()) {
            boolean taken = lake.claim();
            if (taken) {
                LOG.info("This run has taken the pipeline over; commits of any other run are refused");
            }
            return taken;
        }
    }
}
