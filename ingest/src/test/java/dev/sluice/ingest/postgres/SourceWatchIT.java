package dev.sluice.ingest.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What changes at the source without an event in the stream: noticed while the pipeline runs and when it starts, told
 * for the table that it concerns, and never repaired in silence.
 */
@Timeout(180)
class SourceWatchIT {
    private static final TestPostgres POSTGRES = TestPostgres.start();

    private static void tables(String name) {
        POSTGRES.run(
                "drop table if exists " + name + "_a, " + name + "_b cascade",
                "create table " + name + "_a (id int primary key, v int)",
                "create table " + name + "_b (id int primary key, v int)",
                "insert into " + name + "_a select g, g from generate_series(1, 20) g",
                "insert into " + name + "_b select g, g from generate_series(1, 20) g");
    }

    private static PipelineRun following(String name) throws Exception {
        tables(name);
        PipelineRun run = new PipelineRun(POSTGRES, name, 1, name + "_a", name + "_b");
        run.start();
        run.awaitEqual();
        return run;
    }

    private static void endsWith(PipelineRun run, String text) {
        assertThatThrownBy(() -> run.job().getJobExecutionResult().get(45, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasStackTraceContaining(text);
    }

    /** Table b is stopped for that reason, keeps the rows that it had, and a goes on. */
    private static void onlyTheSecondStops(PipelineRun run, String name, String... texts) throws Exception {
        run.awaitTrue("table b is stopped", () -> run.lake.stops.containsKey(1));
        assertThat(run.lake.stops.get(1)).contains(texts);
        POSTGRES.run("update " + name + "_a set v = v + 1000", "insert into " + name + "_a values (777, 777)");
        run.awaitTrue("table a goes on", () -> run.lake.rows(0).equals(run.sourceRows(0)));
        assertThat(run.lake.stops).containsOnlyKeys(1);
        assertThat(run.lake.rows(1)).hasSize(20);
        assertThat(run.lake.faults()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void tableTakenOutOfThePublicationIsStopped(boolean running) throws Exception {
        String name = "taken_out_" + running;
        try (PipelineRun run = following(name)) {
            run.stopUnless(running);
            POSTGRES.run(
                    "alter publication " + run.slot() + " drop table " + name + "_b",
                    "insert into " + name + "_b values (21, 21)");
            run.startUnless(running);
            onlyTheSecondStops(run, name, "E0221", "resync");
        }
    }

    @Test
    void tableTakenOutOfThePublicationAndPutBackWhileThePipelineStoodIsStopped() throws Exception {
        try (PipelineRun run = following("put_back")) {
            run.stop();
            POSTGRES.run(
                    "alter publication " + run.slot() + " drop table put_back_b",
                    "insert into put_back_b values (21, 21)",
                    "alter publication " + run.slot() + " add table only put_back_b");
            run.start();
            onlyTheSecondStops(run, "put_back", "E0221");
        }
    }

    @Test
    void tableWithARowFilterIsStopped() throws Exception {
        try (PipelineRun run = following("filtered")) {
            POSTGRES.run(
                    "alter publication " + run.slot() + " set table only filtered_a, only filtered_b where (id < 10)",
                    "insert into filtered_b values (21, 21)");
            onlyTheSecondStops(run, "filtered", "E0221", "row filter");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void publicationOfFewerOperationsEndsThePipeline(boolean running) throws Exception {
        String name = "fewer_" + running;
        try (PipelineRun run = following(name)) {
            run.stopUnless(running);
            POSTGRES.run("alter publication " + run.slot() + " set (publish = 'insert')", "delete from " + name + "_b");
            run.startUnless(running);
            endsWith(run, "E0220");
            assertThat(run.lake.rows(1)).hasSize(20);
        }
    }

    @Test
    void publicationThatWasReducedAndRestoredWhileThePipelineStoodEndsIt() throws Exception {
        try (PipelineRun run = following("restored_flags")) {
            run.stop();
            POSTGRES.run(
                    "alter publication " + run.slot() + " set (publish = 'insert')",
                    "delete from restored_flags_b",
                    "alter publication " + run.slot() + " set (publish = 'insert, update, delete, truncate')");
            run.start();
            endsWith(run, "E0220");
        }
    }

    @Test
    void droppedPublicationEndsThePipelineAndIsNotMadeAnew() throws Exception {
        try (PipelineRun run = following("no_publication")) {
            POSTGRES.run("drop publication " + run.slot(), "insert into no_publication_b values (21, 21)");
            endsWith(run, "E0220");
            run.forget();
            run.start();
            endsWith(run, "E0220");
            assertThat(POSTGRES.one("select count(*) from pg_publication where pubname = '" + run.slot() + "'"))
                    .isEqualTo("0");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void tableUnderTheNameOfAnotherIsStopped(boolean running) throws Exception {
        String name = "swapped_" + running;
        try (PipelineRun run = following(name)) {
            run.stopUnless(running);
            POSTGRES.run(
                    "create table " + name + "_new (id int primary key, v int)",
                    "begin; alter table " + name + "_b rename to " + name + "_old;" + " alter table " + name
                            + "_new rename to " + name + "_b; commit",
                    "insert into " + name + "_b values (21, 21)");
            run.startUnless(running);
            onlyTheSecondStops(run, name, "E0222");
        } finally {
            POSTGRES.run("drop table if exists " + name + "_old");
        }
    }

    @Test
    void tableThatWasDroppedAndMadeAnewIsStopped() throws Exception {
        try (PipelineRun run = following("made_anew")) {
            POSTGRES.run(
                    "drop table made_anew_b",
                    "create table made_anew_b (id int primary key, v int)",
                    "insert into made_anew_b values (21, 21)");
            onlyTheSecondStops(run, "made_anew", "E0222");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void tableRewrittenWithOtherValuesOfTheSameTypeIsStopped(boolean running) throws Exception {
        String name = "rewritten_" + running;
        try (PipelineRun run = following(name)) {
            run.stopUnless(running);
            POSTGRES.run("alter table " + name + "_b alter column v type int using v * 100");
            run.startUnless(running);
            onlyTheSecondStops(run, name, "E0223", "column v");
        }
    }

    @Test
    void lastColumnDroppedAndAddedAgainWithADefaultStopsTheTable() throws Exception {
        try (PipelineRun run = following("added_again")) {
            POSTGRES.run("alter table added_again_b drop column v, add column v int default 5");
            onlyTheSecondStops(run, "added_again", "E0404");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void renamedEnumLabelStopsTheTable(boolean running) throws Exception {
        String name = "label_" + running;
        tables(name);
        POSTGRES.run(
                "create type " + name + "_mood as enum ('ok', 'bad')",
                "create domain " + name + "_domain as " + name + "_mood",
                "alter table " + name + "_b add column m " + name + "_domain[] default array['ok']::" + name
                        + "_domain[]");
        try (PipelineRun run = new PipelineRun(POSTGRES, name, 1, name + "_a", name + "_b")) {
            run.start();
            run.awaitEqual();
            run.stopUnless(running);
            POSTGRES.run("alter type " + name + "_mood rename value 'ok' to 'good'");
            run.startUnless(running);
            onlyTheSecondStops(run, name, "E0224", "ok", "good");
        } finally {
            POSTGRES.run("drop type " + name + "_mood cascade");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void tableThatGetsAChildIsStopped(boolean running) throws Exception {
        String name = "has_child_" + running;
        try (PipelineRun run = following(name)) {
            run.stopUnless(running);
            POSTGRES.run(
                    "create table " + name + "_child () inherits (" + name + "_b)",
                    "insert into " + name + "_child values (900, 900)");
            run.startUnless(running);
            onlyTheSecondStops(run, name, "E0226", "has got a child");
            POSTGRES.run("drop table " + name + "_child");
        }
    }

    @Test
    void tableThatBecomesAPartitionIsStoppedAndOneThatWasOneMayLeave() throws Exception {
        String name = "partitioned";
        POSTGRES.run("create table partitioned_whole (id int primary key, v int) partition by range (id)");
        tables(name);
        POSTGRES.run("alter table partitioned_whole attach partition partitioned_a for values from (0) to (1000)");
        try (PipelineRun run = new PipelineRun(POSTGRES, name, 1, name + "_a", name + "_b")) {
            run.start();
            run.awaitEqual();
            POSTGRES.run(
                    "update partitioned_whole set v = v + 1 where id < 5",
                    "alter table partitioned_whole detach partition partitioned_a");
            run.awaitLook();
            run.awaitEqual();
            assertThat(run.lake.stops).isEmpty();
            POSTGRES.run("alter table partitioned_whole attach partition partitioned_b for values from (0) to (1000)");
            onlyTheSecondStops(run, name, "E0226", "has become a partition");
        } finally {
            POSTGRES.run("drop table partitioned_whole cascade");
        }
    }

    @Test
    void columnAddedToATableStopsItAlthoughNoRowChanged() throws Exception {
        try (PipelineRun run = following("wider")) {
            POSTGRES.run("alter table wider_b add column w int");
            onlyTheSecondStops(run, "wider", "E0404", "column w");
        }
    }

    @Test
    void whatChangesNoValueStopsNothing() throws Exception {
        tables("harmless");
        POSTGRES.run(
                "create type harmless_mood as enum ('ok', 'bad')",
                "alter table harmless_b add column m harmless_mood default 'ok'");
        try (PipelineRun run = new PipelineRun(POSTGRES, "harmless", 1, "harmless_a", "harmless_b")) {
            run.start();
            run.awaitEqual();
            for (String statement : new String[] {
                "vacuum full harmless_b",
                "cluster harmless_b using harmless_b_pkey",
                "alter table harmless_b alter column v set default 7",
                "alter table harmless_b alter column v set statistics 50",
                "alter table harmless_b alter column v set not null",
                "create index on harmless_b (v)",
                "comment on table harmless_b is 'x'",
                "alter table harmless_b add constraint positive check (v > -1)",
                "alter type harmless_mood add value 'fine' before 'bad'",
                "vacuum full pg_attribute",
                "reindex table harmless_b",
                "analyze harmless_b",
                "truncate harmless_b"
            }) {
                POSTGRES.run(statement, "insert into harmless_b values ((random() * 1e9)::int, 1)");
                run.awaitEqual();
                run.awaitLook();
                assertThat(run.lake.stops).as(statement).isEmpty();
            }
            run.stop();
            POSTGRES.run("vacuum full harmless_b", "truncate harmless_a");
            run.start();
            POSTGRES.run("insert into harmless_b values (5, 5)");
            run.awaitEqual();
            run.awaitLook();
            assertThat(run.lake.stops).isEmpty();
            run.stop();
            POSTGRES.run(
                    "alter table harmless_b alter column v set default 8", "cluster harmless_a using harmless_a_pkey");
            run.start();
            POSTGRES.run("insert into harmless_b values (6, 6)");
            run.awaitEqual();
            assertThat(run.lake.stops).isEmpty();
        } finally {
            POSTGRES.run("drop type harmless_mood cascade");
        }
    }

    @Test
    void slotMadeAnewWhileTheReaderRestartsIsRefused() throws Exception {
        tables("reader_restart");
        try (PipelineRun run = new PipelineRun(POSTGRES, "reader_restart", 1, "reader_restart_a", "reader_restart_b")) {
            run.restartDelay = "4s";
            run.start();
            run.awaitEqual();
            POSTGRES.run("select pg_terminate_backend(active_pid) from pg_replication_slots where slot_name = '"
                    + run.slot() + "'");
            run.awaitTrue(
                    "the slot is free",
                    () -> POSTGRES.one("select active from pg_replication_slots where slot_name = '" + run.slot() + "'")
                            .equals("f"));
            POSTGRES.run(
                    "select pg_drop_replication_slot('" + run.slot() + "')",
                    "insert into reader_restart_a values (21, 21)",
                    "select pg_create_logical_replication_slot('" + run.slot() + "', 'pgoutput')");
            endsWith(run, "E0212");
        }
    }
}
