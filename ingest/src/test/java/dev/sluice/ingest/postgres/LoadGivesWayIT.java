package dev.sluice.ingest.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The application may truncate, alter and rewrite its tables while they are loaded: neither side is stuck. */
@Timeout(240)
class LoadGivesWayIT {
    private static final TestPostgres POSTGRES = TestPostgres.start();
    /** Gross bound on what a statement of the application may wait; the report says what it waited. */
    private static final long WAIT_MILLIS_MAX = 10_000;

    private static void createTable(String name, int rows) {
        POSTGRES.run(
                "create table " + name + " (id int primary key, v int, t text)",
                "alter table " + name + " alter column t set storage external",
                "insert into " + name + " select g, g, repeat('x', 1000) || g from generate_series(1, " + rows + ") g");
    }

    private static void loadsUnder(String name, int rows, ApplicationLoop.Step step) throws Exception {
        createTable(name, rows);
        createTable(name + "_quiet", 2000);
        try (PipelineRun run = new PipelineRun(POSTGRES, name, 2, name, name + "_quiet")) {
            AtomicInteger during = new AtomicInteger();
            try (ApplicationLoop loop = new ApplicationLoop(POSTGRES, step)) {
                loop.awaitRounds(2);
                int before = loop.rounds();
                run.start();
                run.awaitTrue(
                        "both tables are published", () -> run.lake.stamps().size() == 2);
                during.set(loop.rounds() - before);
                loop.stop();
                System.out.printf(
                        "%s: %d rounds while loading, longest statement %d ms%n",
                        name, during.get(), loop.longestMillis());
                assertThat(loop.failures()).isEmpty();
                assertThat(during.get()).as("rounds while loading").isPositive();
                assertThat(loop.longestMillis()).isLessThan(WAIT_MILLIS_MAX);
            }
            run.awaitEqual();
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
}
