package dev.sluice.e2e.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.demo.shop.ShopGenerator;
import dev.sluice.demo.shop.ShopTraffic;
import dev.sluice.e2e.SharedStack;
import dev.sluice.lake.LakeCatalog;
import dev.sluice.lake.Progress;
import dev.sluice.lake.ProgressRecord;
import dev.sluice.spec.PipelineSpec;
import dev.sluice.stack.LocalStack;
import dev.sluice.stack.StackServer;
import dev.sluice.stack.flink.FlinkRest;
import dev.sluice.stack.process.Signals;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Processes that stop in the middle of traffic and go on when somebody else has taken their place, as after a long pause of
 * a virtual machine: they lose, and the lake stays exact. What they would do to it if nothing refused them is shown by
 * {@code CommitProtocolIT.aWriterWhosePipelineWasTakenOverLosesAndTheSuccessorGoesOn}.
 */
final class PausedWriterIT {
    private static final String NAME = "paused_writer";
    private static final long SEEDED_ROWS = 2_000;
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final LocalStack stack =
            SharedStack.with(StackServer.CATALOG, StackServer.JOBMANAGER, StackServer.TASKMANAGER);
    private final PipelineSpec spec = TestPipeline.shopSpec(stack, NAME);
    private RunningPipeline pipeline;
    private ShopTraffic traffic;

    @BeforeEach
    void seedAndStart() throws Exception {
        pipeline = new RunningPipeline(stack, spec);
        TestPipeline.createDatabase(stack, NAME);
        ShopGenerator generator = new ShopGenerator(TestPipeline.shop(spec));
        generator.seed(3, SEEDED_ROWS);
        traffic = TestPipeline.traffic(generator);
        pipeline.submit().awaitLoaded();
        pipeline.awaitProgress();
    }

    @AfterEach
    void stop() throws Exception {
        traffic.close();
        pipeline.close();
        TestPipeline.createDatabase(stack, NAME);
    }

    @Test
    void aJobManagerPausedUntilAnotherClusterHasThePipelineEndsItsRunAndCommitsNothing() throws Exception {
        long paused = stack.pid(StackServer.JOBMANAGER).orElseThrow();
        ProgressRecord before = record();
        try (FlinkCopy other = FlinkCopy.cluster(stack, "cluster-other")) {
            Signals.send(paused, "STOP");
            try {
                pipeline.submitTo(other.flink());
                pipeline.awaitProgress();
            } finally {
                Signals.send(paused, "CONT");
            }
            ProgressRecord successor = record();
            assertThat(successor.epoch()).isGreaterThan(before.epoch());
            FlinkRest old = pipeline.flink();
            await().atMost(PATIENCE).until(() -> old.state(pipeline.job()).equals("FAILED"));
            assertThat(old.rootException(pipeline.job()))
                    .hasValueSatisfying(said -> assertThat(said).contains("E0503"));

            pipeline.awaitProgress();
            assertThat(record().runId()).isEqualTo(successor.runId());
            pipeline.assertEqualToSource();
            assertThat(other.flink().activeJobs("sluice " + NAME)).hasSize(1);
        }
        awaitTaskManagers(1);
    }

    private void awaitTaskManagers(int number) {
        await().atMost(PATIENCE).until(() -> pipeline.flink().taskManagers() == number);
    }

    private ProgressRecord record() {
        try (LakeCatalog lake = LakeCatalog.open(spec.catalog())) {
            return new Progress(lake, NAME).read().orElseThrow();
        }
    }
}
