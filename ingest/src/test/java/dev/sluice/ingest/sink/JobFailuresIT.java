package dev.sluice.ingest.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.ingest.source.postgres.TestPostgres;
import dev.sluice.lake.testing.FaultyCatalog.Fault;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A failure that no restart can cure ends the job once; any other restarts it. */
@Timeout(180)
class JobFailuresIT {
    private static final TestPostgres POSTGRES = TestPostgres.start();

    @Test
    void refusalByTheCatalogEndsTheJobOnceWithItsReason() throws Exception {
        POSTGRES.run("create table forbidden (id int primary key)", "insert into forbidden values (1)");
        try (LakeRun run = new LakeRun(POSTGRES, "forbidden", "forbidden")) {
            run.start();
            run.await("the load is there", () -> run.rows(0).size() == 1);
            int before = run.operatorsStarted.get();
            run.server.fail(Fault.FORBID, Fault.FORBID, Fault.FORBID);
            POSTGRES.run("insert into forbidden values (2)");
            endsWith(run, "E0702");
            assertThat(run.server.fired()).as("the fault hit").isEqualTo(1);
            assertThat(run.operatorsStarted.get())
                    .as("no operator was started again")
                    .isEqualTo(before);
        }
    }

    @Test
    void writerThatFindsAStrangersTableEndsTheJobOnce() throws Exception {
        POSTGRES.run("create table partitioned (id int primary key)");
        try (LakeRun run = new LakeRun(POSTGRES, "partitioned", "partitioned")) {
            run.start();
            run.await("the load is there", () -> run.table(0).currentSnapshot() != null);
            int before = run.operatorsStarted.get();
            run.table(0).updateSpec().addField("id").commit();
            POSTGRES.run("insert into partitioned values (2)");
            endsWith(run, "E0404");
            assertThat(run.operatorsStarted.get())
                    .as("no operator was started again")
                    .isEqualTo(before);
        }
    }

    /** Negative control: the same harness does restart a job whose failure may pass. */
    @Test
    void failureThatMayPassRestartsTheJobUntilItIsOver() throws Exception {
        POSTGRES.run("create table passing (id int primary key)", "insert into passing values (1)");
        try (LakeRun run = new LakeRun(POSTGRES, "passing", "passing")) {
            run.start();
            run.await("the load is there", () -> run.rows(0).size() == 1);
            int before = run.operatorsStarted.get();
            Fault[] outage = new Fault[20];
            java.util.Arrays.fill(outage, Fault.CONFLICT);
            run.server.fail(outage);
            POSTGRES.run("insert into passing values (2)");
            run.await("the row arrives after all", () -> run.rows(0).size() == 2);
            assertThat(run.server.fired()).isEqualTo(outage.length);
            assertThat(run.operatorsStarted.get()).as("it was started again").isGreaterThan(before);
        }
    }

    private static void endsWith(LakeRun run, String text) {
        assertThatThrownBy(() -> run.job().getJobExecutionResult().get(60, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasStackTraceContaining(text);
    }
}
