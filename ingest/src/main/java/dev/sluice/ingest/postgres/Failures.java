package dev.sluice.ingest.postgres;

import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import org.apache.flink.runtime.execution.SuppressRestartsException;

/** Tells Flink which failures a restart can cure. */
final class Failures {
    private Failures() {}

    /** The same failure, marked when the job must stop instead of restarting for ever. */
    static RuntimeException forFlink(Throwable failure) {
        if (failure instanceof SluiceException known) {
            return known.code().retry() == ErrorCode.Retry.TIMED ? known : new SuppressRestartsException(known);
        }
        return new SluiceException(ErrorCode.E1901, "the source failed: " + failure, "", failure);
    }
}
