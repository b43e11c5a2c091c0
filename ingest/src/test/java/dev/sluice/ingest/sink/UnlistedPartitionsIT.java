package dev.sluice.ingest.sink;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.ingest.source.postgres.TestPostgres;
import dev.sluice.lake.UnlistedPartitions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Partitions that appear beside those that a pipeline lists. */
@Timeout(120)
class UnlistedPartitionsIT {
    private static final TestPostgres POSTGRES = TestPostgres.start();

    /** Before: nobody was told that rows of the whole come to a place that is not followed. */
    @Test
    void areToldWhileWhatIsListedGoesOn() throws Exception {
        POSTGRES.run(
                "create table month (id int primary key) partition by range (id)",
                "create table month_old partition of month for values from (0) to (10)",
                "create table month_1 partition of month for values from (10) to (20)",
                "insert into month values (1), (11)");
        try (LakeRun run = new LakeRun(POSTGRES, "unlisted", "month_1")) {
            run.start();
            run.await("the load is there", () -> run.rows(0).size() == 1);
            run.await("a look was taken", () -> told(run).isPresent());
            assertThat(told(run).orElseThrow().text()).as("left out on purpose").isEmpty();

            POSTGRES.run(
                    "create table month_2 partition of month for values from (20) to (30)",
                    "insert into month values (12), (21)");
            run.await(
                    "the new one is told", () -> told(run).orElseThrow().text().isPresent());
            assertThat(told(run).orElseThrow()).satisfies(found -> {
                assertThat(found.fresh()).containsExactly("public.month_2");
                assertThat(found.known()).isEqualTo(Map.of("public.month", List.of("public.month_old")));
                assertThat(found.text().orElseThrow()).contains("E0226", "public.month_2", "Fix: ");
            });
            run.await("the listed one goes on", () -> run.rows(0).size() == 2);
            assertThat(run.stopOf(0)).isEmpty();

            run.stop();
            run.start();
            POSTGRES.run("insert into month values (13)");
            run.await("goes on after a restart", () -> run.rows(0).size() == 3);
            assertThat(told(run).orElseThrow().text()).as("still").isPresent();
            POSTGRES.run("drop table month_2");
            run.await(
                    "it is over once the partition is gone",
                    () -> told(run).orElseThrow().text().isEmpty());
        } finally {
            POSTGRES.run("drop table month cascade");
        }
    }

    private static Optional<UnlistedPartitions> told(LakeRun run) {
        return UnlistedPartitions.of(run.catalog, run.pipeline);
    }
}
