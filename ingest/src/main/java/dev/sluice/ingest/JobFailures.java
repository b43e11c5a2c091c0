package dev.sluice.ingest;

import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import org.apache.flink.runtime.execution.SuppressRestartsException;

/**
 * Tells Flink which failures a restart can cure. Every operator of a pipeline sends what it throws through here, so that
 * a job with a failure that stays ends once, with its reason, and does not restart for ever.
 */
public final class JobFailures {
    private JobFailures() {}

    /** Work that may fail in any way. */
    @FunctionalInterface
    public interface Work<T, E extends Exception> {
        T run() throws E;
    }

    /** Work without a result. */
    @FunctionalInterface
    public interface Action<E extends Exception> {
        void run() throws E;
    }

    /** Runs the work; what a restart cannot cure comes out marked as such, all else as it is. */
    public static <T, E extends Exception> T guarded(Work<T, E> work) throws E {
        try {
            return work.run();
        } catch (SluiceException e) {
            throw forFlink(e);
        }
    }

    /** The same for work without a result. */
    public static <E extends Exception> void guard(Action<E> action) throws E {
        guarded(() -> {
            action.run();
            return null;
        });
    }

    /** The same failure, marked when the job must end. */
    public static RuntimeException forFlink(Throwable failure) {
        if (failure instanceof SluiceException known) {
            return known.code().retry() == ErrorCode.Retry.TIMED ? known : new SuppressRestartsException(known);
        }
        return new SluiceException(ErrorCode.E1901, "the source failed: " + failure, "", failure);
    }
}
