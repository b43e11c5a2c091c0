package dev.sluice.ingest.source.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
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

    /**
     * What befalls table b. In the statements {@code %1$s} is the name of the case, {@code %2$s} the publication.
     *
     * @param texts in the reason for its stop
     */
    private record Act(String name, List<String> texts, String... statements) {}

    private static final List<Act> ACTS = List.of(
            new Act(
                    "taken_out",
                    List.of("E0221", "resync"),
                    "alter publication %2$s drop table %1$s_b",
                    "insert into %1$s_b values (21, 21)"),
            new Act(
                    "filtered",
                    List.of("E0221", "row filter"),
                    "alter publication %2$s set table only %1$s_a, only %1$s_b where (id < 10)",
                    "insert into %1$s_b values (21, 21)"),
            new Act(
                    "swapped",
                    List.of("E0222"),
                    "create table %1$s_new (id int primary key, v int)",
                    "begin; alter table %1$s_b rename to %1$s_old; alter table %1$s_new rename to %1$s_b; commit",
                    "insert into %1$s_b values (21, 21)"),
            // As a restore from a backup does: the rows are those of before, and the table is another one.
            new Act(
                    "made_anew",
                    List.of("E0222", "resync"),
                    "create temp table backup as table %1$s_b",
                    "drop table %1$s_b",
                    "create table %1$s_b (id int primary key, v int)",
                    "insert into %1$s_b table backup",
                    "drop table backup"),
            new Act(
                    "rewritten",
                    List.of("E0223", "column v"),
                    "alter table %1$s_b alter column v type int using v * 100"),
            new Act("added_again", List.of("E0404"), "alter table %1$s_b drop column v, add column v int default 5"),
            // Without a row that changes.
            new Act("wider", List.of("E0404", "column w"), "alter table %1$s_b add column w int"),
            new Act(
                    "has_child",
                    List.of("E0226", "has got a child"),
                    "create table %1$s_child () inherits (%1$s_b)",
                    "insert into %1$s_child values (900, 900)"));

    static Stream<Arguments> acts() {
        return ACTS.stream().flatMap(act -> Stream.of(Arguments.of(act.name, true), Arguments.of(act.name, false)));
    }

    @ParameterizedTest(name = "{0}, while the pipeline runs: {1}")
    @MethodSource("acts")
    void whatBefallsATableStopsItAloneAndIsNoticedRunningAndAtTheNextStart(String name, boolean running)
            throws Exception {
        Act act = ACTS.stream().filter(one -> one.name.equals(name)).findFirst().orElseThrow();
        String own = name + "_" + running;
        try (PipelineRun run = following(own)) {
            try {
                run.stopUnless(running);
                POSTGRES.run(Arrays.stream(act.statements)
                        .map(statement -> statement.formatted(own, run.slot()))
                        .toArray(String[]::new));
                run.startUnless(running);
                onlyTheSecondStops(run, own, act.texts.toArray(String[]::new));
            } finally {
                POSTGRES.run("drop table if exists " + own + "_old, " + own + "_child");
            }
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

    /** The same by TRUNCATE and COPY: the table stays the one that it was, and each of its rows comes by the stream. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void tableThatWasEmptiedAndFilledFromABackupGoesOn(boolean running) throws Exception {
        String name = "filled_" + running;
        try (PipelineRun run = following(name)) {
            run.stopUnless(running);
            POSTGRES.run(
                    "create temp table backup as select * from " + name + "_b where id < 15",
                    "begin; truncate " + name + "_b; insert into " + name + "_b table backup; commit",
                    "drop table backup");
            run.startUnless(running);
            run.awaitLook();
            run.awaitEqual();
            assertThat(run.lake.stops).isEmpty();
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
