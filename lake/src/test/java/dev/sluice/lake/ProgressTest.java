package dev.sluice.lake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.lake.testing.FaultyCatalog;
import dev.sluice.lake.testing.FaultyCatalog.Fault;
import dev.sluice.spec.Lsn;
import dev.sluice.spec.errors.ErrorCode;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Progress moves with the tables or not at all, and for one run of the pipeline only. */
class ProgressTest {
    private static final LakeCommit.Bounds BOUNDS = new LakeCommit.Bounds(4, 1, 4);
    private static final Schema SCHEMA = new Schema(Types.NestedField.required(1, "id", Types.LongType.get()));

    private final FaultyCatalog server = new FaultyCatalog();
    private final LakeCatalog catalog = server.connect();
    private final Progress progress = new Progress(catalog, "shop");
    private int files;

    @BeforeEach
    void makeTables() {
        catalog.rest().createNamespace(catalog.bronzeNamespace(), new HashMap<>());
        for (String name : List.of("a", "b")) {
            catalog.rest()
                    .createTable(
                            catalog.bronze(name),
                            SCHEMA,
                            PartitionSpec.unpartitioned(),
                            Map.of("format-version", "2", StampProperties.PIPELINE, "shop"));
        }
    }

    @AfterEach
    void close() throws IOException {
        catalog.close();
        server.close();
    }

    /** A run of the pipeline: its id, and its committer. */
    private final class Run {
        final String id;
        final LakeCommit commit = new LakeCommit(catalog, BOUNDS);

        Run(String id) {
            this.id = id;
        }

        CommitOutcome commit(long from, long to, List<TableChange> changes) {
            return commit.commit(changes, Optional.of(new Advance(progress, id, Optional.of(at(from)), at(to))));
        }

        CommitOutcome commit(long from, long to) {
            return commit(from, to, cut(to));
        }
    }

    private Run started(String id) {
        progress.claim(id, false);
        return new Run(id);
    }

    @Test
    void movesWithTheTablesInOneTransaction() {
        Run run = started("r1");
        int before = server.transactions();
        assertThat(run.commit(0, 100).orThrow().snapshotIds())
                .containsOnlyKeys(catalog.bronze("a"), catalog.bronze("b"));
        assertThat(server.transactions()).isEqualTo(before + 1);
        assertThat(progress.acknowledged()).contains(at(100));
        assertThat(run.commit(100, 200, List.of())).as("without any table").isInstanceOf(CommitOutcome.Applied.class);
        assertThat(progress.acknowledged()).contains(at(200));
    }

    @Test
    void keepsOneSnapshotAndWritesNoFiles() {
        Run run = started("r1");
        String manifestList = catalog.load(progress.table()).currentSnapshot().manifestListLocation();
        for (int i = 1; i <= 5; i++) {
            run.commit(100 * (i - 1), 100 * i).orThrow();
        }
        Table table = catalog.load(progress.table());
        assertThat(table.snapshots()).hasSize(1);
        assertThat(table.currentSnapshot().manifestListLocation()).isEqualTo(manifestList);
        assertThat(table.newScan().planFiles()).isEmpty();
    }

    @Test
    void aCutThatComesAgainIsThere() throws IOException {
        Run run = started("r1");
        List<TableChange> first = cut(100);
        run.commit(0, 100, first).orThrow();
        run.commit(100, 200).orThrow();
        assertThat(new Run("r1").commit(0, 100, first))
                .isInstanceOfSatisfying(
                        CommitOutcome.Applied.class,
                        applied -> assertThat(applied.alreadyThere()).isTrue());
        assertThat(filesOf("a")).hasSize(2);
    }

    @Test
    void aGapIsRefused() throws IOException {
        Run run = started("r1");
        run.commit(0, 100).orThrow();
        assertRefused(run.commit(150, 200), ErrorCode.E0510);
        assertThat(progress.acknowledged()).contains(at(100));
        assertThat(filesOf("a")).hasSize(1);
    }

    @Test
    void aCatalogRestoredFromABackupUnderARunningPipelineIsNoticed() throws IOException {
        Run run = started("r1");
        run.commit(0, 100).orThrow();
        Map<TableIdentifier, String> backup = server.backup();
        run.commit(100, 200).orThrow();
        server.restore(backup);
        assertRefused(run.commit(200, 300), ErrorCode.E0510);
        assertThat(filesOf("a")).hasSize(1);
    }

    @Test
    void neverMovesBack() {
        Run run = started("r1");
        run.commit(0, 200).orThrow();
        assertThat(run.commit(0, 100, List.of())).isInstanceOf(CommitOutcome.Applied.class);
        assertThat(progress.acknowledged()).contains(at(200));
    }

    /** One row of the catalog's database put back while nothing ran: all of the table agrees with itself. */
    @Test
    void aTableRestoredFromABackupBetweenTwoRunsIsNoticedByTheNext() throws IOException {
        Run run = started("r1");
        run.commit(0, 100).orThrow();
        Map<TableIdentifier, String> backup = server.backup();
        run.commit(100, 200).orThrow();
        backup.keySet().retainAll(List.of(catalog.bronze("a")));
        server.restore(backup);

        Run next = started("r2");
        Table restored = catalog.load(catalog.bronze("a"));
        ProgressRecord record = progress.read().orElseThrow();
        assertThat(TableHead.difference(restored, "shop")).isEmpty();
        assertThat(TableHead.difference(
                        restored, "shop", Optional.ofNullable(record.tables().get("a"))))
                .hasValueSatisfying(found -> {
                    assertThat(found.code()).isEqualTo(ErrorCode.E0507);
                    assertThat(found.reason()).contains(at(100).text(), at(200).text());
                    assertThat(found.fix()).contains("sluice resync a");
                });
        assertThat(next.commit(200, 300))
                .isInstanceOfSatisfying(
                        CommitOutcome.NotApplied.class,
                        refused -> assertThat(refused.tables()).containsOnlyKeys(catalog.bronze("a")));
        assertThat(next.commit(200, 300, List.of(change("b", 300))))
                .as("the other table goes on")
                .isInstanceOf(CommitOutcome.Applied.class);
        assertThat(filesOf("a")).hasSize(1);
        assertThat(filesOf("b")).hasSize(3);
    }

    /** A table that is loaded anew stands where the load says, and is compared with that. */
    @Test
    void aLoadPutsATableWhereverItIs() {
        Run run = started("r1");
        run.commit(0, 100).orThrow();
        assertThat(progress.read().orElseThrow().tables()).containsEntry("a", at(100));
        Stamp load = new Stamp("shop", at(90), Position.ZERO, Instant.EPOCH, Stamp.Kind.LOAD, 3, 0);
        Following.detach(catalog.load(catalog.bronze("a")), at(100).text());
        run.commit(
                        100,
                        0,
                        List.of(new TableChange(
                                catalog.bronze("a"),
                                load,
                                at(90),
                                change("a", 90).dataFiles(),
                                List.of(),
                                true)))
                .orThrow();
        assertThat(progress.read().orElseThrow().tables())
                .containsEntry("a", at(90))
                .containsEntry("b", at(100));
        run.commit(100, 200).orThrow();
        progress.claim("r2", true);
        assertThat(progress.read().orElseThrow().tables()).isEmpty();
    }

    @Test
    void aCatalogRestoredToATimeBeforeTheRunIsNoticed() {
        started("r0").commit(0, 100).orThrow();
        Map<TableIdentifier, String> backup = server.backup();
        Run run = started("r1");
        run.commit(100, 200).orThrow();
        server.restore(backup);
        assertRefused(run.commit(200, 300), ErrorCode.E0503);
    }

    /** A writer that was paused in the middle of a commit, as by SIGSTOP; its request arrives after the successor's. */
    @Test
    void aPausedWriterThatWakesUpLoses() throws IOException {
        Run paused = started("r1");
        paused.commit(0, 100).orThrow();
        server.fail(Fault.DELAY, Fault.DELAY, Fault.DELAY, Fault.DELAY);
        assertThat(paused.commit(100, 200)).isInstanceOf(CommitOutcome.Unknown.class);
        assertThat(server.fired()).isEqualTo(4);

        assertThat(progress.claim("r2", false)).isTrue();
        Run successor = new Run("r2");
        assertThat(server.deliverDelayed())
                .as("requests of the paused writer that landed")
                .isZero();
        assertThat(successor.commit(100, 210)).isInstanceOf(CommitOutcome.Applied.class);

        assertRefused(paused.commit(100, 200), ErrorCode.E0503);
        assertRefused(paused.commit(210, 220), ErrorCode.E0503);
        assertThat(successor.commit(210, 230)).isInstanceOf(CommitOutcome.Applied.class);
        assertThat(filesOf("a")).hasSize(3);
    }

    /** The negative control: without the claim the late request lands, and the successor's changes come twice. */
    @Test
    void withoutAClaimTheLateRequestWouldLand() throws IOException {
        Run paused = started("r1");
        server.fail(Fault.DELAY, Fault.DELAY, Fault.DELAY, Fault.DELAY);
        paused.commit(0, 100);
        assertThat(server.deliverDelayed()).isEqualTo(1);
        assertThat(progress.acknowledged()).contains(at(100));
    }

    @Test
    void aClaimWhoseAnswerIsLostIsMadeOnce() {
        server.fail(Fault.FAIL_AFTER_APPLYING);
        assertThat(progress.claim("r1", false)).isTrue();
        assertThat(progress.claim("r1", false)).isFalse();
        assertThat(progress.read().orElseThrow().epoch()).isEqualTo(1);
    }

    @Test
    void goesOnFromThePropertyOfAnOlderVersion() {
        // Not Map.of: Iceberg's request asks it for a null key, which that refuses.
        catalog.rest()
                .setProperties(
                        catalog.bronzeNamespace(),
                        Collections.singletonMap(StampProperties.ACKNOWLEDGED_LSN_PREFIX + "shop", at(70).text()));
        assertThat(progress.acknowledged()).contains(at(70));
        Run run = started("r1");
        assertThat(progress.acknowledged()).contains(at(70));
        assertRefused(run.commit(0, 100), ErrorCode.E0510);
        run.commit(70, 100).orThrow();
        assertThat(progress.acknowledged()).contains(at(100));
    }

    /** As when the tables were dropped by hand, and the source is another server whose positions are lower. */
    @Test
    void aPipelineThatStartsAnewBeginsAtZero() throws IOException {
        started("r1").commit(0, 100).orThrow();
        assertThat(progress.claim("r2", true)).isTrue();
        assertThat(progress.acknowledged()).isEmpty();
        server.drop(catalog.bronze("a"));
        catalog.rest()
                .createTable(catalog.bronze("a"), SCHEMA, PartitionSpec.unpartitioned(), Map.of("format-version", "2"));
        new Run("r2").commit(0, 70, List.of(change("a", 70))).orThrow();
        assertThat(filesOf("a")).as("not taken for done").hasSize(1);
    }

    @Test
    void theFirstCommitOfARunGoesOnFromWhereItTookOver() {
        started("r1").commit(0, 100).orThrow();
        Run next = started("r2");
        LakeCommit commit = new LakeCommit(catalog, BOUNDS);
        assertThat(commit.commit(cut(200), Optional.of(new Advance(progress, "r2", Optional.empty(), at(200)))))
                .isInstanceOf(CommitOutcome.Applied.class);
        // It has moved since: a commit that does not say where it begins may have missed something.
        assertRefused(
                commit.commit(cut(300), Optional.of(new Advance(progress, "r2", Optional.empty(), at(300)))),
                ErrorCode.E0510);
        assertThat(next.commit(200, 300)).isInstanceOf(CommitOutcome.Applied.class);
    }

    @Test
    void withoutMultiTableCommitProgressComesAfterTheTables() throws IOException {
        server.withoutMultiTableCommit();
        try (LakeCatalog told = server.connect()) {
            Progress own = new Progress(told, "shop");
            own.claim("r1", false);
            server.fail(null, Fault.FAIL_WITHOUT_APPLYING);
            LakeCommit commit = new LakeCommit(told, new LakeCommit.Bounds(1, 1, 1));
            List<TableChange> cut = cut(100);
            Optional<Advance> advance = Optional.of(new Advance(own, "r1", Optional.of(Position.ZERO), at(100)));
            assertThat(commit.commit(cut, advance)).isInstanceOf(CommitOutcome.Unknown.class);
            assertThat(own.acknowledged()).as("half of the tables").isEmpty();
            assertThat(new LakeCommit(told, BOUNDS).commit(cut, advance)).isInstanceOf(CommitOutcome.Applied.class);
            assertThat(own.acknowledged()).contains(at(100));
            assertThat(filesOf("a")).hasSize(1);
            assertThat(filesOf("b")).hasSize(1);
        }
    }

    /**
     * Two runs take the pipeline from each other at random while requests fail, get lost and arrive late. Every commit of
     * the source, numbered by its position, must be in each table once, up to the progress.
     */
    @ParameterizedTest
    @ValueSource(longs = {1, 0})
    void anyInterleavingOfTwoWritersHoldsEveryCommitOnce(long given) throws IOException {
        long seed = given == 0 ? System.nanoTime() : given;
        Random random = new Random(seed);
        List<Run> runs = new ArrayList<>();
        List<Long> known = new ArrayList<>();
        for (int step = 0; step < 25; step++) {
            if (runs.isEmpty() || random.nextInt(6) == 0) {
                runs.add(started("r" + step));
                known.add(progress.acknowledged().map(Position::order).orElse(0L));
            }
            int which = random.nextInt(Math.min(2, runs.size()));
            int i = runs.size() - 1 - which;
            if (random.nextInt(3) == 0) {
                Fault[] faults = {
                    Fault.DELAY, Fault.FAIL_AFTER_APPLYING, Fault.FAIL_WITHOUT_APPLYING, Fault.CONFLICT, Fault.NOT_FOUND
                };
                for (int count = random.nextInt(5); count > 0; count--) {
                    server.fail(faults[random.nextInt(faults.length)]);
                }
            }
            long from = known.get(i);
            long to = from + 1 + random.nextInt(5);
            List<TableChange> changes = List.of(rows("a", from, to), rows("b", from, to));
            CommitOutcome outcome = runs.get(i).commit(from, to, changes);
            server.clear();
            if (outcome instanceof CommitOutcome.Applied) {
                known.set(i, to);
            } else if (outcome instanceof CommitOutcome.Unknown) {
                // The job restarts and brings the same files, until it knows.
                server.deliverDelayed();
                if (runs.get(i).commit(from, to, changes) instanceof CommitOutcome.Applied) {
                    known.set(i, to);
                }
            }
            if (random.nextInt(4) == 0) {
                server.deliverDelayed();
            }
            check(seed, step);
        }
        assertThat(progress.acknowledged().orElseThrow().order())
                .as("seed " + seed)
                .isGreaterThan(5);
    }

    private void check(long seed, int step) throws IOException {
        long reached = progress.acknowledged().map(Position::order).orElse(0L);
        for (String table : List.of("a", "b")) {
            List<Long> held = new ArrayList<>();
            for (String path : filesOf(table)) {
                String[] range = path.substring(path.lastIndexOf('/') + 1, path.lastIndexOf('.'))
                        .split("_");
                for (long n = Long.parseLong(range[0]) + 1; n <= Long.parseLong(range[1]); n++) {
                    held.add(n);
                }
            }
            assertThat(held)
                    .as("seed %d, step %d, table %s: none twice", seed, step, table)
                    .doesNotHaveDuplicates();
            TreeSet<Long> sorted = new TreeSet<>(held);
            assertThat(sorted)
                    .as("seed %d, step %d, table %s", seed, step, table)
                    .hasSize((int) reached);
            assertThat(sorted.isEmpty() ? 0 : sorted.last())
                    .as("seed %d, step %d, table %s: progress and table move together", seed, step, table)
                    .isEqualTo(reached);
        }
    }

    private TableChange rows(String table, long from, long to) {
        DataFile file = DataFiles.builder(PartitionSpec.unpartitioned())
                .withPath("memory://lake/data/" + files++ + "/" + from + "_" + to + ".parquet")
                .withFileSizeInBytes(10)
                .withRecordCount(to - from)
                .build();
        return new TableChange(catalog.bronze(table), stamp(to), at(from + 1), List.of(file), List.of(), false);
    }

    private static void assertRefused(CommitOutcome outcome, ErrorCode code) {
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        CommitOutcome.NotApplied.class,
                        refused ->
                                assertThat(refused.code()).as(refused.reason()).isEqualTo(code));
    }

    private List<TableChange> cut(long lsn) {
        return List.of(change("a", lsn), change("b", lsn));
    }

    private TableChange change(String table, long lsn) {
        DataFile file = DataFiles.builder(PartitionSpec.unpartitioned())
                .withPath("memory://lake/data/" + files++ + ".parquet")
                .withFileSizeInBytes(10)
                .withRecordCount(3)
                .build();
        return new TableChange(catalog.bronze(table), stamp(lsn), at(lsn), List.of(file), List.of(), false);
    }

    private static Stamp stamp(long lsn) {
        return new Stamp("shop", at(lsn), Position.ZERO, Instant.ofEpochSecond(lsn), Stamp.Kind.DATA, 3, 1);
    }

    private static Position at(long order) {
        return Position.of(new Lsn(order));
    }

    private List<String> filesOf(String table) throws IOException {
        List<String> paths = new ArrayList<>();
        try (CloseableIterable<FileScanTask> tasks =
                catalog.load(catalog.bronze(table)).newScan().planFiles()) {
            tasks.forEach(task -> paths.add(task.file().location()));
        }
        return paths;
    }
}
