package dev.sluice.e2e.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.lake.LakeCatalog;
import dev.sluice.lake.Position;
import dev.sluice.lake.Progress;
import dev.sluice.spec.PipelineSpec;
import dev.sluice.spec.PipelineSpecJson;
import dev.sluice.stack.LocalStack;
import dev.sluice.stack.flink.FlinkRest;
import dev.sluice.verify.Verifier;
import dev.sluice.verify.VerifyOptions;
import dev.sluice.verify.VerifyReport;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.iceberg.catalog.TableIdentifier;

/** A pipeline that runs as a job of the shared stack's Flink cluster. */
public final class RunningPipeline implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofMinutes(4);

    private final LocalStack stack;
    private final PipelineSpec spec;
    private String job = "";

    /** Removes what an earlier run of this name left in the lake; the database is the test's. */
    public RunningPipeline(LocalStack stack, PipelineSpec spec) {
        this.stack = stack;
        this.spec = spec;
        cancelLeftOver();
        try (LakeCatalog lake = LakeCatalog.open(spec.catalog())) {
            if (lake.rest().namespaceExists(lake.bronzeNamespace())) {
                for (TableIdentifier table : lake.rest().listTables(lake.bronzeNamespace())) {
                    lake.rest().dropTable(table, false);
                }
                lake.rest().dropNamespace(lake.bronzeNamespace());
            }
        }
    }

    private void cancelLeftOver() {
        Optional<FlinkRest.Job> active = flink().activeJob("sluice " + spec.pipeline());
        active.ifPresent(left -> {
            flink().cancel(left.id());
            await().atMost(PATIENCE).until(() -> flink().activeJob(left.name()).isEmpty());
        });
    }

    FlinkRest flink() {
        return new FlinkRest(stack.environment().get("SLUICE_FLINK_URL"));
    }

    /** Submits the job, as {@code sluice apply} does; also after its cluster has forgotten it. */
    public RunningPipeline submit() {
        job = submitTo(flink());
        return this;
    }

    /** Submits the job to another cluster; {@link #job} stays what runs, or ran, on the stack's own. */
    String submitTo(FlinkRest cluster) {
        Path file = stack.config().home().resolve(spec.pipeline() + ".json");
        PipelineSpecJson.write(file, spec);
        return cluster.run(
                TestPipeline.jobJar(stack, "ingest"),
                "dev.sluice.ingest.PipelineJob",
                List.of("--pipeline-file", file.toString()));
    }

    String job() {
        return job;
    }

    /** Waits until the load is published. */
    public void awaitLoaded() {
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(500))
                .failFast("the job ended", () -> flink().state(job).equals("FAILED"))
                .until(() -> acknowledged().isPresent());
    }

    /** Waits until the lake has moved on from where it is now. */
    void awaitProgress() {
        Position before = acknowledged().orElse(Position.ZERO);
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(500))
                .until(() -> acknowledged().orElse(Position.ZERO).compareTo(before) > 0);
    }

    /** Whether nothing more is committed within some seconds, or nobody can say. */
    boolean standsStill() throws InterruptedException {
        try {
            // What was under way when the fault fired may still arrive.
            Thread.sleep(3_000);
            Optional<Position> before = acknowledged();
            Thread.sleep(4_000);
            return acknowledged().equals(before);
        } catch (RuntimeException e) {
            return true;
        }
    }

    Optional<Position> acknowledged() {
        try (LakeCatalog lake = LakeCatalog.open(spec.catalog())) {
            if (!lake.rest().namespaceExists(lake.bronzeNamespace())) {
                return Optional.empty();
            }
            return new Progress(lake, spec.pipeline()).acknowledged();
        }
    }

    /** Compares lake and source and fails with the report if they differ. */
    public VerifyReport assertEqualToSource() {
        VerifyReport report = new Verifier(spec).verify(new VerifyOptions(PATIENCE, List.of(), 20));
        System.out.print(report.text());
        assertThat(report.equal()).as(report.text()).isTrue();
        return report;
    }

    @Override
    public void close() {
        cancelLeftOver();
    }
}
