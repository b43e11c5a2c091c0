package dev.sluice.ingest.sink;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.ingest.source.postgres.TestPostgres;
import dev.sluice.lake.Following;
import dev.sluice.spec.errors.ErrorCode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Lake tables that others put back while nothing of the pipeline runs, and to which nothing is written afterwards. */
@Timeout(180)
class SetBackIT {
    private static final TestPostgres POSTGRES = TestPostgres.start();
    private static final List<String> NAMES = List.of("Back_restored", "back_rolled", "back_left");

    /** Before: changes between the backup and the stop were missing for ever in a table restored as a whole. */
    @Test
    void areStoppedByTheNextStartWhileTheOthersGoOnAndComeBackByResync() throws Exception {
        NAMES.forEach(name -> POSTGRES.run("create table \"" + name + "\" (id int primary key)", insert(name, 1)));
        try (LakeRun run = new LakeRun(POSTGRES, "set_back", NAMES.toArray(String[]::new))) {
            run.start();
            awaitRows(run, 1);
            Map<TableIdentifier, String> backup = run.server.backup();
            NAMES.forEach(name -> POSTGRES.run(insert(name, 2)));
            awaitRows(run, 2);
            run.stop();

            backup.keySet().retainAll(List.of(run.catalog.bronze("Back_restored")));
            run.server.restore(backup);
            Table rolled = run.table(1);
            rolled.manageSnapshots().rollbackTo(first(rolled).snapshotId()).commit();
            long started = System.nanoTime();
            run.start();
            run.await(
                    "both are told",
                    () -> run.stopOf(0).isPresent() && run.stopOf(1).isPresent());
            assertThat((System.nanoTime() - started) / 1_000_000_000L)
                    .as("seconds")
                    .isLessThan(35);
            assertSetBack(run.stopOf(0), "sluice resync back_restored");
            assertSetBack(run.stopOf(1), "sluice resync back_rolled");

            NAMES.forEach(name -> POSTGRES.run(insert(name, 3)));
            run.await("the third goes on", () -> run.rows(2).size() == 3);
            assertThat(run.stopOf(2)).isEmpty();
            assertThat(run.rows(0)).hasSize(1);
            assertThat(run.rows(1)).hasSize(1);

            run.resync("Back_restored");
            run.resync("back_rolled");
            awaitRows(run, 3);
        }
    }

    private static String insert(String table, int id) {
        return "insert into \"" + table + "\" values (" + id + ")";
    }

    private static void assertSetBack(Optional<Following.Stop> stop, String fix) {
        assertThat(stop).hasValueSatisfying(found -> {
            assertThat(found.code()).isEqualTo(ErrorCode.E0507);
            assertThat(found.reason()).contains("set back");
            assertThat(found.fix()).contains(fix);
        });
    }

    private static Snapshot first(Table table) {
        return table.snapshots().iterator().next();
    }

    private static void awaitRows(LakeRun run, int count) throws InterruptedException {
        run.await(
                count + " rows in each",
                () -> run.rows(0).size() == count
                        && run.rows(1).size() == count
                        && run.rows(2).size() == count);
    }
}
