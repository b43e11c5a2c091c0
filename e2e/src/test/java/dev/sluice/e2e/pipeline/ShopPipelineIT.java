package dev.sluice.e2e.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.e2e.SharedStack;
import dev.sluice.e2e.shop.ShopGenerator;
import dev.sluice.e2e.shop.ShopTable;
import dev.sluice.e2e.shop.ShopTally;
import dev.sluice.e2e.shop.ShopTraffic;
import dev.sluice.e2e.shop.TrafficOptions;
import dev.sluice.e2e.verify.VerifyReport;
import dev.sluice.spec.PipelineSpec;
import dev.sluice.spec.PipelineSpec.TableSpec;
import dev.sluice.stack.LocalStack;
import dev.sluice.stack.StackServer;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The shop on the real cluster, with and without faults, always with traffic, always compared in full at the end. */
final class ShopPipelineIT {
    private static final String NAME = "shop_pipeline";
    private static final long SEEDED_ROWS = 20_000;

    private final LocalStack stack =
            SharedStack.with(StackServer.CATALOG, StackServer.JOBMANAGER, StackServer.TASKMANAGER);
    private final PipelineSpec spec = TestPipeline.spec(
            stack,
            NAME,
            Arrays.stream(ShopTable.values())
                    .map(table -> new TableSpec(
                            "public",
                            table.tableName(),
                            table == ShopTable.USERS ? List.of("password_hash") : List.of()))
                    .toList());
    private final ShopGenerator generator = new ShopGenerator(TestPipeline.shop(spec));
    private RunningPipeline pipeline;
    private ShopTally seeded;
    private ShopTraffic traffic;

    @BeforeEach
    void seedAndStart() throws Exception {
        pipeline = new RunningPipeline(stack, spec);
        TestPipeline.createDatabase(stack, NAME);
        seeded = generator.seed(3, SEEDED_ROWS);
        traffic = generator.traffic(
                TrafficOptions.defaults()
                        .at(10, Duration.ZERO)
                        .withDelays(Duration.ofMillis(100), Duration.ofSeconds(2)),
                System.out::println);
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

    @Test
    void equalsTheSourceAfterItsTaskManagerWasKilled() throws Exception {
        pipeline.awaitProgress();
        kill(StackServer.TASKMANAGER);
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
        kill(StackServer.JOBMANAGER);
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
        kill(StackServer.JOBMANAGER);
        kill(StackServer.TASKMANAGER);
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

    private void kill(StackServer server) throws InterruptedException, IOException {
        long pid = stack.pid(server).orElseThrow();
        new ProcessBuilder("kill", "-9", Long.toString(pid)).start().waitFor();
        ProcessHandle.of(pid).ifPresent(process -> process.onExit().join());
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
