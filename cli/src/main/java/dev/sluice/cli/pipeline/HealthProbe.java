package dev.sluice.cli.pipeline;

import dev.sluice.cli.Session;
import dev.sluice.cli.pipeline.PipelineHealth.Health;
import dev.sluice.ingest.source.SourceStatus;
import dev.sluice.spec.PipelineSpec;
import dev.sluice.spec.errors.SluiceException;
import dev.sluice.stack.flink.FlinkRest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Asks the cluster, the lake and the source of a pipeline how it is, and judges it by its progress: that Flink calls a job
 * RUNNING says only that it has not ended.
 */
public final class HealthProbe {
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(10);
    /** A job that completed a checkpoint within this has reached catalog and store; commit intervals are far shorter. */
    private static final Duration ALIVE_WITHIN = Duration.ofSeconds(60);

    private final PipelineFiles files;
    private final PipelineControl control;

    public HealthProbe(Session session) {
        this.files = new PipelineFiles(session.home());
        this.control = new PipelineControl(session);
    }

    /** All pipelines that were ever applied here. */
    public List<PipelineHealth> all() {
        List<String> applied = files.names().stream()
                .filter(name -> files.applied(name).isPresent())
                .toList();
        try (ExecutorService together = Executors.newVirtualThreadPerTaskExecutor()) {
            return applied.stream()
                    .map(name -> CompletableFuture.supplyAsync(() -> of(name), together))
                    .toList()
                    .stream()
                    .map(CompletableFuture::join)
                    .toList();
        }
    }

    private PipelineHealth of(String pipeline) {
        List<String> problems = new ArrayList<>();
        boolean stopped = files.applied(pipeline).map(AppliedPipeline::stopped).orElse(false);
        String jobState = jobState(files.applied(pipeline), pipeline, problems);
        Optional<PipelineSpec> spec = files.findSpec(pipeline);
        if (spec.isEmpty()) {
            problems.add("its resolved file cannot be read; apply it again");
            return new PipelineHealth(
                    pipeline,
                    Health.FAILING,
                    jobState,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    0,
                    "unknown",
                    Optional.empty(),
                    problems);
        }
        CompletableFuture<Answer<LakeSide>> asked =
                Answer.ask("the lake", LakeSide.UNKNOWN, wrong -> LakeSide.read(spec.get(), wrong));
        SourceStatus source = Answer.ask(
                        "the source", SourceStatus.UNKNOWN, wrong -> SourceSide.read(spec.get(), wrong))
                .join()
                .into(problems);
        List<String> silence = new ArrayList<>();
        LakeSide lake = asked.join().into(silence);
        boolean isLakeSlow = problems.isEmpty() && !silence.isEmpty() && hasLatelyCommitted(pipeline);
        if (!isLakeSlow) {
            problems.addAll(silence);
        }
        boolean loading = silence.isEmpty() && lake.acknowledged().isEmpty();
        if (!stopped) {
            (loading ? source.problemOfLoad() : source.problem()).ifPresent(problems::add);
        }
        Health health = health(stopped, problems, lake.tableProblems(), isLakeSlow, loading);
        problems.addAll(lake.tableProblems());
        // Also of a pipeline that was stopped: its slot keeps on keeping.
        source.warning().ifPresent(problems::add);
        if (health == Health.SLOW) {
            silence.forEach(text -> problems.add(text + "; its job goes on: it completed a checkpoint lately"));
        }
        return new PipelineHealth(
                pipeline,
                health,
                jobState,
                lake.acknowledged(),
                source.at(),
                lake.newestCommit(),
                lake.deadLetters(),
                source.reader(),
                source.retainedBytes(),
                problems);
    }

    private static Health health(
            boolean stopped, List<String> problems, List<String> tableProblems, boolean isLakeSlow, boolean loading) {
        if (stopped) {
            return Health.STOPPED;
        }
        if (!problems.isEmpty()) {
            return Health.FAILING;
        }
        if (!tableProblems.isEmpty()) {
            return Health.PARTIAL;
        }
        if (isLakeSlow) {
            return Health.SLOW;
        }
        return loading ? Health.LOADING : Health.STREAMING;
    }

    /** Tells a lake that is slow from one that fails: a checkpoint is complete only when the store took its files. */
    private boolean hasLatelyCommitted(String pipeline) {
        try {
            FlinkRest flink = control.flink();
            return flink.activeJob(PipelineControl.jobName(pipeline))
                    .flatMap(job -> flink.lastCheckpoint(job.id()))
                    .filter(at -> at.isAfter(Instant.now().minus(ALIVE_WITHIN)))
                    .isPresent();
        } catch (SluiceException e) {
            return false;
        }
    }

    private String jobState(Optional<AppliedPipeline> applied, String pipeline, List<String> problems) {
        boolean stopped = applied.map(AppliedPipeline::stopped).orElse(false);
        try {
            FlinkRest flink = control.flink();
            Optional<FlinkRest.Job> job = flink.activeJob(PipelineControl.jobName(pipeline));
            int copies = flink.activeJobs(PipelineControl.jobName(pipeline)).size();
            if (copies > 1) {
                problems.add(copies + " jobs of it run; `sluice apply --restart` ends all and starts one");
            }
            if (job.isEmpty()) {
                if (!stopped) {
                    problems.add("its job does not run; `sluice apply` or `sluice up` starts it"
                            + lastFailure(
                                    flink, applied.map(AppliedPipeline::jobId).orElse(""))
                            + applied.map(AppliedPipeline::problem)
                                    .map(why -> ". The last attempt to start it failed: " + why)
                                    .orElse(""));
                }
                return "none";
            }
            if (!job.get().state().equals("RUNNING")) {
                problems.add("its job is " + job.get().state().toLowerCase(Locale.ROOT)
                        + flink.rootException(job.get().id())
                                .map(trace -> ": " + Stacktraces.cause(trace))
                                .orElse(""));
            }
            return job.get().state();
        } catch (SluiceException e) {
            problems.add(e.reason());
            return "unknown";
        }
    }

    /** Why the job that was submitted last has ended; a cluster that was started since knows nothing of it. */
    private static String lastFailure(FlinkRest flink, String jobId) {
        return flink.jobs().stream().anyMatch(job -> job.id().equals(jobId))
                ? flink.rootException(jobId)
                        .map(trace -> ". It failed: " + Stacktraces.cause(trace))
                        .orElse("")
                : "";
    }

    /** What one side said, or why it said nothing. Somebody who asks for a status does not wait for a dead server. */
    private record Answer<T>(T value, List<String> problems) {
        static <T> CompletableFuture<Answer<T>> ask(String side, T unknown, Function<List<String>, T> question) {
            CompletableFuture<Answer<T>> answer = new CompletableFuture<>();
            Thread.ofVirtual().start(() -> {
                List<String> problems = new ArrayList<>();
                try {
                    answer.complete(new Answer<>(question.apply(problems), problems));
                } catch (RuntimeException | Error e) {
                    answer.completeExceptionally(e);
                }
            });
            String silence = side + " did not answer within " + ANSWER_WITHIN.toSeconds() + " s";
            return answer.completeOnTimeout(
                    new Answer<>(unknown, List.of(silence)), ANSWER_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
        }

        T into(List<String> all) {
            all.addAll(problems);
            return value;
        }
    }
}
