package dev.sluice.ingest.source.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Columns that a pipeline leaves out, and what the application may still do to its tables. */
@Timeout(180)
class ExcludedColumnsIT {
    private static final TestPostgres POSTGRES = TestPostgres.start();

    private static String lists(PipelineRun run) {
        return POSTGRES.one("select count(*) from pg_publication_rel r join pg_publication p on p.oid = r.prpubid"
                + " where p.pubname = '" + run.slot() + "' and r.prattrs is not null");
    }

    private static void table(String name) {
        POSTGRES.run(
                "create table " + name + " (before text, id int primary key, secret date, v varchar(20), after int)",
                "insert into " + name
                        + " select 'x', g, date '2026-01-01' + g, 'v' || g, g from generate_series(1, 30) g");
    }

    @Test
    void migrationsOfTheApplicationSucceedAndNothingOfExcludedColumnsIsMissed() throws Exception {
        table("migrated");
        try (PipelineRun run = new PipelineRun(POSTGRES, "migrated", 1, "migrated")
                .excluding("migrated", "before", "secret", "added_later", "gone")) {
            run.start();
            run.awaitEqual();
            assertThat(lists(run)).isEqualTo("0");
            POSTGRES.run(
                    "alter table migrated alter column secret type text using secret::text",
                    "alter table migrated add column added_later int default 5",
                    "update migrated set v = 'w' where id < 5",
                    "alter table migrated drop column before",
                    "alter table migrated replica identity default",
                    "insert into migrated values (100, 'y', 'v', 1, 2)",
                    "update migrated set id = id + 1000 where id between 10 and 20",
                    "alter table migrated drop column secret",
                    "delete from migrated where id = 7");
            run.awaitEqual();
            run.awaitLook();
            assertThat(run.lake.stops).isEmpty();
            run.stop();
            POSTGRES.run("alter table migrated drop column added_later", "update migrated set v = 'z' where id = 8");
            run.start();
            run.awaitEqual();
            assertThat(run.lake.stops).isEmpty();
        }
    }

    @Test
    void wholeOldRowsAreCarriedWithoutTheirExcludedColumns() throws Exception {
        table("whole_rows");
        POSTGRES.run("alter table whole_rows replica identity full");
        try (PipelineRun run =
                new PipelineRun(POSTGRES, "whole_rows", 1, "whole_rows").excluding("whole_rows", "secret")) {
            run.start();
            run.awaitEqual();
            POSTGRES.run(
                    "update whole_rows set secret = '2020-02-02'",
                    "update whole_rows set id = id + 100 where id < 5",
                    "delete from whole_rows where id = 9");
            run.awaitEqual();
        }
    }

    @Test
    void columnAddedBesideExcludedOnesStopsTheTable() throws Exception {
        table("grown");
        try (PipelineRun run = new PipelineRun(POSTGRES, "grown", 1, "grown").excluding("grown", "secret")) {
            run.start();
            run.awaitEqual();
            POSTGRES.run("alter table grown add column extra int");
            run.awaitTrue("the table is stopped", () -> run.lake.stops.containsKey(0));
            assertThat(run.lake.stops.get(0)).contains("E0404", "column extra was added");
        }
    }

    @Test
    void columnListsAreMadeOnlyWhenAskedForAndLeaveWithoutAGap() throws Exception {
        table("listed");
        try (PipelineRun run = new PipelineRun(POSTGRES, "listed", 1, "listed")
                .excludingAtSource()
                .excluding("listed", "secret")) {
            run.start();
            run.awaitEqual();
            assertThat(lists(run)).isEqualTo("1");
            // The price of it: the server refuses the application's own migration.
            assertThatThrownBy(() -> POSTGRES.run("alter table listed drop column after"))
                    .hasStackTraceContaining("cannot drop column");
            POSTGRES.run("update listed set v = 'a'");
            run.awaitEqual();
            run.stop();
            POSTGRES.run("update listed set v = 'b' where id < 10");
            run.excludeAtSource = false;
            run.start();
            POSTGRES.run("update listed set v = 'c' where id < 5");
            run.awaitEqual();
            run.awaitLook();
            assertThat(lists(run)).isEqualTo("0");
            assertThat(run.lake.stops).isEmpty();
            assertThat(run.lake.loads).isEqualTo(1);
        }
    }
}
