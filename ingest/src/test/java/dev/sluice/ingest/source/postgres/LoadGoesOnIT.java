package dev.sluice.ingest.source.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.spec.Lsn;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a load has finished is kept, whatever ends in the middle of it. */
@Timeout(240)
class LoadGoesOnIT {
    private static final TestPostgres POSTGRES = TestPostgres.start();
    private static final int ROWS = 40_000;
    /** So many that whoever wants the table gets it before it was read. */
    private static final int HELD_ROWS = 15_000;

    @AfterEach
    void releaseTheSink() {
        ModelSink.HOLD_LOADS.set(false);
        ModelSink.SLOW_FROM_ROWS.set(Long.MAX_VALUE);
    }

    private static void createTable(String name, int rows) {
        POSTGRES.run(
                "create table " + name + " (id int primary key, v int, t text)",
                "alter table " + name + " alter column t set storage external",
                "insert into " + name + " select g, g, repeat('x', 1000) || g from generate_series(1, " + rows + ") g");
    }

    private static int end(String condition) {
        return Integer.parseInt(POSTGRES.one("select count(*) from (select pg_terminate_backend(pid) from"
                + " pg_stat_activity where application_name = 'sluice test' and pid <> pg_backend_pid() and "
                + condition + ") ended"));
    }

    @Test
    void chunksThatACheckpointCoversAreNotReadAgainWhenAReaderIsKilled() throws Exception {
        createTable("go_reader", ROWS);
        try (PipelineRun run = new PipelineRun(POSTGRES, "go_reader", 1, "go_reader")) {
            ModelSink.LOADED_ROWS.set(0);
            ModelSink.SLOW_FROM_ROWS.set(ROWS / 2);
            run.start();
            run.awaitTrue("half of the rows are committed", () -> run.lake.stagedRows() > ROWS / 2);
            ModelSink.HOLD_LOADS.set(true);
            run.awaitTrue("a writer stands still", () -> ModelSink.HELD_WRITERS.get() > 0);
            long covered = run.lake.stagedRows();
            assertThat(covered).as("rows in the lake in the middle of the load").isBetween(ROWS / 2L, ROWS - 1L);
            assertThat(end("(query like 'copy (select %' or query like 'release savepoint%')"))
                    .as("readers that were killed")
                    .isEqualTo(1);
            ModelSink.SLOW_FROM_ROWS.set(Long.MAX_VALUE);
            ModelSink.HOLD_LOADS.set(false);
            run.awaitEqual();
            System.out.printf("go_reader: %d rows read for %d%n", ModelSink.LOADED_ROWS.get(), ROWS);
            assertThat(ModelSink.LOADED_ROWS.get()).isBetween((long) ROWS, 2 * ROWS - covered);
            assertThat(run.lake.loads).isEqualTo(1);
        }
    }

    @Test
    void aSnapshotWhoseKeeperIsKilledIsTakenOverFromAReader() throws Exception {
        createTable("go_keeper", ROWS);
        try (PipelineRun run = new PipelineRun(POSTGRES, "go_keeper", 2, "go_keeper")) {
            ModelSink.HOLD_LOADS.set(true);
            run.start();
            run.awaitTrue(
                    "both readers hold the snapshot, and both writers stand still",
                    () -> ModelSink.HELD_WRITERS.get() == 2);
            String loadedAt = POSTGRES.one(
                    "select confirmed_flush_lsn - 1 from pg_replication_slots where slot_name = '" + run.slot() + "'");
            assertThat(end("state = 'idle in transaction' and query like '%clock_timestamp()%'"))
                    .as("keepers of the snapshot that were killed")
                    .isEqualTo(1);
            // One reader starts over without a snapshot, the other still holds it.
            ModelSink.FAIL_NEXT_WRITE.set(true);
            ModelSink.HOLD_LOADS.set(false);
            run.awaitEqual();
            assertThat(ModelSink.FAIL_NEXT_WRITE).isFalse();
            assertThat(run.lake.loadStamps().get(0)).isEqualTo(Lsn.parse(loadedAt));
        }
    }

    @Test
    void aTableThatIsCompleteIsKeptWhenTheJobIsSubmittedAnew() throws Exception {
        createTable("go_small", 500);
        createTable("go_large", HELD_ROWS);
        try (PipelineRun run = new PipelineRun(POSTGRES, "go_job", 2, "go_small", "go_large")) {
            run.start();
            try (HeldTable large = HeldTable.whenItsLoadBegins(run, "go_large")) {
                run.awaitTrue(
                        "the table that can be read is published",
                        () -> run.lake.stamps().containsKey(0));
                run.stop();
                assertThat(run.lake.stamps()).doesNotContainKey(1);
            }
            Lsn smallAt = run.lake.loadStamps().get(0);
            POSTGRES.run("update go_small set v = v + 1", "update go_large set v = v + 1");
            run.start();
            run.awaitEqual();
            assertThat(run.lake.loadStamps().get(0)).isEqualTo(smallAt);
            assertThat(run.lake.loadStamps().get(1)).isGreaterThan(smallAt);
            assertThat(run.lake.loads).isEqualTo(2);
        }
    }

    @Test
    void aCrashOfTheServerCostsTheTablesThatWereNotComplete() throws Exception {
        createTable("go_done", 500);
        createTable("go_open", HELD_ROWS);
        try (PipelineRun run = new PipelineRun(POSTGRES, "go_crash", 2, "go_done", "go_open")) {
            run.start();
            HeldTable open = HeldTable.whenItsLoadBegins(run, "go_open");
            run.awaitTrue(
                    "the table that can be read is published",
                    () -> run.lake.stamps().containsKey(0));
            POSTGRES.pgCtl("restart", "-m", "immediate");
            open.close();
            POSTGRES.run("update go_done set v = v + 1", "update go_open set v = v + 1");
            run.awaitEqual();
            assertThat(run.lake.loadStamps().get(1))
                    .isGreaterThan(run.lake.loadStamps().get(0));
            assertThat(run.lake.loads).isEqualTo(2);
        }
    }

    @Test
    void timeoutsOfTheServerDoNotEndALoad() throws Exception {
        createTable("go_timeout", HELD_ROWS);
        POSTGRES.run(
                "alter role postgres set transaction_timeout = '1s'",
                "alter role postgres set idle_in_transaction_session_timeout = '1s'");
        try (PipelineRun run = new PipelineRun(POSTGRES, "go_timeout", 1, "go_timeout")) {
            run.start();
            try (HeldTable held = HeldTable.whenItsLoadBegins(run, "go_timeout")) {
                run.awaitTrue(
                        "a reader stands in the line",
                        () -> POSTGRES.one("select count(*) from pg_locks where"
                                        + " not granted and relation = 'public.go_timeout'::regclass")
                                .equals("1"));
                String keeper = "select count(*) from pg_stat_activity where application_name = 'sluice test'"
                        + " and state = 'idle in transaction' and query like '%clock_timestamp()%'"
                        + " and xact_start < clock_timestamp() - interval '3 s'";
                run.awaitTrue(
                        "the snapshot is older than the timeouts",
                        () -> POSTGRES.one(keeper).equals("1"));
            }
            run.awaitEqual();
        } finally {
            POSTGRES.run("alter role postgres reset all");
        }
    }
}
