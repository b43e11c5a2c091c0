package dev.sluice.ingest.source.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.ingest.source.postgres.slot.ReplicationSlot;
import dev.sluice.spec.Lsn;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.sql.Connection;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGConnection;

@Timeout(180)
class SlotIT {
    private static final TestPostgres POSTGRES = TestPostgres.start();

    private static void stopsWith(PipelineRun run, String text) {
        assertThatThrownBy(() -> run.job().getJobExecutionResult().get(60, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasStackTraceContaining(text);
    }

    @Test
    void refusesARecreatedSlot() throws Exception {
        POSTGRES.run("create table recreated (id int primary key)", "insert into recreated values (1)");
        try (PipelineRun run = new PipelineRun(POSTGRES, "recreated", 1, "recreated")) {
            run.start();
            run.awaitEqual();
            run.stop();
            POSTGRES.run(
                    "select pg_drop_replication_slot('sluice_recreated')",
                    "insert into recreated values (2)",
                    "select pg_create_logical_replication_slot('sluice_recreated', 'pgoutput')");
            run.start();
            stopsWith(run, "E0212");
        }
    }

    @Test
    void refusesToGoOnWithoutItsSlot() throws Exception {
        POSTGRES.run("create table missing_slot (id int primary key)");
        try (PipelineRun run = new PipelineRun(POSTGRES, "missing_slot", 1, "missing_slot")) {
            run.start();
            run.awaitEqual();
            run.stop();
            POSTGRES.run("select pg_drop_replication_slot('sluice_missing_slot')");
            run.start();
            stopsWith(run, "E0215");
        }
    }

    @Test
    void refusesAnotherServer() throws Exception {
        POSTGRES.run("create table another_server (id int primary key)");
        try (PipelineRun run = new PipelineRun(POSTGRES, "another_server", 1, "another_server")) {
            run.start();
            run.awaitEqual();
            run.stop();
            assertThat(run.lake.identity).matches("[0-9]+/1");
            run.lake.identity = "7000000000000000000/1";
            run.start();
            stopsWith(run, "E0216");
        }
    }

    @Test
    void aChangedTableIsStoppedAloneWithoutLosingWhatCameBefore() throws Exception {
        POSTGRES.run("create table altered (id int primary key, v int)", "create table beside (id int primary key)");
        try (PipelineRun run = new PipelineRun(POSTGRES, "altered", 1, "altered", "beside")) {
            run.start();
            run.awaitEqual();
            POSTGRES.run("insert into altered values (1, 1)");
            run.awaitEqual();
            POSTGRES.run("alter table altered add column w int", "insert into altered values (2, 2, 2)");
            run.awaitTrue("it is stopped", () -> run.lake.stops.containsKey(0));
            assertThat(run.lake.stops.get(0)).contains("E0404").contains("column w was added");
            POSTGRES.run("insert into beside values (1)");
            run.awaitTrue("the other goes on", () -> run.lake.rows(1).size() == 1);
            assertThat(run.lake.rows(0)).hasSize(1);
            assertThat(run.lake.faults()).isEmpty();
        }
    }

    @Test
    void acknowledgesNothingBeyondTheRecord() throws Exception {
        POSTGRES.run("create table recorded (id int primary key)", "create table other_writes (v text)");
        try (PipelineRun run = new PipelineRun(POSTGRES, "recorded", 1, "recorded")) {
            run.start();
            run.awaitEqual();
            for (int i = 0; i < 20; i++) {
                POSTGRES.run(
                        "insert into recorded values (" + i + ")",
                        "insert into other_writes select repeat('x', 1000) from generate_series(1, 200)");
                String confirmed = POSTGRES.one(
                        "select confirmed_flush_lsn from pg_replication_slots where slot_name = 'sluice_recorded'");
                Lsn known = Lsn.max(
                        run.lake.acknowledged().orElse(Lsn.ZERO),
                        run.lake.stamps().values().stream().max(Lsn::compareTo).orElseThrow());
                assertThat(Long.compareUnsigned(Lsn.parse(confirmed).value(), known.value() + 1))
                        .isLessThanOrEqualTo(0);
                Thread.sleep(150);
            }
            run.awaitEqual();
        } finally {
            POSTGRES.run("drop table other_writes");
        }
    }

    @Test
    void aLeftoverOfAnUnfinishedLoadIsReplaced() throws Exception {
        POSTGRES.run(
                "create table leftover (id int primary key)",
                "insert into leftover values (1)",
                "select pg_create_logical_replication_slot('sluice_leftover', 'pgoutput')",
                "insert into leftover values (2)");
        try (PipelineRun run = new PipelineRun(POSTGRES, "leftover", 1, "leftover")) {
            run.start();
            POSTGRES.run("insert into leftover values (3)");
            run.awaitEqual();
        }
    }

    @Test
    void whatThisVeryRunLeftBehindIsEnded() throws Exception {
        POSTGRES.run("select pg_create_logical_replication_slot('sluice_left_behind', 'pgoutput')");
        ReplicationSlot slot = new ReplicationSlot("sluice_left_behind");
        try (Connection connection = POSTGRES.connect();
                Connection left = POSTGRES.connector().replication()) {
            left.unwrap(PGConnection.class)
                    .getReplicationAPI()
                    .replicationStream()
                    .logical()
                    .withSlotName(slot.name())
                    .withSlotOption("proto_version", 1)
                    .withSlotOption("publication_names", "none")
                    .start();
            assertThat(slot.state(connection).orElseThrow().activePid()).isPresent();
            slot.awaitInactive(connection, Optional.of(POSTGRES.connector().applicationName()));
            assertThat(slot.state(connection).orElseThrow().activePid()).isEmpty();
            slot.drop(connection);
        }
    }

    @Test
    void twoLakesOfOnePipelineNameLeaveEachOtherAlone() throws Exception {
        POSTGRES.run("create table shared (id int primary key)", "insert into shared values (1)");
        PipelineRun production = new PipelineRun(POSTGRES, "shared", 1, "shared");
        production.drawn = "_0000aaaa";
        try (production) {
            production.start();
            production.awaitEqual();
            ModelLake lake = production.lake;
            PipelineRun staging = new PipelineRun(POSTGRES, "shared_staging", 1, "shared");
            staging.drawn = "_0000bbbb";
            staging.start();
            staging.awaitEqual();
            POSTGRES.run("insert into shared values (2)");
            production.awaitEqual();
            staging.awaitEqual();
            staging.stop();
            staging.dropFromSource();
            POSTGRES.run("insert into shared values (3)");
            production.awaitEqual();
            assertThat(lake.loads).isEqualTo(1);
            assertThat(lake.stops).isEmpty();
        }
    }

    /** With the source's own bound on WAL: it gives the slot up rather than fill its disk. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aSlotThatTheServerGaveUpEndsThePipelineWithItsRemedy(boolean running) throws Exception {
        String name = "given_up_" + running;
        POSTGRES.run("create table " + name + " (id int primary key)", "insert into " + name + " values (1)");
        try (PipelineRun run = new PipelineRun(POSTGRES, name, 1, name)) {
            run.start();
            run.awaitEqual();
            run.stopUnless(running);
            // Nothing is acknowledged any more, as when the lake is away.
            run.lake.forgetful = running;
            POSTGRES.run("alter system set max_slot_wal_keep_size = '16MB'", "select pg_reload_conf()");
            run.awaitTrue("the server has given the slot up", () -> {
                POSTGRES.run(
                        "insert into " + name + " select max(id) + 1 from " + name,
                        "select pg_switch_wal()",
                        "checkpoint");
                return "lost"
                        .equals(POSTGRES.one(
                                "select wal_status from pg_replication_slots where slot_name = '" + run.slot() + "'"));
            });
            run.startUnless(running);
            stopsWith(run, "E0214");
            stopsWith(run, "raise max_slot_wal_keep_size; then load anew: sluice drop");
            run.forget();
        } finally {
            POSTGRES.run("alter system reset max_slot_wal_keep_size", "select pg_reload_conf()");
        }
    }

    @Test
    void anInvalidatedSlotIsToldFromOneThatIsAhead() throws Exception {
        POSTGRES.run("select pg_create_logical_replication_slot('sluice_checks', 'pgoutput')");
        ReplicationSlot slot = new ReplicationSlot("sluice_checks");
        try (Connection connection = POSTGRES.connect()) {
            Lsn confirmed = slot.state(connection).orElseThrow().confirmedFlush();
            slot.check(connection, confirmed);
            slot.check(connection, new Lsn(confirmed.value() - 1));
            assertThatThrownBy(() -> slot.check(connection, new Lsn(confirmed.value() - 2)))
                    .isInstanceOfSatisfying(
                            SluiceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.E0212));
            slot.drop(connection);
            slot.drop(connection);
            assertThat(slot.state(connection)).isEmpty();
        }
    }
}
