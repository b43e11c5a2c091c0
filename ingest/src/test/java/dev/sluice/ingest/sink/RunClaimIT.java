package dev.sluice.ingest.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.ingest.RunClaim;
import dev.sluice.ingest.source.SourceAdministration;
import dev.sluice.ingest.source.Sources;
import dev.sluice.ingest.source.postgres.TestPostgres;
import dev.sluice.lake.Position;
import dev.sluice.lake.Progress;
import dev.sluice.lake.ProgressRecord;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.iceberg.catalog.TableIdentifier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One run of a pipeline writes; another one is refused while that lives, and replaces it for good when it does not. */
@Timeout(300)
class RunClaimIT {
    private static final TestPostgres POSTGRES = TestPostgres.start();
    private static final String RUN = "another run";

    private static SourceAdministration source() {
        return Sources.of(POSTGRES.spec(), RUN);
    }

    /** Before: the copy waited for the slot for ever, restarting, and had altered lake tables before. */
    @Test
    void aSecondCopyIsRefusedAtItsStartAndTheFirstGoesOn() throws Exception {
        POSTGRES.run("create table copied (id int primary key)", "insert into copied values (1)");
        try (LakeRun run = new LakeRun(POSTGRES, "copied", "copied")) {
            run.start();
            run.await("the load is there", () -> run.rows(0).size() == 1);
            ProgressRecord before = progress(run).read().orElseThrow();
            long started = System.nanoTime();
            assertThatThrownBy(() -> RunClaim.take(run.catalog, source(), run.pipeline, RUN, run.slot(), run.tables))
                    .hasMessageContaining("E0227");
            assertThat(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - started))
                    .isLessThan(35);
            assertThat(progress(run).read().map(ProgressRecord::runId)).contains(before.runId());
            POSTGRES.run("insert into copied values (2)");
            run.await("the first one goes on", () -> run.rows(0).size() == 2);
        }
    }

    /** Before: whichever of the two came first won, and the other one restarted for ever. */
    @Test
    void aRunWhosePipelineWasTakenOverEndsOnceAndCommitsNothingMore() throws Exception {
        POSTGRES.run("create table taken (id int primary key)", "insert into taken values (1)");
        try (LakeRun run = new LakeRun(POSTGRES, "taken", "taken")) {
            run.start();
            run.await("the load is there", () -> run.rows(0).size() == 1);
            progress(run).claim("the successor", false);
            POSTGRES.run("insert into taken values (2)");
            endsWith(run, "E0503");
            assertThat(run.rows(0)).hasSize(1);

            run.stop();
            run.start();
            run.await("the next run goes on from the lake", () -> run.rows(0).size() == 2);
        }
    }

    /** Before: the changes after the backup were committed onto the restored table, with a gap before them. */
    @Test
    void aCatalogRestoredFromABackupUnderARunningJobEndsIt() throws Exception {
        POSTGRES.run("create table restored (id int primary key)", "insert into restored values (1)");
        try (LakeRun run = new LakeRun(POSTGRES, "restored", "restored")) {
            run.start();
            run.await("the load is there", () -> run.rows(0).size() == 1);
            POSTGRES.run("insert into restored values (2)");
            run.await("a cut is there", () -> run.rows(0).size() == 2);
            Map<TableIdentifier, String> backup = run.server.backup();
            Position then = progress(run).acknowledged().orElseThrow();
            POSTGRES.run("insert into restored values (3)");
            run.await(
                    "another one",
                    () -> progress(run)
                                    .acknowledged()
                                    .filter(now -> then.isBelow(now))
                                    .isPresent()
                            && run.rows(0).size() == 3);
            run.server.restore(backup);
            POSTGRES.run("insert into restored values (4)");
            endsWith(run, "E0510");
            assertThat(run.rows(0)).as("as the backup has it").hasSize(2);
        }
    }

    private static Progress progress(LakeRun run) {
        return new Progress(run.catalog, run.pipeline);
    }

    private static void endsWith(LakeRun run, String text) {
        assertThatThrownBy(() -> run.job().getJobExecutionResult().get(60, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasStackTraceContaining(text);
    }
}
