package dev.sluice.ingest.source.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class ResumeIT {
    private static final TestPostgres POSTGRES = TestPostgres.start();

    private static void endStream(String slot) {
        POSTGRES.run("select pg_terminate_backend(active_pid) from pg_replication_slots where slot_name = '" + slot
                + "' and active");
    }

    @Test
    void restartsWithoutAnyStateLoseAndDoubleNothing() throws Exception {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        Workload.createTables(POSTGRES, "restarts", 300);
        try (PipelineRun run = new PipelineRun(POSTGRES, "restarts", 1, "restarts", "restarts_pairs")) {
            try (Workload workload = new Workload(POSTGRES, "restarts", seed, 3)) {
                for (int i = 0; i < 8; i++) {
                    run.start();
                    Thread.sleep(random.nextInt(100, 2500));
                    run.stop();
                    assertThat(run.lake.faults()).as("seed %d", seed).isEmpty();
                    Thread.sleep(random.nextInt(300));
                }
                assertThat(workload.transactions()).isGreaterThan(100);
            }
            run.start();
            run.awaitEqual();
        }
    }

    @Test
    void withoutTheStampsARestartWouldDoubleChanges() throws Exception {
        POSTGRES.run("create table control (id int primary key)");
        try (PipelineRun run = new PipelineRun(POSTGRES, "control", 1, "control")) {
            run.lake.forgetful = true;
            run.start();
            run.awaitEqual();
            POSTGRES.run("insert into control select generate_series(1, 10)");
            run.awaitEqual();
            run.stop();
            run.start();
            run.awaitTrue(
                    "the insert comes twice", () -> run.lake.faults().toString().contains("inserted twice"));
        }
    }

    @Test
    void failuresOfTasksAndConnectionsLoseAndDoubleNothing() throws Exception {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        Workload.createTables(POSTGRES, "failures", 300);
        try (PipelineRun run = new PipelineRun(POSTGRES, "failures", 2, "failures", "failures_pairs")) {
            try (Workload workload = new Workload(POSTGRES, "failures", seed, 3)) {
                run.start();
                for (int i = 0; i < 12; i++) {
                    Thread.sleep(random.nextInt(50, 1500));
                    switch (random.nextInt(3)) {
                        case 0 -> endStream(run.slot());
                        case 1 -> ModelSink.FAIL_NEXT_WRITE.set(true);
                        default ->
                            POSTGRES.run("select pg_terminate_backend(pid) from pg_stat_activity"
                                    + " where application_name = 'sluice test' and backend_type = 'walsender'");
                    }
                    assertThat(run.lake.faults()).as("seed %d", seed).isEmpty();
                }
                assertThat(workload.transactions()).isGreaterThan(100);
            }
            run.awaitEqual();
        }
    }

    @Test
    void aCrashOfTheServerLosesAndDoublesNothing() throws Exception {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Workload.createTables(POSTGRES, "crashes", 300);
        POSTGRES.run("alter system set synchronous_commit = on");
        try (PipelineRun run = new PipelineRun(POSTGRES, "crashes", 1, "crashes", "crashes_pairs")) {
            try (Workload workload = new Workload(POSTGRES, "crashes", seed, 2)) {
                run.start();
                for (int i = 0; i < 3; i++) {
                    Thread.sleep(2500);
                    POSTGRES.pgCtl("restart", "-m", i == 1 ? "fast" : "immediate");
                }
                Thread.sleep(1000);
                assertThat(workload.transactions()).isGreaterThan(20);
            }
            run.awaitEqual();
        }
    }

    @Test
    void aLoadGoesOnAfterATaskFailed() throws Exception {
        Workload.createTables(POSTGRES, "load_fails", 6000);
        try (PipelineRun run = new PipelineRun(POSTGRES, "load_fails", 2, "load_fails", "load_fails_pairs");
                Workload workload = new Workload(POSTGRES, "load_fails", 1, 2)) {
            ModelSink.FAIL_NEXT_WRITE.set(true);
            run.start();
            for (int i = 0; i < 6; i++) {
                Thread.sleep(150);
                ModelSink.FAIL_NEXT_WRITE.set(true);
            }
            run.awaitTrue("the load is published", () -> run.lake.loads == 2);
            workload.close();
            run.awaitEqual();
            assertThat(run.lake.loads).isEqualTo(2);
        }
    }

    @Test
    void anAnnouncementThatFailsIsMadeAgain() throws Exception {
        Workload.createTables(POSTGRES, "announced", 300);
        try (PipelineRun run = new PipelineRun(POSTGRES, "announced", 2, "announced", "announced_pairs");
                Workload workload = new Workload(POSTGRES, "announced", 3, 2)) {
            ModelSink.FAIL_ANNOUNCEMENTS.set(3);
            run.start();
            run.awaitTrue("the load is published", () -> run.lake.loads == 2);
            assertThat(ModelSink.FAIL_ANNOUNCEMENTS).hasValue(0);
            workload.close();
            run.awaitEqual();
            assertThat(run.lake.loads).isEqualTo(2);
        }
    }

    @Test
    void aLoadThatLosesItsSnapshotStartsOver() throws Exception {
        Workload.createTables(POSTGRES, "snapshot_lost", 6000);
        try (PipelineRun run = new PipelineRun(POSTGRES, "snapshot_lost", 2, "snapshot_lost", "snapshot_lost_pairs");
                Workload workload = new Workload(POSTGRES, "snapshot_lost", 2, 2)) {
            run.start();
            int lost = 0;
            for (int i = 0; i < 200 && lost < 3 && run.lake.loads == 0; i++) {
                lost += Integer.parseInt(POSTGRES.one("select count(*) from (select pg_terminate_backend(pid) from"
                        + " pg_stat_activity where application_name = 'sluice test' and pid <> pg_backend_pid() and ("
                        + "(state like 'idle in transaction%' and (backend_type = 'walsender' or query like '%clock_timestamp()%'"
                        + " or query like 'release savepoint%')) or query like 'copy (select %')) ended"));
                Thread.sleep(20);
            }
            assertThat(lost).as("connections that held a snapshot, ended").isPositive();
            run.awaitTrue("the load is published", () -> run.lake.loads == 2);
            workload.close();
            run.awaitEqual();
            assertThat(run.lake.loads).isEqualTo(2);
        }
    }
}
