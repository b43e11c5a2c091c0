package dev.sluice.cli.pipeline;

import dev.sluice.cli.Session;
import dev.sluice.spec.PipelineSpec;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import dev.sluice.spec.time.Waiting;
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
    private final boolean slotWasThere;

    /** Make it before the job is submitted: a quick job has made its slot by the time that the cluster has answered. */
    JobStart(Session session, FlinkRest flink, PipelineSpec spec) {
        this.session = session;
        this.flink = flink;
        this.spec = spec;
        this.slotWasThere = !slot().equals("missing");
    }

    /** Throws E1307 when the job ends, or does not come to run; only says so when it runs and is slow to begin. */
    void await(String job) {
        try {
            if (!Waiting.atMost(RUNNING_WITHIN).every(POLL).until(() -> runs(job))) {
                throw failed(job, flink.state(job));
            }
            if (!Waiting.atMost(AT_WORK_WITHIN).every(POLL).until(() -> !runs(job) || isAtWork())) {
                session.say("The job runs but has not begun to read yet"
                        + cause(job).map(text -> "; its last failure: " + text).orElse("") + ". See sluice pipelines.");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SluiceException(ErrorCode.E1307, "interrupted while the job started", "see sluice pipelines", e);
        }
    }

    private boolean runs(String job) {
        String state = flink.state(job);
        if (new FlinkRest.Job(job, "", state).isEnded()) {
            throw failed(job, state);
        }
        return state.equals("RUNNING");
    }

    private boolean isAtWork() {
        String slot = slot();
        return slot.equals("active") || !slotWasThere && !slot.equals("missing");
    }

    private String slot() {
        return SourceSide.read(spec, new ArrayList<>()).reader();
    }

    private Optional<String> cause(String job) {
        return flink.rootException(job).map(Stacktraces::cause);
    }

    private SluiceException failed(String job, String state) {
        return new SluiceException(
                ErrorCode.E1307,
                "the job of pipeline " + spec.pipeline() + " is " + state
                        + cause(job).map(text -> ": " + text).orElse(""),
                "sluice logs jobmanager, sluice logs taskmanager");
    }
}
