package dev.sluice.ingest.source.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.Statement;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The application may truncate, alter and rewrite its tables while they are loaded: neither side is stuck. */
@Timeout(240)
class LoadGivesWayIT {
    private static final TestPostgres POSTGRES = TestPostgres.start();
    /** Gross bound on what a statement of the application may wait; the report says what it waited. */
    private static final long WAIT_MILLIS_MAX = 10_000;

    @AfterEach
    void releaseTheSink() {
        ModelSink.HOLD_LOADS.set(false);
    }

    private static void createTable(String name, int rows) {
        POSTGRES.run(
                "create table " + name + " (id int primary key, v int, t text)",
                "alter table " + name + " alter column t set storage external",
                "insert into " + name + " select g, g, repeat('x', 1000) || g from generate_series(1, " + rows + ") g");
    }

    private static void loadsUnder(String name, int rows, ApplicationLoop.Step step) throws Exception {
        loadsUnder(name, rows, step, PipelineRun::isEqual);
    }

    private static void loadsUnder(String name, int rows, ApplicationLoop.Step step, Predicate<PipelineRun> isWell)
            throws Exception {
        createTable(name, rows);
        createTable(name + "_quiet", 2000);
        try (PipelineRun run = new PipelineRun(POSTGRES, name, 2, name, name + "_quiet")) {
            try (ApplicationLoop loop = new ApplicationLoop(POSTGRES, step)) {
                loop.awaitRounds(2);
                int before = loop.rounds();
                run.start();
                run.awaitTrue(
                        "both tables are published", () -> run.lake.stamps().size() == 2);
                int during = loop.rounds() - before;
                loop.stop();
                System.out.printf(
                        "%s: %d rounds while loading, longest statement %d ms%n", name, during, loop.longestMillis());
                assertThat(loop.failures()).isEmpty();
                assertThat(during).as("rounds while loading").isPositive();
                assertThat(loop.longestMillis()).isLessThan(WAIT_MILLIS_MAX);
            }
            run.awaitTrue("all is well", () -> isWell.test(run));
        }
    }

    @Test
    void aTableThatIsTruncatedAgainAndAgainEndsExact() throws Exception {
        loadsUnder("gw_truncate", 30_000, (statement, round) -> {
            statement.execute("begin");
            statement.execute("insert into gw_truncate values (-1, " + round + ", 'before')");
            statement.execute("truncate gw_truncate");
            statement.execute("insert into gw_truncate select g, " + round + ", 'after' from generate_series(1, 50) g");
            statement.execute("commit");
        });
    }

    @Test
    void aTableThatIsVacuumedFullAgainAndAgainEndsExact() throws Exception {
        loadsUnder("gw_vacuum", 60_000, (statement, round) -> {
            statement.execute("vacuum full gw_vacuum");
            statement.execute("update gw_vacuum set v = v + 1 where id % 7 = " + round % 7);
        });
    }

    @Test
    void aTableThatIsClusteredAgainAndAgainEndsExact() throws Exception {
        loadsUnder("gw_cluster", 60_000, (statement, round) -> {
            statement.execute("cluster gw_cluster using gw_cluster_pkey");
            statement.execute("delete from gw_cluster where id = " + (1000 + round));
            statement.execute("insert into gw_cluster values (" + (900_000 + round) + ", 0, 'new')");
        });
    }

    @Test
    void aTableWhoseValuesAreRewrittenByAlterTableEndsExactOrIsStopped() throws Exception {
        loadsUnder(
                "gw_alter",
                30_000,
                (statement, round) -> {
                    statement.execute("alter table gw_alter alter column v type int using v + 1");
                    // Reading takes longer than this, so that some rewrites come into the middle of it.
                    ApplicationLoop.rest(round < 8 ? 300 : 5_000);
                },
                // A rewrite between the publication and the end of the loop cannot be followed: then the table says so.
                run -> run.lake.stops().getOrDefault(0, "").contains("E0223") || run.isEqual());
    }

    @Test
    void aTableForWhichSomebodyAlwaysWaitsIsLoadedInSmallerParts() throws Exception {
        createTable("gw_default", 150_000);
        try (PipelineRun run = new PipelineRun(POSTGRES, "gw_default", 1, "gw_default");
                ApplicationLoop loop = new ApplicationLoop(
                        POSTGRES,
                        (statement, round) ->
                                statement.execute("alter table gw_default alter v set default " + round))) {
            // One chunk, which takes longer than anybody is let wait.
            run.chunkBytes = 1 << 30;
            loop.awaitRounds(2);
            run.start();
            run.awaitTrue("the table is published", () -> run.lake.stamps().size() == 1);
            loop.stop();
            System.out.printf("gw_default: %d rounds, longest %d ms%n", loop.rounds(), loop.longestMillis());
            assertThat(loop.failures()).isEmpty();
            assertThat(loop.longestMillis()).isLessThan(WAIT_MILLIS_MAX);
            run.awaitEqual();
        }
    }

    @Test
    void aStatementIsNotHeldUpByAReaderWhoseSinkStandsStill() throws Exception {
        createTable("gw_stuck", 60_000);
        try (PipelineRun run = new PipelineRun(POSTGRES, "gw_stuck", 1, "gw_stuck")) {
            ModelSink.HOLD_LOADS.set(true);
            run.start();
            run.awaitTrue("a writer stands still", () -> ModelSink.HELD_WRITERS.get() > 0);
            assertThat(POSTGRES.one(
                            "select count(*) from pg_locks where granted and relation = 'public.gw_stuck'::regclass"))
                    .as("the reader holds the table")
                    .isEqualTo("1");
            long start = System.nanoTime();
            try (Connection connection = POSTGRES.connect();
                    Statement statement = connection.createStatement()) {
                statement.execute("set lock_timeout = " + WAIT_MILLIS_MAX);
                statement.execute("alter table public.gw_stuck alter column v set default 7");
            }
            System.out.printf("gw_stuck: waited %d ms%n", (System.nanoTime() - start) / 1_000_000);
            ModelSink.HOLD_LOADS.set(false);
            run.awaitEqual();
            assertThat(ModelSink.LOADED_ROWS.get()).isPositive();
        }
    }

    @Test
    void aTableThatGetsAnotherTypeDuringItsLoadStopsAloneAndTheOthersGoOn() throws Exception {
        createTable("gw_type", 15_000);
        createTable("gw_type_quiet", 100);
        try (PipelineRun run = new PipelineRun(POSTGRES, "gw_type", 2, "gw_type", "gw_type_quiet")) {
            run.start();
            try (HeldTable held = HeldTable.whenItsLoadBegins(run, "gw_type");
                    Statement statement = held.connection.createStatement()) {
                System.out.printf("gw_type: waited %d ms%n", held.waitedMillis);
                assertThat(held.waitedMillis).isLessThan(WAIT_MILLIS_MAX);
                run.awaitTrue(
                        "the other table is published", () -> run.lake.stamps().containsKey(1));
                statement.execute("alter table public.gw_type alter column v type bigint");
                held.commit();
            }
            run.awaitTrue("the table is stopped", () -> run.lake.stops().containsKey(0));
            assertThat(run.lake.stops().get(0)).contains("E0404", "column v has another type");
            POSTGRES.run("insert into gw_type_quiet values (1000, 1, 'followed')");
            run.awaitTrue(
                    "the other table is followed",
                    () -> run.lake.rows(1).equals(run.sourceRows(1))
                            && run.lake.rows(1).size() == 101);
            assertThat(run.lake.stamps()).doesNotContainKey(0);
            assertThat(run.lake.faults()).isEmpty();
        }
    }
}
