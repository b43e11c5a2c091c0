package dev.sluice.ingest.source.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.ingest.sink.SourceGuard;
import dev.sluice.ingest.source.CommitWatch;
import dev.sluice.ingest.source.postgres.catalogue.SourceCatalogue;
import dev.sluice.ingest.source.postgres.slot.Publication;
import dev.sluice.ingest.source.postgres.slot.SourceIdentity;
import dev.sluice.ingest.source.postgres.watch.PublicationShape;
import dev.sluice.ingest.source.postgres.watch.SourceWatch;
import dev.sluice.ingest.table.SourceTable;
import dev.sluice.ingest.table.TableStop;
import dev.sluice.lake.Position;
import dev.sluice.spec.Lsn;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.sql.Connection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the committer is told of the source before it commits a cut. No job runs: each look is asked for. */
@Timeout(120)
class CommitWatchIT {
    private static final TestPostgres POSTGRES = TestPostgres.start();
    private static final String SLOT = "sluice_commit_watch";

    private List<SourceTable> tables;
    private ModelLake lake;
    private SourceGuard guard;

    @BeforeEach
    void follow() throws Exception {
        POSTGRES.run(
                "create table cw_a (id int primary key, v int)",
                "create table cw_b (id int primary key, v int)",
                "select pg_create_logical_replication_slot('" + SLOT + "', 'pgoutput')");
        tables = SourceCatalogue.read(POSTGRES.connector(), POSTGRES.spec("cw_a", "cw_b"), SLOT);
        lake = new ModelLake("commit_watch", tables);
        try (Connection connection = POSTGRES.connect()) {
            new Publication(SLOT, tables, false).ensure(connection, Set.of(), List.of(0, 1));
        }
        lake.identity = SourceIdentity.of(POSTGRES.connector());
        try (SourceWatch watch = new SourceWatch(
                POSTGRES.connector(),
                SLOT,
                SLOT,
                tables,
                new SourceWatch.Expected(lake.identity, Optional.empty(), Map.of()))) {
            watch.readShapes().forEach((table, shape) -> lake.shapes.put(table, shape.text()));
            lake.publication =
                    watch.readPublication().map(PublicationShape::text).orElseThrow();
        }
        guard = CommitWatch.opener(new PostgresAdapter(
                        POSTGRES.connector(),
                        SLOT,
                        SLOT,
                        tables,
                        false,
                        lake.opener(),
                        1 << 20,
                        20_000,
                        PostgresAdapter.ROW_BYTES_OF_THE_HEAP))
                .open();
    }

    @AfterEach
    void end() {
        guard.close();
        lake.forget();
        POSTGRES.run(
                "select pg_drop_replication_slot('" + SLOT + "')",
                "drop publication if exists " + SLOT,
                "drop table if exists cw_a, cw_b");
    }

    private static Position flushed() {
        return Position.parse(POSTGRES.one("select pg_current_wal_flush_lsn()"));
    }

    @Test
    void tableIsToldAtTheVeryNextCommitAndTheOtherIsNot() {
        assertThat(guard.differing(flushed(), Set.of(0, 1))).isEmpty();
        assertThat(guard.differing(flushed(), Set.of())).isEmpty();
        POSTGRES.run("alter table cw_b alter column v type int using v * 100");
        assertThat(guard.differing(flushed(), Set.of())).singleElement().satisfies(stop -> {
            assertThat(stop.table()).isEqualTo(1);
            assertThat(stop.code()).isEqualTo(ErrorCode.E0223);
        });
    }

    @Test
    void nothingPassesForAnyTableOnceThePublicationWasReduced() {
        assertThat(guard.differing(flushed(), Set.of(0, 1))).isEmpty();
        POSTGRES.run("alter publication " + SLOT + " set (publish = 'insert')");
        assertThatThrownBy(() -> guard.differing(flushed(), Set.of()))
                .isInstanceOfSatisfying(
                        SluiceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.E0220))
                .hasMessageContaining("insert, update, delete, truncate");
    }

    @Test
    void cutBeyondTheSourcesWalDoesNotPass() {
        assertThat(guard.differing(flushed(), Set.of(0, 1))).isEmpty();
        assertThatThrownBy(() -> guard.differing(Position.of(new Lsn(flushed().order() + (1L << 30))), Set.of()))
                .isInstanceOfSatisfying(
                        SluiceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.E0219));
    }

    @Test
    void connectsAgainWhenItsSessionWasEnded() {
        assertThat(guard.differing(flushed(), Set.of(0, 1))).isEmpty();
        POSTGRES.run("select pg_terminate_backend(pid) from pg_stat_activity where query like '%sluice watch%'"
                + " and pid <> pg_backend_pid()");
        assertThat(guard.differing(flushed(), Set.of())).isEmpty();
        POSTGRES.run("alter publication " + SLOT + " drop table cw_a");
        List<TableStop> stops = guard.differing(flushed(), Set.of());
        assertThat(stops).extracting(TableStop::code).containsExactly(ErrorCode.E0221);
    }

    @Test
    void roleWithNothingButReplicationMayLook() throws Exception {
        POSTGRES.run(
                "create role only_replication login replication", "grant select on cw_a, cw_b to only_replication");
        try (SourceWatch watch = new SourceWatch(
                POSTGRES.connector("only_replication"),
                SLOT,
                SLOT,
                tables,
                new SourceWatch.Expected(
                        lake.identity,
                        Optional.of(PublicationShape.parse(lake.publication)),
                        Map.of(0, dev.sluice.ingest.source.postgres.watch.TableShape.parse(lake.shapes.get(0)))))) {
            assertThat(watch.look(flushed().lsn(), flushed().lsn()).stopsOrThrow())
                    .isEmpty();
        } finally {
            POSTGRES.run("drop owned by only_replication", "drop role only_replication");
        }
    }
}
