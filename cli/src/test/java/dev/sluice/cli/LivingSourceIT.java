package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.lake.LakeCatalog;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What a living database does to a pipeline, seen as a user sees it: by the commands alone. In each case the table that it
 * concerns is stopped and named, the other goes on, and what the message advises leads back to an equal lake.
 */
class LivingSourceIT {
    private static final String[] SCHEMA = {
        "create type mood as enum ('ok', 'bad')",
        "create table calm (id int primary key, n int not null)",
        "create table busy (id int primary key, n int, m mood not null default 'ok')",
        "insert into calm select i, i from generate_series(1, 100) i",
        "insert into busy select i, i from generate_series(1, 100) i"
    };
    private static CommandLineStack stack;
    private String name;

    @BeforeAll
    static void up() throws IOException {
        stack = CommandLineStack.up("taskmanager", "catalog");
    }

    @AfterAll
    static void down() {
        stack.close();
    }

    @AfterEach
    void drop() {
        stack.run("drop", name, "--tables", "--yes");
    }

    @Test
    void aTableThatWasRemovedAndComesBackIsLoadedAnew() throws Exception {
        start("returned");
        String file = stack.pipelineFile(name, "public.calm");
        stack.succeed("apply", "-f", file);
        stack.sql(name, "insert into busy values (1001, 1)", "update busy set n = -1 where id <= 50");
        awaitCaughtUp();
        stack.succeed("apply", "-f", stack.pipelineFile(name, "public.calm", "public.busy"));
        stack.sql(name, "insert into busy values (1002, 2)");
        assertEqualInTheEnd();
    }

    @Test
    void aTableCutOutOfThePublicationIsStoppedAndComesBackByResync() throws Exception {
        start("cut");
        stack.sql(name, "alter publication " + publication() + " drop table busy", "insert into busy values (1001, 1)");
        assertStoppedAloneAndBack();
    }

    @Test
    void aTableSwappedForAnotherIsStoppedAndComesBackByResync() throws Exception {
        start("swapped");
        stack.sql(
                name,
                "create table busy_new (like busy including all)",
                "insert into busy_new values (7, 7)",
                "begin; alter table busy rename to busy_old; alter table busy_new rename to busy; commit",
                "insert into busy values (8, 8)");
        assertStoppedAloneAndBack();
    }

    /** Nothing is applied, upgraded or restarted without the source being read: that must not need every table. */
    @Test
    void aTableThatIsGoneKeepsTheOthersNeitherFromStartingNorFromGoingOn() throws Exception {
        start("gone");
        String file = stack.pipelineFile(name, "public.calm", "public.busy");
        stack.succeed("stop", name);
        stack.sql(name, "alter table busy rename to elsewhere", "insert into elsewhere values (1001, 1)");
        CommandLineStack.Ran applied = stack.succeed("apply", "-f", file);
        assertThat(applied.all())
                .contains("table busy is stopped, the others go on: E0222", "public.busy does not exist any more");
        awaitStopped();
        stack.sql(name, "alter table elsewhere rename to busy");
        assertStoppedAloneAndBack();
    }

    @Test
    void aTableMadeAnewIsStoppedAndComesBackByResync() throws Exception {
        start("made_anew");
        stack.sql(
                name,
                "begin; drop table busy; create table busy (id int primary key, n int, m mood); commit",
                "insert into busy values (8, 8)");
        assertStoppedAloneAndBack();
    }

    @Test
    void aTableWhoseValuesWereRewrittenIsStoppedAndComesBackByResync() throws Exception {
        start("rewritten");
        stack.sql(name, "alter table busy alter column n type int using n * 100");
        assertStoppedAloneAndBack();
    }

    @Test
    void aTableWhoseEnumLabelWasRenamedIsStoppedAndComesBackByResync() throws Exception {
        start("relabelled");
        stack.sql(name, "alter type mood rename value 'ok' to 'good'");
        assertStoppedAloneAndBack();
    }

    @Test
    void aTableWithAnotherColumnIsStoppedAndComesBackByResync() throws Exception {
        start("widened");
        stack.sql(name, "alter table busy add column more int", "update busy set more = 1 where id < 10");
        assertStoppedAloneAndBack();
    }

    @Test
    void aValueThatTheLakeCannotHoldStopsItsTableAlone() throws Exception {
        name = "poisoned";
        stack.createDatabase(name, SCHEMA);
        stack.sql(name, "alter table busy add column d date");
        stack.succeed("apply", "-f", stack.pipelineFile(name, "public.calm", "public.busy"));
        awaitCaughtUp();
        stack.sql(name, "update busy set d = 'infinity' where id = 5");
        awaitStopped();
        stack.sql(name, "update busy set d = null where id = 5", "insert into calm values (1001, 1)");
        stack.succeed("resync", "busy", "-f", stack.pipelineFile(name, "public.calm", "public.busy"));
        assertEqualInTheEnd();
    }

    @Test
    void whatAnotherWriterDoesToATableIsRefusedOrStopsTheTable() throws Exception {
        start("foreign_write");
        try (LakeCatalog lake = LakeCatalog.open(stack.applied(name).catalog())) {
            Table busy = lake.load(lake.bronze("busy"));
            boolean isRefused = isRefused(() -> busy.newDelete()
                    .deleteFromRowFilter(org.apache.iceberg.expressions.Expressions.alwaysTrue())
                    .commit());
            if (isRefused) {
                assertEqualInTheEnd();
                return;
            }
        }
        stack.sql(name, "insert into busy values (1001, 1)");
        assertStoppedAloneAndBack();
    }

    @Test
    void rollingATableBackIsRefusedOrStopsTheTable() throws Exception {
        start("rolled_back");
        stack.sql(name, "insert into busy values (1001, 1)");
        awaitCaughtUp();
        try (LakeCatalog lake = LakeCatalog.open(stack.applied(name).catalog())) {
            Table busy = lake.load(lake.bronze("busy"));
            List<Snapshot> snapshots = new ArrayList<>();
            busy.snapshots().forEach(snapshots::add);
            assertThat(snapshots).hasSizeGreaterThan(1);
            boolean isRefused = isRefused(() -> busy.manageSnapshots()
                    .rollbackTo(snapshots.getFirst().snapshotId())
                    .commit());
            if (isRefused) {
                assertEqualInTheEnd();
                return;
            }
        }
        stack.sql(name, "insert into busy values (1002, 1)");
        assertStoppedAloneAndBack();
    }

    @Test
    void aSecondCopyOfTheJobIsRefusedAndTheFirstGoesOn() throws Exception {
        start("copied");
        String first = stack.flink().activeJob("sluice " + name).orElseThrow().id();
        assertThatThrownBy(() -> stack.submitCopy(name)).hasMessageContaining("E0227");
        stack.sql(name, "insert into busy values (1001, 1)");
        awaitCaughtUp();
        assertThat(stack.flink().state(first)).isEqualTo("RUNNING");
        stack.succeed("stop", name);
        assertThat(stack.flink().activeJobs("sluice " + name)).isEmpty();
        stack.succeed("apply", "-f", stack.pipelineFile(name, "public.calm", "public.busy"));
        assertEqualInTheEnd();
    }

    private void start(String pipeline) throws SQLException, IOException {
        name = pipeline;
        stack.createDatabase(name, SCHEMA);
        stack.succeed("apply", "-f", stack.pipelineFile(name, "public.calm", "public.busy"));
        awaitCaughtUp();
    }

    /** Until the pipeline has acknowledged what was written before this call. */
    private void awaitCaughtUp() throws SQLException {
        long position = walPosition();
        stack.until(ran -> acknowledged(ran.out()) >= position, "pipelines", "-o", "json");
    }

    private void assertStoppedAloneAndBack() throws Exception {
        awaitStopped();
        stack.sql(name, "insert into calm values (1001, 1)");
        awaitCaughtUp();
        CommandLineStack.Ran verified = stack.run("verify", "-f", stack.pipelineFile(name, "public.calm"));
        assertThat(verified.exitCode())
                .as("the other table goes on: " + verified.all())
                .isZero();
        stack.succeed("resync", "busy", "-f", stack.pipelineFile(name, "public.calm", "public.busy"));
        stack.sql(name, "insert into busy (id, n) values (2001, 2)");
        assertEqualInTheEnd();
    }

    private void awaitStopped() {
        CommandLineStack.Ran told = stack.until(ran -> ran.out().contains("table busy is stopped"), "pipelines");
        assertThat(told.exitCode()).isEqualTo(ExitCode.UNHEALTHY);
        assertThat(told.out()).contains("sluice resync busy").doesNotContain("table calm");
        assertThat(stack.run("status").exitCode()).isEqualTo(ExitCode.UNHEALTHY);
    }

    private void assertEqualInTheEnd() throws Exception {
        stack.until(ran -> ran.exitCode() == ExitCode.OK && ran.out().contains("streaming"), "pipelines");
        awaitCaughtUp();
        String file = stack.pipelineFile(name, "public.calm", "public.busy");
        assertThat(stack.succeed("verify", "-f", file).out()).contains("EQUAL");
    }

    private String publication() throws SQLException {
        try (Connection connection = stack.connect(name);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select quote_ident(pubname) from pg_publication")) {
            assertThat(row.next()).isTrue();
            return row.getString(1);
        }
    }

    private long walPosition() throws SQLException {
        try (Connection connection = stack.connect(name);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select pg_current_wal_flush_lsn() - '0/0'::pg_lsn")) {
            row.next();
            return row.getLong(1);
        }
    }

    private long acknowledged(String json) {
        try {
            for (var pipeline : new com.fasterxml.jackson.databind.ObjectMapper().readTree(json)) {
                String lsn = pipeline.path("acknowledgedLsn").asText("");
                if (pipeline.path("pipeline").asText().equals(name) && lsn.contains("/")) {
                    return dev.sluice.spec.Lsn.parse(lsn).value() + 1;
                }
            }
            return -1;
        } catch (IOException e) {
            return -1;
        }
    }

    private static boolean isRefused(Runnable act) {
        try {
            act.run();
            return false;
        } catch (RuntimeException e) {
            System.out.println("refused: " + e.getMessage());
            return true;
        }
    }
}
