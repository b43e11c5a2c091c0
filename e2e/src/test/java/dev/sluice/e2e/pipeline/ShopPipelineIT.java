package dev.sluice.e2e.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.demo.shop.ShopGenerator;
import dev.sluice.demo.shop.ShopTable;
import dev.sluice.demo.shop.ShopTally;
import dev.sluice.demo.shop.ShopTraffic;
import dev.sluice.e2e.SharedStack;
import dev.sluice.spec.PipelineSpec;
import dev.sluice.stack.LocalStack;
import dev.sluice.stack.StackServer;
import dev.sluice.verify.VerifyReport;
import java.io.File;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The shop on the real cluster, with and without faults, always with traffic, always compared in full at the end. */
final class ShopPipelineIT {
    private static final String NAME = "shop_pipeline";
    private static final long SEEDED_ROWS = 20_000;

    private final LocalStack stack =
            SharedStack.with(StackServer.CATALOG, StackServer.JOBMANAGER, StackServer.TASKMANAGER);
    private final PipelineSpec spec = TestPipeline.shopSpec(stack, NAME);
    private final ShopGenerator generator = new ShopGenerator(TestPipeline.shop(spec));
    private RunningPipeline pipeline;
    private ShopTally seeded;
    private ShopTraffic traffic;

    @BeforeEach
    void seedAndStart() throws Exception {
        pipeline = new RunningPipeline(stack, spec);
        TestPipeline.createDatabase(stack, NAME);
        seeded = generator.seed(3, SEEDED_ROWS);
        traffic = TestPipeline.traffic(generator);
        pipeline.submit().awaitLoaded();
    }

    @AfterEach
    void stop() throws Exception {
        traffic.close();
        pipeline.close();
        TestPipeline.createDatabase(stack, NAME);
    }

    @Test
    void equalsTheSourceWhileItChangesAndAfter() {
        pipeline.assertEqualToSource();
        pipeline.awaitProgress();
        pipeline.assertEqualToSource();
        assertFinalRowsAreThoseOfTheTally();
    }

    @ParameterizedTest
    @EnumSource(names = {"POSTGRES", "OBJECT_STORE", "CATALOG"})
    void equalsTheSourceAfterAServerAroundItWasKilled(StackServer server) throws Exception {
        pipeline.awaitProgress();
        Optional<Long> taskManager = stack.pid(StackServer.TASKMANAGER);
        SharedStack.kill(server);
        assertThat(stack.pid(server)).as("the fault fired").isEmpty();
        assertThat(pipeline.standsStill()).as("the lake felt it").isTrue();
        SharedStack.with(server);
        pipeline.awaitProgress();
        assertThat(stack.pid(StackServer.TASKMANAGER))
                .as("the TaskManager lives on")
                .isEqualTo(taskManager);
        pipeline.assertEqualToSource();
        assertFinalRowsAreThoseOfTheTally();
    }

    @Test
    void equalsTheSourceAfterItsTaskManagerWasKilled() throws Exception {
        pipeline.awaitProgress();
        SharedStack.kill(StackServer.TASKMANAGER);
        assertThat(stack.pid(StackServer.TASKMANAGER)).as("the fault fired").isEmpty();
        SharedStack.with(StackServer.TASKMANAGER);
        pipeline.awaitProgress();
        assertThat(pipeline.flink().rootException(pipeline.job()))
                .as("the job felt it")
                .isPresent();
        pipeline.assertEqualToSource();
        assertFinalRowsAreThoseOfTheTally();
    }

    @Test
    void equalsTheSourceAfterItsJobManagerWasKilledAndTheJobSubmittedAnew() throws Exception {
        pipeline.awaitProgress();
        SharedStack.kill(StackServer.JOBMANAGER);
        SharedStack.with(StackServer.JOBMANAGER, StackServer.TASKMANAGER);
        assertThat(pipeline.flink().jobs()).as("the cluster forgot the job").isEmpty();
        pipeline.submit();
        pipeline.awaitProgress();
        pipeline.assertEqualToSource();
        assertFinalRowsAreThoseOfTheTally();
    }

    @Test
    void equalsTheSourceAfterItsCheckpointsWereDeletedAndTheClusterKilled() throws Exception {
        pipeline.awaitProgress();
        assertThat(deleteCheckpoints()).as("the fault fired: files deleted").isPositive();
        SharedStack.kill(StackServer.JOBMANAGER);
        SharedStack.kill(StackServer.TASKMANAGER);
        SharedStack.with(StackServer.JOBMANAGER, StackServer.TASKMANAGER);
        assertThat(pipeline.flink().jobs())
                .as("nothing is left to restore from")
                .isEmpty();
        pipeline.submit();
        pipeline.awaitProgress();
        pipeline.assertEqualToSource();
        assertFinalRowsAreThoseOfTheTally();
    }

    /** Besides the content: what the generator says that it committed, which no server was asked. */
    private void assertFinalRowsAreThoseOfTheTally() {
        ShopTally tally = traffic.stop();
        VerifyReport report = pipeline.assertEqualToSource();
        for (VerifyReport.TableReport table : report.tables()) {
            ShopTable shopTable = Arrays.stream(ShopTable.values())
                    .filter(one -> table.table().equals("public." + one.tableName()))
                    .findFirst()
                    .orElseThrow();
            assertThat(table.rowsLake())
                    .as(table.table())
                    .isEqualTo(seeded.of(shopTable).inserted()
                            + tally.of(shopTable).growth());
        }
        assertThat(tally.total().deleted() + tally.total().updated())
                .as("there was traffic")
                .isPositive();
    }

    private long deleteCheckpoints() {
        Path folder = stack.config().home().resolve("data/flink/checkpoints");
        return deleteFiles(folder.toFile());
    }

    /** Files deleted; what the running job removed itself in the meantime does not count. */
    private static long deleteFiles(File file) {
        File[] children = file.listFiles();
        if (children == null) {
            return file.isFile() && file.delete() ? 1 : 0;
        }
        return Arrays.stream(children).mapToLong(ShopPipelineIT::deleteFiles).sum();
    }
}
