package dev.sluice.ingest.source.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
class LoadAndStreamIT {
    private static final TestPostgres POSTGRES = TestPostgres.start();

    @Test
    void loadsThenFollowsEveryKindOfChange() throws Exception {
        POSTGRES.run(
                "create table kinds (id int primary key, name text, note text)",
                "alter table kinds alter column note set storage external",
                "insert into kinds select g, 'name ' || g, repeat('x', 5000) || g from generate_series(1, 3000) g",
                "create table pairs (b text, a int, n numeric(12,2), primary key (a, b))",
                "insert into pairs select 'b' || g, g % 10, g / 3.0 from generate_series(1, 500) g");
        try (PipelineRun run = new PipelineRun(POSTGRES, "kinds", 2, "kinds", "pairs")) {
            run.start();
            run.awaitEqual();
            assertThat(run.lake.loads).isEqualTo(2);
            POSTGRES.run(
                    "insert into kinds values (4000, null, null), (4001, '', 'z')",
                    "update kinds set name = 'toast untouched' where id <= 100",
                    "update kinds set id = id + 10000 where id between 200 and 250",
                    "update pairs set n = n + 1",
                    "delete from kinds where id between 300 and 400",
                    "begin; delete from kinds where id = 500; insert into kinds values (500, 'again', 'y'); commit",
                    "update pairs set a = a + 100, b = b || '!' where a = 3",
                    "truncate pairs",
                    "insert into pairs values ('new', 1, 1.5)",
                    "begin; truncate pairs; insert into pairs values ('newer', 2, null); commit");
            run.awaitEqual();
        }
    }

    @Test
    void keepsWholeOldRowsAndFillsUnchangedValuesUnderFullIdentity() throws Exception {
        POSTGRES.run(
                "create table full_rows (id int primary key, small text, large text)",
                "alter table full_rows alter column large set storage external",
                "alter table full_rows replica identity full",
                "insert into full_rows select g, 's', repeat('y', 4000) || g from generate_series(1, 50) g");
        try (PipelineRun run = new PipelineRun(POSTGRES, "full_rows", 1, "full_rows")) {
            run.start();
            run.awaitEqual();
            POSTGRES.run(
                    "update full_rows set small = 't'",
                    "update full_rows set id = id + 100 where id < 10",
                    "delete from full_rows where id = 20");
            run.awaitEqual();
        }
    }

    @Test
    void emitsALargeTransactionBetweenTwoCheckpoints() throws Exception {
        POSTGRES.run("create table large_transaction (id bigint primary key, v text)");
        try (PipelineRun run = new PipelineRun(POSTGRES, "large_transaction", 1, "large_transaction")) {
            run.start();
            run.awaitEqual();
            long commits = run.lake.commits;
            POSTGRES.run("insert into large_transaction select g, md5(g::text) from generate_series(1, 300000) g");
            run.awaitTrue("rows arrive", () -> !run.lake.rows(0).isEmpty() || run.lake.commits > commits + 50);
            assertThat(run.lake.rows(0)).hasSize(300000);
            run.awaitEqual();
        }
    }

    @Test
    void checkpointsCompleteWhileATransactionIsOpenAndNeverSplitIt() throws Exception {
        POSTGRES.run("create table open_transaction (id bigint primary key, v text)");
        try (PipelineRun run = new PipelineRun(POSTGRES, "open_transaction", 1, "open_transaction")) {
            run.start();
            run.awaitEqual();
            ModelSink.CHECKPOINTS_WHILE_OPEN.set(0);
            ModelSink.CHECKPOINTS_WANTED.set(6);
            POSTGRES.run(
                    "insert into open_transaction values (0, 'before')",
                    "insert into open_transaction select g, repeat(md5(g::text), 4) from generate_series(1, 300000) g");
            run.awaitTrue("checkpoints complete", () -> ModelSink.CHECKPOINTS_WHILE_OPEN.get() >= 3);
            assertThat(run.lake.rows(0))
                    .as("what was before is in the lake, nothing else")
                    .hasSize(1);
            ModelSink.FAIL_NEXT_WRITE.set(true);
            run.awaitTrue("the task has failed", () -> !ModelSink.FAIL_NEXT_WRITE.get());
            run.awaitTrue("the transaction is there", () -> run.lake.rows(0).size() > 1);
            assertThat(run.lake.rows(0)).as("all of it at once").hasSize(300001);
            run.awaitEqual();
        } finally {
            ModelSink.CHECKPOINTS_WANTED.set(0);
        }
    }

    @Test
    void addsATableWithoutTouchingOthers() throws Exception {
        POSTGRES.run(
                "create table early (id int primary key, v int)",
                "insert into early select g, g from generate_series(1, 1000) g",
                "create table late (id int primary key, v int)",
                "insert into late select g, g from generate_series(1, 1000) g");
        try (PipelineRun run = new PipelineRun(POSTGRES, "adds_table", 1, "early")) {
            run.start();
            run.awaitEqual();
            run.stop();
            POSTGRES.run("update early set v = v + 1", "update late set v = v + 1");
            run.withTables("early", "late");
            run.start();
            POSTGRES.run("update early set v = v + 1", "update late set v = v + 1");
            run.awaitEqual();
            assertThat(run.lake.loads).isEqualTo(1);
            assertThat(POSTGRES.one("select count(*) from pg_replication_slots where slot_name like 'sluice_adds%'"))
                    .isEqualTo("1");
        }
    }

    @Test
    void aRowThatIsTooLargeForTheLoadStopsItsTableAlone() throws Exception {
        POSTGRES.run(
                "create table large_row (id int primary key, t text)",
                "alter table large_row alter column t set storage external",
                "insert into large_row values (1, 'small'), (2, repeat('x', 3000000)), (3, 'small')",
                "create table beside_large (id int primary key, t text)",
                "insert into beside_large select g, repeat('y', 100000) from generate_series(1, 40) g");
        try (PipelineRun run = new PipelineRun(POSTGRES, "large_row", 2, "large_row", "beside_large")) {
            run.rowBytesMax = 1 << 20;
            run.start();
            run.awaitTrue("its table is stopped", () -> run.lake.stops().containsKey(0));
            assertThat(run.lake.stops().get(0))
                    .contains("E0410", "public.large_row cannot be loaded: a row has 3000", "the largest that fits is")
                    .doesNotContain("xxx");
            POSTGRES.run("insert into beside_large values (1000, 'followed')");
            run.awaitTrue("the other table is followed", () -> run.lake.rows(1).equals(run.sourceRows(1)));
            assertThat(run.lake.rows(1)).hasSize(41);
            assertThat(run.lake.stamps()).doesNotContainKey(0);
            assertThat(run.lake.faults()).isEmpty();
        }
    }

    @Test
    void advancesTheSlotWhileIdle() throws Exception {
        POSTGRES.run(
                "create table idle (id int primary key)", "create table unpublished (id serial primary key, v text)");
        try (PipelineRun run = new PipelineRun(POSTGRES, "idle", 1, "idle")) {
            run.start();
            run.awaitEqual();
            POSTGRES.run("insert into unpublished (v) select repeat('z', 100) from generate_series(1, 20000)");
            String target = POSTGRES.one("select pg_current_wal_lsn()");
            run.awaitTrue(
                    "the slot passes " + target,
                    () -> POSTGRES.one("select confirmed_flush_lsn >= '" + target + "'::pg_lsn - 1"
                                    + " from pg_replication_slots where slot_name = 'sluice_idle'")
                            .equals("t"));
            POSTGRES.run("insert into idle values (1)");
            run.awaitEqual();
        } finally {
            POSTGRES.run("drop table unpublished");
        }
    }

    @Test
    void acknowledgesAgainAfterTheLakeDidNotAnswerForAWhile() throws Exception {
        POSTGRES.run("create table reopened (id int primary key)");
        try (PipelineRun run = new PipelineRun(POSTGRES, "reopened", 1, "reopened")) {
            run.start();
            run.awaitEqual();
            run.awaitTrue(
                    "somebody reads the slot",
                    () -> POSTGRES.one("select active from pg_replication_slots where slot_name = 'sluice_reopened'")
                            .equals("t"));
            // The task restarts; its reader opens the lake once, and then the acknowledger three times in vain.
            run.lake.failOpensAfter(1, 3);
            POSTGRES.run("select pg_terminate_backend(active_pid) from pg_replication_slots"
                    + " where slot_name = 'sluice_reopened'");
            run.awaitTrue("all three attempts have failed", () -> run.lake.opensToFail.get() == 0);
            POSTGRES.run("insert into reopened values (1)");
            run.awaitEqual();
            String target = POSTGRES.one("select pg_current_wal_lsn()");
            run.awaitTrue(
                    "the slot passes " + target,
                    () -> POSTGRES.one("select confirmed_flush_lsn >= '" + target + "'::pg_lsn - 1"
                                    + " from pg_replication_slots where slot_name = 'sluice_reopened'")
                            .equals("t"));
        }
    }
}
