package dev.sluice.e2e.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.e2e.checkpoint.FaultPoints.Sign;
import dev.sluice.spec.Lsn;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.apache.flink.core.execution.SavepointFormatType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The real source, writers, cut and committer in Flink while tasks fail at every step of a checkpoint. Every snapshot of
 * every table is compared with the source. {@code sluice.test.seed} repeats workload and order.
 */
@Timeout(600)
class CheckpointFaultsIT {
    private static final Duration BETWEEN = Duration.ofMillis(500);
    private static final Duration SELDOM = Duration.ofSeconds(3);
    private static final Duration NEVER = Duration.ofHours(1);

    private final long seed = Long.getLong("sluice.test.seed", System.nanoTime());
    private final Random random = new Random(seed);

    @TempDir
    Path folder;

    CheckpointFaultsIT() {
        System.out.println("seed " + seed);
    }

    /** Two readers and writers: both take part in the load, one has all of the stream and the other nothing. */
    @Test
    void everySnapshotIsExactWhileAnyStepOfACheckpointFails() throws Exception {
        try (FaultyPipeline pipeline = new FaultyPipeline("checkpoint_faults", seed)) {
            List<Step> duringTheLoad =
                    List.of(Step.READER_AFTER_SNAPSHOT, Step.WRITER_AFTER_PREPARE, Step.COMMIT_AFTER);
            duringTheLoad.forEach(step -> FaultPoints.arm(step, FaultPoints.ANY_SUBTASK));
            pipeline.start(2, BETWEEN);
            pipeline.awaitExact();
            assertThat(duringTheLoad).as("failed during the load").allMatch(step -> FaultPoints.fired(step) == 1);

            List<Step> steps = new ArrayList<>(List.of(Step.values()));
            Collections.shuffle(steps, random);
            for (Step step : steps) {
                pipeline.endure(step, subtask(step));
            }
            assertThat(FaultPoints.seen(Sign.ALREADY_COMMITTED))
                    .as("cuts that came again and were found in the lake")
                    .isPositive();
            pipeline.drain();
        }
    }

    /** The writer without the stream hands nothing over, so only before it prepares can it fail. */
    private int subtask(Step step) {
        return switch (step) {
            case READER_BEFORE_SNAPSHOT, READER_AFTER_SNAPSHOT, READER_NOTIFIED, WRITER_BEFORE_PREPARE ->
                random.nextInt(2);
            default -> 0;
        };
    }

    /** Negative control: where what a failure takes away is not brought back, the checker or the next commit says so. */
    @ParameterizedTest
    @EnumSource(names = {"READER_BEFORE_SNAPSHOT", "WRITER_AFTER_PREPARE", "CUT_HANDED_OVER", "COMMIT_BEFORE"})
    void withoutTheRecoveryThatFlinkAndTheSourceGiveAFailureIsSeen(Step step) throws Exception {
        try (FaultyPipeline pipeline =
                new FaultyPipeline("without_" + step.name().toLowerCase(Locale.ROOT), seed)) {
            pipeline.start(2, BETWEEN);
            pipeline.awaitExact();
            FaultPoints.breakRecovery();
            FaultPoints.arm(step, 0);
            pipeline.await(
                    "somebody has seen what was lost at " + step,
                    () -> pipeline.checker.findings().count() > 0
                            || !pipeline.ended().isEmpty());
            assertThat(FaultPoints.fired(step)).isEqualTo(1);
            String seen = pipeline.checker.findings().first().stream()
                    .map(finding -> finding.line())
                    .findFirst()
                    .orElseGet(pipeline::ended);
            System.out.println(step + " without recovery: " + seen);
            assertThat(seen)
                    .as("rows that differ; a gap before the next commit; a row to complete that is not there")
                    .containsAnyOf("(b) ", "E0510", "E0407");
        }
    }

    /**
     * A savepoint of a job that goes on does not commit what it holds. A job without checkpoints of its own has it to commit
     * first, and can commit nothing else; one with checkpoints goes on from there.
     */
    @Test
    void aSavepointWithACutThatTheLakeDoesNotHaveGoesOnWithAnotherParallelism() throws Exception {
        try (FaultyPipeline pipeline = new FaultyPipeline("checkpoint_scale", seed)) {
            pipeline.start(2, SELDOM);
            pipeline.awaitExact();
            String first = savepointAfterACommit(pipeline);
            Lsn before = pipeline.committed();
            pipeline.start(3, NEVER, first);
            pipeline.await("its cut is committed", () -> before.compareTo(pipeline.committed()) < 0);
            String second = savepoint(pipeline);
            pipeline.cancel();

            pipeline.start(1, BETWEEN, second);
            pipeline.awaitExact();
            pipeline.cancel();
            restoreOlderThanTheLake(pipeline, second);
            pipeline.start(2, BETWEEN);
            pipeline.awaitExact();
            pipeline.drain();
        }
    }

    /** The next checkpoint is far away then. */
    private String savepointAfterACommit(FaultyPipeline pipeline) throws Exception {
        pipeline.awaitCommitted();
        String savepoint = savepoint(pipeline);
        pipeline.cancel();
        return savepoint;
    }

    /** The lake has gone on since it was taken: what it brings is skipped, or refused; never applied twice. */
    private void restoreOlderThanTheLake(FaultyPipeline pipeline, String savepoint) throws Exception {
        int commits = pipeline.checker.commits().count();
        pipeline.start(2, BETWEEN, savepoint);
        pipeline.await(
                "it goes on or is refused",
                () -> pipeline.checker.commits().count() > commits
                        || !pipeline.ended().isEmpty());
        String ended = pipeline.ended();
        System.out.println("a savepoint that is older than the lake " + (ended.isEmpty() ? "goes on" : "is refused"));
        assertThat(ended.isEmpty() || ended.contains("E0510")).as(ended).isTrue();
        pipeline.cancel();
        assertThat(pipeline.checker.findings().first()).isEmpty();
    }

    private String savepoint(FaultyPipeline pipeline) throws Exception {
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (true) {
            try {
                return pipeline.job()
                        .triggerSavepoint(folder.toString(), SavepointFormatType.CANONICAL)
                        .get();
            } catch (ExecutionException | CompletionException e) {
                // The tasks have not all started yet.
                if (System.nanoTime() > deadline || !pipeline.ended().isEmpty()) {
                    throw new AssertionError("no savepoint; " + pipeline.ended(), e);
                }
                Thread.sleep(50);
            }
        }
    }
}
