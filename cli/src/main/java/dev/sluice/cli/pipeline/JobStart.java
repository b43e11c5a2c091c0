package dev.sluice.cli.pipeline;

import dev.sluice.cli.Session;
import dev.sluice.spec.PipelineSpec;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import dev.sluice.stack.flink.FlinkRest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Optional;

/**
 * Watches a job until it really works. Flink calls a job RUNNING before it has asked the source for anything, so the
 * replication slot is what counts: made by a first run, read by any other.
 */
final class JobStart {
    private static final Duration RUNNING_WITHIN = Duration.ofSeconds(90);
    private static final Duration AT_WORK_WITHIN = Duration.ofSeconds(20);
    private static final Duration POLL = Duration.ofMillis(300);

    private final Session session;
    private final FlinkRest flink;
    private final PipelineSpec spec;
    private final String job;
    private final boolean slotIsThere;

    JobStart(Session session, FlinkRest flink, PipelineSpec spec, String job) {
        this.session = session;
        this.flink = flink;
        this.spec = spec;
        this.job = job;
        this.slotIsThere = !slot().equals("missing");
    }

    /** Throws E1307 when the job ends, or does not come to run; only says so when it runs and is slow to begin. */
    void await() {
        long runningDeadline = System.nanoTime() + RUNNING_WITHIN.toNanos();
        while (!runs()) {
            if (System.nanoTime() > runningDeadline) {
                throw failed(flink.state(job));
            }
            pause();
        }
        long deadline = System.nanoTime() + AT_WORK_WITHIN.toNanos();
        while (runs() && !isAtWork()) {
            if (System.nanoTime() > deadline) {
                session.say("The job runs but has not begun to read yet"
                        + cause().map(text -> "; its last failure: " + text).orElse("") + ". See sluice pipelines.");
                return;
            }
            pause();
        }
    }

    private boolean runs() {
        String state = flink.state(job);
        if (new FlinkRest.Job(job, "", state).isEnded()) {
            throw failed(state);
        }
        return state.equals("RUNNING");
    }

    private boolean isAtWork() {
        String slot = slot();
        return slot.equals("active") || !slotIsThere && !slot.equals("missing");
    }

    private String slot() {
        return SourceSide.read(spec, new ArrayList<>()).slot();
    }

    private Optional<String> cause() {
        return flink.rootException(job).map(Stacktraces::cause);
    }

    private SluiceException failed(String state) {
        return new SluiceException(
                ErrorCode.E1307,
                "the job of pipeline " + spec.pipeline() + " is " + state
                        + cause().map(text -> ": " + text).orElse(""),
                "sluice logs jobmanager, sluice logs taskmanager");
    }

    private static void pause() {
        try {
            Thread.sleep(POLL.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SluiceException(ErrorCode.E1307, "interrupted while the job started", "see sluice pipelines", e);
        }
    }
}
