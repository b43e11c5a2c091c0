package dev.sluice.ingest.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.ingest.source.postgres.TestPostgres;
import dev.sluice.lake.Following;
import dev.sluice.lake.TableStamps;
import dev.sluice.spec.PipelineSpec.ColumnSpec;
import dev.sluice.spec.PoisonPolicy;
import dev.sluice.spec.errors.ErrorCode;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A start of a pipeline one of whose tables is gone from the source, through the real job and sink. */
@Timeout(240)
class MissingTableIT {
    private static final TestPostgres POSTGRES = TestPostgres.start();

    private static LakeRun following(String name) throws Exception {
        for (String table : new String[] {name + "_a", name + "_b"}) {
            POSTGRES.run("create table " + table + " (id int primary key)", "insert into " + table + " values (1)");
        }
        LakeRun run = new LakeRun(POSTGRES, name, name + "_a", name + "_b");
        run.start();
        run.await(
                "both are loaded", () -> run.rows(0).size() == 1 && run.rows(1).size() == 1);
        return run;
    }

    @Test
    void tableThatWasRenamedAwayWhileThePipelineStoodIsStoppedAloneAndComesBackByTheFix() throws Exception {
        try (LakeRun run = following("renamed")) {
            run.stop();
            POSTGRES.run(
                    "alter table renamed_b rename to elsewhere",
                    "insert into elsewhere values (2)",
                    "insert into renamed_a values (2)");
            run.readTables();
            run.start();
            run.await("the other table goes on", () -> run.rows(0).size() == 2);
            Following.Stop stop = run.stopOf("renamed_b").orElseThrow();
            assertThat(stop.code()).isEqualTo(ErrorCode.E0222);
            assertThat(stop.reason()).contains("table public.renamed_b does not exist any more");
            assertThat(stop.fix()).contains("bring it back, then sluice resync renamed_b");

            POSTGRES.run("alter table elsewhere rename to renamed_b");
            run.resync("renamed_b");
            run.await("it is loaded anew", () -> run.rows(1).size() == 2);
            POSTGRES.run("insert into renamed_b values (3)", "insert into renamed_a values (3)");
            run.await(
                    "both are followed",
                    () -> run.rows(1).size() == 3 && run.rows(0).size() == 3);
            assertThat(run.stopOf("renamed_b")).isEmpty();
        }
    }

    @Test
    void tableThatBecameAnotherKindOfRelationOrLostItsKeyIsStoppedAlone() throws Exception {
        try (LakeRun run = following("changed")) {
            run.stop();
            POSTGRES.run(
                    "drop table changed_b",
                    "create view changed_b as select 1 as id",
                    "insert into changed_a values (2)");
            run.readTables();
            assertThat(run.stopOf("changed_b").orElseThrow().reason()).contains("is a view");
            POSTGRES.run("drop view changed_b", "create table changed_b (id int)");
            run.readTables();
            run.start();
            run.await("the other table goes on", () -> run.rows(0).size() == 2);
        }
    }

    @Test
    void tableThatTheLakeDoesNotHaveIsAMistakeInTheFileAndNothingStarts() {
        POSTGRES.run("create table mistaken (id int primary key)");
        assertThatThrownBy(() -> new LakeRun(POSTGRES, "mistaken", "mistaken", "mistakken"))
                .hasMessageContaining("E0206")
                .hasMessageContaining("table public.mistakken does not exist");
        POSTGRES.run("drop table mistaken");
    }

    /** Before: no table of the pipeline started. */
    @Test
    void policyForAColumnThatTheSourceDroppedStopsItsTableAlone() throws Exception {
        POSTGRES.run(
                "create table policied_a (id int primary key)",
                "create table policied_b (id int primary key, d date)",
                "insert into policied_a values (1)",
                "insert into policied_b values (1)");
        try (LakeRun run = new LakeRun(POSTGRES, "policied", "policied_a", "policied_b")) {
            run.columns.put("policied_b", List.of(new ColumnSpec("d", PoisonPolicy.QUARANTINE)));
            run.readTables();
            run.start();
            run.await(
                    "both are loaded",
                    () -> run.rows(0).size() == 1 && run.rows(1).size() == 1);
            run.stop();
            POSTGRES.run("alter table policied_b drop column d", "insert into policied_a values (2)");
            run.readTables();
            run.start();
            run.await("the other table goes on", () -> run.rows(0).size() == 2);
            Following.Stop stop = run.stopOf("policied_b").orElseThrow();
            assertThat(stop.code()).isEqualTo(ErrorCode.E0404);
            assertThat(stop.reason()).contains("column d of public.policied_b was dropped", "policy");
            assertThat(stop.fix()).contains("take the column out of columns", "sluice resync policied_b");

            run.columns.clear();
            run.resync("policied_b");
            POSTGRES.run("insert into policied_b values (2)");
            run.await("it is followed again", () -> run.rows(1).size() == 2);

            run.columns.put("policied_a", List.of(new ColumnSpec("idd", PoisonPolicy.TEXT)));
            assertThatThrownBy(run::readTables)
                    .as("a mistake in the file")
                    .hasMessageContaining("E0402")
                    .hasMessageContaining("did you mean id?");
        }
    }

    @Test
    void whenNoTableIsLeftThePipelineDoesNotStart() throws Exception {
        try (LakeRun run = following("nothing_left")) {
            run.stop();
            POSTGRES.run("drop table nothing_left_a, nothing_left_b");
            assertThatThrownBy(run::readTables)
                    .hasMessageContaining("public.nothing_left_a does not exist")
                    .hasMessageContaining("public.nothing_left_b does not exist");
            assertThat(TableStamps.current(run.table(0))).isPresent();
        }
    }
}
