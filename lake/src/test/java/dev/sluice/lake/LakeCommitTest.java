package dev.sluice.lake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.lake.testing.FaultyCatalog;
import dev.sluice.lake.testing.FaultyCatalog.Fault;
import dev.sluice.spec.Lsn;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.time.Ticker;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LakeCommitTest {
    private static final LakeCommit.Bounds BOUNDS = new LakeCommit.Bounds(4, 1, 4);
    private static final Schema SCHEMA = new Schema(Types.NestedField.required(1, "id", Types.LongType.get()));

    private final FaultyCatalog server = new FaultyCatalog();
    private final LakeCatalog catalog = server.connect();
    private final LakeCommit commit = new LakeCommit(catalog, BOUNDS);
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

    @Test
    void movesAllTablesInOneCommitAndStampsThem() throws IOException {
        assertThat(commit.commit(cut(100, 60))).isInstanceOf(CommitOutcome.Applied.class);
        assertThat(commit.commit(cut(200, 150))).isInstanceOf(CommitOutcome.Applied.class);

        for (String name : List.of("a", "b")) {
            Table table = catalog.load(catalog.bronze(name));
            Stamp stamp = Stamp.of(table.currentSnapshot()).orElseThrow();
            assertThat(stamp.position()).isEqualTo(at(200));
            assertThat(stamp.from()).isEqualTo(at(100));
            assertThat(stamp.rowsInserted()).isEqualTo(3);
            assertThat(stamp.rowsDeleted()).isEqualTo(1);
            assertThat(table.properties()).containsEntry(StampProperties.LSN, "0/C8");
            assertThat(filesOf(name)).hasSize(2);
        }
    }

    @Test
    void aCommitThatComesAgainAddsNothing() throws IOException {
        List<TableChange> first = cut(100, 60);
        commit.commit(first);
        commit.commit(cut(200, 150));

        CommitOutcome again = new LakeCommit(catalog, BOUNDS).commit(first);

        assertThat(again).isInstanceOfSatisfying(CommitOutcome.Applied.class, applied -> {
            assertThat(applied.alreadyThere()).isTrue();
        });
        assertThat(filesOf("a")).hasSize(2);
    }

    @Test
    void lateCommitAfterRestartIsRefused() throws IOException {
        server.fail(Fault.DELAY, Fault.DELAY, Fault.DELAY, Fault.DELAY);
        assertThat(commit.commit(cut(100, 60))).isInstanceOf(CommitOutcome.Unknown.class);

        // The restarted job knows nothing of it and reads the same changes again, and one more.
        LakeCommit restarted = new LakeCommit(catalog, BOUNDS);
        assertThat(restarted.commit(cut(110, 60))).isInstanceOf(CommitOutcome.Applied.class);

        assertThat(server.deliverDelayed()).isZero();
        assertThat(filesOf("a")).hasSize(1);
    }

    @Test
    void changesThatALateCommitBroughtAreNotBroughtAgain() throws IOException {
        server.fail(Fault.DELAY, Fault.DELAY, Fault.DELAY, Fault.DELAY);
        commit.commit(cut(100, 60));
        LakeCommit restarted = new LakeCommit(catalog, BOUNDS);
        assertThat(server.deliverDelayed()).isEqualTo(1);

        assertThat(restarted.commit(cut(110, 60)))
                .isInstanceOfSatisfying(
                        CommitOutcome.NotApplied.class,
                        refused -> assertThat(refused.code()).isEqualTo(ErrorCode.E0504));
        assertThat(filesOf("a")).hasSize(1);
    }

    @Test
    void timeoutAfterApplyingIsFoundOutByRereading() throws IOException {
        server.fail(Fault.HOLD_ANSWER);
        assertThat(commit.commit(cut(100, 60))).isInstanceOf(CommitOutcome.Applied.class);
        assertThat(server.fired()).isEqualTo(1);
        assertThat(filesOf("a")).hasSize(1);
    }

    @Test
    void serverErrorAfterApplyingIsFoundOutByRereading() throws IOException {
        server.fail(Fault.FAIL_AFTER_APPLYING);
        assertThat(commit.commit(cut(100, 60))).isInstanceOf(CommitOutcome.Applied.class);
        assertThat(filesOf("b")).hasSize(1);
    }

    @Test
    void serverErrorWithoutApplyingIsTriedAgainWithTheSameFiles() throws IOException {
        server.fail(Fault.FAIL_WITHOUT_APPLYING, Fault.FAIL_WITHOUT_APPLYING);
        assertThat(commit.commit(cut(100, 60))).isInstanceOf(CommitOutcome.Applied.class);
        assertThat(filesOf("a")).hasSize(1);
    }

    @Test
    void falseSuccessIsDetected() throws IOException {
        server.fail(Fault.FALSE_SUCCESS);
        assertThat(commit.commit(cut(100, 60))).isInstanceOf(CommitOutcome.Applied.class);
        assertThat(server.fired()).isEqualTo(1);
        assertThat(filesOf("a")).hasSize(1);
    }

    @Test
    void unknownThatNeverClearsIsReportedAsUnknown() throws IOException {
        server.fail(Fault.FALSE_SUCCESS, Fault.FALSE_SUCCESS, Fault.FALSE_SUCCESS, Fault.FALSE_SUCCESS);
        assertThat(commit.commit(cut(100, 60))).isInstanceOf(CommitOutcome.Unknown.class);
        assertThat(filesOf("a")).isEmpty();
    }

    @Test
    void conflictIsTriedAgainOnTheNewBase() throws IOException {
        commit.commit(cut(100, 60));
        Table table = catalog.load(catalog.bronze("a"));
        Stamp upkeep = Stamp.of(table.currentSnapshot()).orElseThrow().repeatedAs(Stamp.Kind.UPKEEP);
        var append = table.newAppend().appendFile(file());
        upkeep.toSummary().forEach(append::set);
        append.commit();

        assertThat(commit.commit(cut(200, 150))).isInstanceOf(CommitOutcome.Applied.class);
        assertThat(filesOf("a")).hasSize(3);
    }

    @Test
    void definiteRefusalIsNotTriedAgain() throws IOException {
        server.fail(Fault.FORBID, Fault.FORBID);
        assertThat(commit.commit(cut(100, 60)))
                .isInstanceOfSatisfying(
                        CommitOutcome.NotApplied.class,
                        refused -> assertThat(refused.code()).isEqualTo(ErrorCode.E0702));
        assertThat(server.fired()).isEqualTo(1);
    }

    @Test
    void anUnansweredCommitIsSentAgainAfterPausesThatGrow() throws IOException {
        List<Duration> pauses = new ArrayList<>();
        Ticker ticker = new Ticker() {
            @Override
            public long nanos() {
                return 0;
            }

            @Override
            public void sleep(Duration pause) {
                pauses.add(pause);
            }
        };
        server.fail(Fault.CONFLICT, Fault.CONFLICT, Fault.CONFLICT);
        LakeCommit patient = new LakeCommit(catalog, new LakeCommit.Bounds(4, 60_000, 100_000), ticker);
        assertThat(patient.commit(cut(100, 60))).isInstanceOf(CommitOutcome.Applied.class);
        assertThat(server.fired()).isEqualTo(3);
        assertThat(pauses).hasSize(3);
        assertThat(pauses.get(0)).isBetween(Duration.ofSeconds(30), Duration.ofSeconds(60));
        assertThat(pauses.get(1)).isBetween(Duration.ofSeconds(50), Duration.ofSeconds(100));
        assertThat(pauses.get(2)).isBetween(Duration.ofSeconds(50), Duration.ofSeconds(100));
    }

    @Test
    void tableOfAnotherPipelineIsRefused() {
        TableChange foreign = change("a", stamp("other", 100), 60, false);
        assertThat(commit.commit(List.of(foreign)))
                .isInstanceOfSatisfying(
                        CommitOutcome.NotApplied.class,
                        refused -> assertThat(refused.code()).isEqualTo(ErrorCode.E0503));
    }

    @Test
    void withoutMultiTableCommitEachTableIsCommittedByItself() throws IOException {
        server.withoutMultiTableCommit();
        server.fail(Fault.CONFLICT, Fault.FAIL_AFTER_APPLYING);
        try (LakeCatalog told = server.connect()) {
            assertThat(told.commitsTogether()).isFalse();
            assertThat(new LakeCommit(told, BOUNDS).commit(cut(100, 60))).isInstanceOf(CommitOutcome.Applied.class);
        }
        assertThat(filesOf("a")).hasSize(1);
        assertThat(filesOf("b")).hasSize(1);
    }

    /** Before: from the first 404 on, tables were committed one by one for good. */
    @Test
    void aMomentsNotFoundDoesNotMakeCommitsOfSingleTables() throws IOException {
        server.fail(Fault.NOT_FOUND);
        assertThat(commit.commit(cut(100, 60))).isInstanceOf(CommitOutcome.Applied.class);
        assertThat(server.fired()).isEqualTo(1);
        int before = server.transactions();
        assertThat(commit.commit(cut(200, 150))).isInstanceOf(CommitOutcome.Applied.class);
        assertThat(server.transactions()).as("commits of several tables").isEqualTo(before + 1);
        assertThat(filesOf("a")).hasSize(2);
    }

    /** Before: the others had been committed, and the outcome said that nothing was. */
    @Test
    void aTableThatIsGoneIsThatTablesTrouble() throws IOException {
        commit.commit(cut(100, 60));
        server.drop(catalog.bronze("b"));
        List<TableChange> next = cut(200, 150);
        assertThat(commit.commit(next)).isInstanceOfSatisfying(CommitOutcome.NotApplied.class, refused -> {
            assertThat(refused.tables()).containsOnlyKeys(catalog.bronze("b"));
            assertThat(refused.code()).isEqualTo(ErrorCode.E0512);
        });
        assertThat(filesOf("a")).as("nothing of the commit").hasSize(1);
        assertThat(commit.commit(next.subList(0, 1))).isInstanceOf(CommitOutcome.Applied.class);
    }

    @Test
    void replacingRemovesAllOlderFilesInOneSnapshot() throws IOException {
        commit.commit(cut(100, 60));
        commit.commit(List.of(change("a", stamp("shop", 200), 150, true)));
        assertThat(filesOf("a")).hasSize(1);
        assertThat(catalog.load(catalog.bronze("a")).snapshots()).hasSize(2);
    }

    @Test
    void aPositionSurvivesExpiryToOneSnapshotThatIsNotStamped() {
        commit.commit(cut(100, 60));
        Table table = catalog.load(catalog.bronze("a"));
        table.newAppend().appendFile(file()).commit();
        table.refresh();
        table.expireSnapshots().expireOlderThan(Long.MAX_VALUE).retainLast(1).commit();

        Table expired = catalog.load(catalog.bronze("a"));
        assertThat(TableStamps.current(expired).map(Stamp::position)).contains(at(100));
        assertThat(new LakeCommit(catalog, BOUNDS).commit(cut(100, 60))).isInstanceOf(CommitOutcome.Applied.class);
        assertThat(new LakeCommit(catalog, BOUNDS).commit(cut(200, 160)))
                .isInstanceOfSatisfying(
                        CommitOutcome.NotApplied.class,
                        refused -> assertThat(refused.code()).isEqualTo(ErrorCode.E0506));
    }

    @Test
    void findsSnapshotsAsOfLsnTimeAndTag() {
        for (long lsn : new long[] {100, 200, 300}) {
            commit.commit(cut(lsn, lsn));
        }
        Table table = catalog.load(catalog.bronze("a"));
        assertThat(AsOf.position(table, at(99))).isEmpty();
        assertThat(AsOf.position(table, at(200)).flatMap(Stamp::of).map(Stamp::position))
                .contains(at(200));
        assertThat(AsOf.position(table, at(299)).flatMap(Stamp::of).map(Stamp::position))
                .contains(at(200));
        assertThat(AsOf.time(table, Instant.ofEpochSecond(100))
                        .flatMap(Stamp::of)
                        .map(Stamp::position))
                .contains(at(100));
        Tags.create(table, "eod", AsOf.position(table, at(200)).orElseThrow().snapshotId(), Optional.empty());
        Table tagged = catalog.load(catalog.bronze("a"));
        assertThat(AsOf.tag(tagged, "eod").flatMap(Stamp::of).map(Stamp::position))
                .contains(at(200));
        assertThat(Tags.list(tagged)).containsOnlyKeys("eod");
    }

    private List<TableChange> cut(long lsn, long lowest) {
        return List.of(change("a", stamp("shop", lsn), lowest, false), change("b", stamp("shop", lsn), lowest, false));
    }

    private TableChange change(String table, Stamp stamp, long lowest, boolean replaceAll) {
        return new TableChange(catalog.bronze(table), stamp, at(lowest), List.of(file()), List.of(), replaceAll);
    }

    private static Position at(long order) {
        return Position.of(new Lsn(order));
    }

    private static Stamp stamp(String pipeline, long lsn) {
        return new Stamp(pipeline, at(lsn), Position.ZERO, Instant.ofEpochSecond(lsn), Stamp.Kind.DATA, 3, 1);
    }

    /** A file that is listed and never read. */
    private DataFile file() {
        return DataFiles.builder(PartitionSpec.unpartitioned())
                .withPath("memory://lake/data/" + files++ + ".parquet")
                .withFileSizeInBytes(10)
                .withRecordCount(3)
                .build();
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
