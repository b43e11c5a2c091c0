package dev.sluice.ingest.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.ingest.row.Batch;
import dev.sluice.ingest.sink.cut.CutFiles;
import dev.sluice.ingest.table.ColumnType.Scalar;
import dev.sluice.ingest.table.SourceTable;
import dev.sluice.ingest.table.SourceTable.SourceColumn;
import dev.sluice.lake.Position;
import dev.sluice.lake.Progress;
import dev.sluice.lake.Stamp;
import dev.sluice.lake.TableStamps;
import dev.sluice.lake.testing.FaultyCatalog.Fault;
import dev.sluice.spec.Lsn;
import dev.sluice.spec.errors.SluiceException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileContent;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.util.ContentFileUtil;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LakeWriterTest {
    private static final SourceTable ORDERS = table("orders", false);
    private static final SourceTable ITEMS = table("items", true);

    private final TestLake lake = new TestLake(ORDERS, ITEMS);

    @AfterEach
    void close() throws IOException {
        lake.close();
    }

    @Test
    void insertDeleteInsertInOneBatch() throws IOException {
        lake.write(orders().insert(10, row(1, "a", "x"))
                .delete(10, key(1, "a"))
                .insert(10, row(1, "a", "y"))
                .batch());
        lake.commitCut();
        assertThat(lake.rows(ORDERS)).containsExactly(row(1, "a", "y"));
    }

    @Test
    void deleteInsertDeleteOfAnOlderRowInOneBatch() throws IOException {
        lake.write(orders().insert(10, row(1, "a", "x"))
                .insert(10, row(2, "b", "z"))
                .batch());
        lake.commitCut();
        lake.write(orders().delete(20, key(1, "a"))
                .insert(20, row(1, "a", "y"))
                .delete(21, key(1, "a"))
                .batch());
        lake.commitCut();
        assertThat(lake.rows(ORDERS)).containsExactly(row(2, "b", "z"));
    }

    @Test
    void updateThatChangesTheKeyLeavesOneRow() throws IOException {
        lake.write(orders().insert(10, row(1, "a", "x")).batch());
        lake.commitCut();
        lake.write(orders().update(20, key(1, "a"), row(2, "b", "x"))
                .update(21, key(2, "b"), row(3, "c", "w"))
                .insert(21, row(1, "a", "new"))
                .batch());
        lake.commitCut();
        assertThat(lake.rows(ORDERS)).containsExactlyInAnyOrder(row(3, "c", "w"), row(1, "a", "new"));
    }

    @Test
    void insertsWriteNoDeletes() throws IOException {
        for (int cut = 0; cut < 3; cut++) {
            lake.write(orders().insert(10 + cut, row(cut, "k", "v")).batch());
            lake.commitCut();
        }
        assertThat(lake.table(ORDERS).currentSnapshot().summary()).containsEntry("total-delete-files", "0");
    }

    @Test
    void deleteFilesAreFileScopedAndKeysAreDeletedOnce() throws IOException {
        lake.write(orders().insert(10, row(1, "a", "x")).batch());
        lake.commitCut();
        lake.write(orders().update(20, null, row(1, "a", "y"))
                .update(21, null, row(1, "a", "z"))
                .insert(21, row(2, "b", "p"))
                .update(22, null, row(2, "b", "q"))
                .batch());
        lake.commitCut();

        Table table = lake.table(ORDERS);
        List<DeleteFile> deletes = new ArrayList<>();
        table.currentSnapshot().addedDeleteFiles(table.io()).forEach(deletes::add);
        assertThat(deletes)
                .extracting(DeleteFile::content)
                .containsExactlyInAnyOrder(FileContent.EQUALITY_DELETES, FileContent.POSITION_DELETES);
        for (DeleteFile delete : deletes) {
            assertThat(delete.recordCount()).isEqualTo(delete.content() == FileContent.EQUALITY_DELETES ? 1 : 2);
            if (delete.content() == FileContent.POSITION_DELETES) {
                assertThat(ContentFileUtil.isFileScoped(delete)).isTrue();
            }
        }
        assertThat(lake.rows(ORDERS)).containsExactlyInAnyOrder(row(1, "a", "z"), row(2, "b", "q"));
    }

    @Test
    void cutThatLeavesNothingOfItselfIsStampedAll() throws IOException {
        lake.write(orders().insert(10, row(1, "a", "x")).delete(10, key(1, "a")).batch());
        lake.commitCut();
        assertThat(lake.rows(ORDERS)).isEmpty();
        assertThat(TableStamps.current(lake.table(ORDERS)).map(Stamp::position)).contains(Position.of(new Lsn(10)));
    }

    @Test
    void truncateEmptiesTheTableInOneSnapshotWithWhatFollows() throws IOException {
        lake.write(orders().insert(10, row(1, "a", "x"))
                .insert(10, row(2, "b", "x"))
                .batch());
        lake.commitCut();
        lake.write(orders().update(15, null, row(2, "b", "y")).batch());
        lake.commitCut();
        lake.write(orders().insert(20, row(3, "c", "lost"))
                .delete(20, key(1, "a"))
                .truncate(21)
                .insert(22, row(1, "a", "again"))
                .update(23, null, row(1, "a", "anew"))
                .batch());
        lake.commitCut();

        assertThat(lake.rows(ORDERS)).containsExactly(row(1, "a", "anew"));
        assertThat(lake.table(ORDERS).snapshots()).hasSize(3);
        lake.write(orders().truncate(30).batch());
        lake.commitCut();
        assertThat(lake.rows(ORDERS)).isEmpty();
        assertThat(lake.table(ORDERS).currentSnapshot().summary()).containsEntry("total-data-files", "0");
    }

    @Test
    void loadIsPublishedOnceForAllTablesWhenItIsComplete() throws IOException {
        lake.start(2);
        lake.write(0, orders().insert(0, row(1, "a", "x")).load(100));
        lake.write(1, orders().insert(0, row(2, "b", "x")).load(100));
        lake.commitCut();
        assertThat(lake.table(ORDERS).currentSnapshot()).isNull();

        lake.write(1, orders().insert(0, row(3, "c", "x")).load(100));
        lake.commitCut();
        lake.write(0, new Batch.Loaded(100, 5_000_000, new int[] {0, 1}, new long[] {3, 0}));
        lake.write(0, orders().update(120, null, row(3, "c", "y")).batch());
        lake.commitCut();

        Table table = lake.table(ORDERS);
        List<Snapshot> snapshots = new ArrayList<>();
        table.snapshots().forEach(snapshots::add);
        assertThat(snapshots).hasSize(2);
        assertThat(Stamp.of(snapshots.get(0))).hasValueSatisfying(stamp -> {
            assertThat(stamp.kind()).isEqualTo(Stamp.Kind.LOAD);
            assertThat(stamp.position()).isEqualTo(Position.of(new Lsn(100)));
            assertThat(stamp.rowsInserted()).isEqualTo(3);
        });
        assertThat(TestLake.rows(table, snapshots.get(0).snapshotId()))
                .hasSize(3)
                .contains(row(3, "c", "x"));
        assertThat(lake.rows(ORDERS)).contains(row(3, "c", "y")).hasSize(3);
        assertThat(TableStamps.current(lake.table(ITEMS)).map(Stamp::position)).contains(Position.of(new Lsn(100)));
        assertThat(new Progress(lake.catalog, TestLake.PIPELINE).acknowledged()).contains(Position.of(new Lsn(120)));
    }

    @Test
    void loadThatWasStartedOverIsPublishedWithoutTheFilesOfTheFirstTry() throws IOException {
        lake.write(orders().insert(0, row(1, "a", "old")).load(100));
        lake.commitCut();
        lake.write(orders().insert(0, row(1, "a", "half")).load(100));
        lake.write(orders().insert(0, row(1, "a", "new")).load(200));
        lake.write(new Batch.Loaded(200, 0, new int[] {0}, new long[] {1}));
        lake.commitCut();
        assertThat(lake.rows(ORDERS)).containsExactly(row(1, "a", "new"));
    }

    @Test
    void filesOfALoadThatWasGivenUpAreLeftOutEvenIfTheyComeLate() throws IOException {
        lake.start(2);
        lake.write(1, orders().insert(0, row(1, "a", "anew")).load(200));
        lake.commitCut();
        lake.write(0, orders().insert(0, row(1, "a", "late")).load(100));
        lake.commitCut();
        lake.write(0, new Batch.Loaded(200, 0, new int[] {0}, new long[] {1}));
        lake.commitCut();
        assertThat(lake.rows(ORDERS)).containsExactly(row(1, "a", "anew"));
    }

    @Test
    void tablesThatBecomeCompleteOneByOneArePublishedTogether() throws IOException {
        lake.write(orders().insert(0, row(1, "a", "x")).load(100));
        lake.write(new Batch.Loaded(100, 0, new int[] {0}, new long[] {1}));
        lake.write(new Batch.Loaded(100, 0, new int[] {1}, new long[] {0}));
        CutFiles cut = lake.checkpoint();
        assertThat(cut.markers()).hasSize(1);
        lake.commit(cut);
        assertThat(TableStamps.current(lake.table(ORDERS)).map(Stamp::position))
                .isEqualTo(TableStamps.current(lake.table(ITEMS)).map(Stamp::position))
                .contains(Position.of(new Lsn(100)));
    }

    @Test
    void loadThatIsATruncateIsPublishedOnceAsTheTableIsAfterwards() throws IOException {
        lake.write(orders().truncate(120).batch());
        lake.write(orders().insert(120, row(7, "after", "x")).batch());
        lake.write(new Batch.Loaded(119, 0, new int[] {0}, new long[] {0}));
        lake.commitCut();
        Table table = lake.table(ORDERS);
        List<Snapshot> snapshots = new ArrayList<>();
        table.snapshots().forEach(snapshots::add);
        assertThat(snapshots).as("none is empty at 119").hasSize(1);
        assertThat(Stamp.of(snapshots.get(0))).hasValueSatisfying(stamp -> {
            assertThat(stamp.kind()).isEqualTo(Stamp.Kind.LOAD);
            assertThat(stamp.position()).isEqualTo(Position.of(new Lsn(120)));
        });
        assertThat(lake.rows(ORDERS)).containsExactly(row(7, "after", "x"));
        lake.write(orders().update(130, null, row(7, "after", "y")).batch());
        lake.commitCut();
        assertThat(lake.rows(ORDERS)).containsExactly(row(7, "after", "y"));
    }

    @Test
    void loadWithRowsMissingIsNotPublished() throws IOException {
        lake.write(orders().insert(0, row(1, "a", "x")).load(100));
        lake.write(new Batch.Loaded(100, 0, new int[] {0}, new long[] {2}));
        assertThatThrownBy(lake::commitCut).isInstanceOf(SluiceException.class).hasMessageContaining("2 rows");
        assertThat(lake.table(ORDERS).currentSnapshot()).isNull();
    }

    @Test
    void cutThatComesAgainAfterARestartAddsNothing() throws IOException {
        lake.write(orders().insert(10, row(1, "a", "x")).batch());
        CutFiles cut = lake.checkpoint();
        assertThat(lake.commit(cut)).isFalse();
        lake.start(1);
        assertThat(lake.commit(cut)).isTrue();
        assertThat(lake.rows(ORDERS)).containsExactly(row(1, "a", "x"));
    }

    @Test
    void lostAnswersNeitherLoseNorDoubleRows() throws IOException {
        for (int cut = 0; cut < 5; cut++) {
            lake.write(orders().insert(10 + cut, row(cut, "k", "v")).batch());
            lake.write(items().insert(10 + cut, row(cut, "k", "v")).batch());
            lake.server.fail(Fault.values()[cut % 4]);
            lake.commitCut();
        }
        assertThat(lake.rows(ORDERS)).hasSize(5);
        assertThat(lake.rows(ITEMS)).hasSize(5);
        assertThat(lake.server.fired()).isEqualTo(5);
    }

    @Test
    void idleCutOnlyMovesTheProgress() throws IOException {
        lake.write(new Batch.Progress(77, 1));
        lake.commitCut();
        assertThat(lake.table(ORDERS).currentSnapshot()).isNull();
        assertThat(new Progress(lake.catalog, TestLake.PIPELINE).acknowledged()).contains(Position.of(new Lsn(77)));
    }

    @Test
    void stampsAndProgressShowPositionsAsTheSourceWritesThem() throws IOException {
        lake.write(orders().insert(0, row(1, "a", "x")).load(100));
        lake.write(new Batch.Loaded(100, 0, new int[] {0}, new long[] {1}, "uuid:1-7"));
        lake.commitCut();
        assertThat(TableStamps.current(lake.table(ORDERS)).map(Stamp::position))
                .contains(new Position(100, "uuid:1-7"));
        lake.write(orders().insert(110, row(2, "a", "x")).batch());
        lake.write(new Batch.Progress(120, 0, "uuid:1-9"));
        lake.commitCut();
        assertThat(TableStamps.current(lake.table(ORDERS)).map(Stamp::position))
                .contains(new Position(120, "uuid:1-9"));
        // The next run compares with what is on record, and goes on from there.
        lake.start(1);
        lake.write(orders().insert(130, row(3, "a", "x")).batch());
        lake.write(new Batch.Progress(130, 0, "uuid:1-10"));
        lake.commitCut();
        assertThat(new Progress(lake.catalog, TestLake.PIPELINE).acknowledged())
                .contains(new Position(130, "uuid:1-10"));
        assertThat(lake.rows(ORDERS)).hasSize(3);
    }

    @Test
    void unchangedValueIsTakenFromAFullOldRow() throws IOException {
        lake.write(items().insert(10, row(1, "a", "big")).batch());
        lake.commitCut();
        lake.write(items().update(20, row(1, "a", "big"), Arrays.asList(2, "b", PostgresBinary.UNCHANGED))
                .batch());
        lake.commitCut();
        assertThat(lake.rows(ITEMS)).containsExactly(row(2, "b", "big"));
    }

    @Test
    void unchangedValueIsKeptUnderDefaultIdentity() throws IOException {
        lake.write(orders().insert(10, row(1, "a", "big"))
                .insert(10, row(2, "b", null))
                .batch());
        lake.commitCut();
        lake.write(orders().update(20, key(1, "a"), unchanged(5, "e"))
                .update(20, null, unchanged(2, "b"))
                .insert(20, row(3, "c", "new"))
                .update(21, null, unchanged(3, "c"))
                .update(22, key(5, "e"), unchanged(6, "f"))
                .insert(22, row(1, "a", "other"))
                .batch());
        CutFiles cut = lake.checkpoint();
        lake.commit(cut);
        List<List<Object>> expected =
                List.of(row(6, "f", "big"), row(2, "b", null), row(3, "c", "new"), row(1, "a", "other"));
        assertThat(lake.rows(ORDERS)).containsExactlyInAnyOrderElementsOf(expected);

        lake.start(1);
        assertThat(lake.commit(cut)).isTrue();
        assertThat(lake.rows(ORDERS)).containsExactlyInAnyOrderElementsOf(expected);
    }

    @Test
    void unchangedValueOfALoadThatIsPublishedInTheSameCutIsKept() throws IOException {
        lake.write(orders().insert(0, row(1, "a", "big")).load(100));
        lake.commitCut();
        lake.write(new Batch.Loaded(100, 0, new int[] {0}, new long[] {1}));
        lake.write(orders().update(120, null, unchanged(1, "a")).batch());
        lake.commitCut();
        assertThat(lake.rows(ORDERS)).containsExactly(row(1, "a", "big"));
    }

    @Test
    void unchangedValueOfARowThatIsNotInTheLakeIsAnError() throws IOException {
        lake.write(orders().update(20, null, unchanged(1, "a")).batch());
        assertThatThrownBy(lake::commitCut).isInstanceOf(SluiceException.class).hasMessageContaining("E0407");
        assertThat(lake.table(ORDERS).currentSnapshot()).isNull();
    }

    private static List<Object> unchanged(int id, String part) {
        return Arrays.asList(id, part, PostgresBinary.UNCHANGED);
    }

    @Test
    void everySnapshotOfRandomChangesEqualsTheModel() throws IOException {
        for (long seed = 1; seed <= 8; seed++) {
            new RandomRun(seed).run();
        }
    }

    /** Random transactions over a few keys, cut at random, with restarts and faults; every snapshot is compared. */
    private static final class RandomRun {
        private final long seed;
        private final Random random;
        private final boolean full;
        private final SourceTable source;
        private final Map<List<Object>, List<Object>> model = new HashMap<>();
        private final Map<Long, Set<List<Object>>> expected = new HashMap<>();
        private long lsn = 100;

        RandomRun(long seed) {
            this.seed = seed;
            this.random = new Random(seed);
            this.full = random.nextBoolean();
            this.source = table("t" + seed, full);
        }

        void run() throws IOException {
            try (TestLake lake = new TestLake(source)) {
                for (int cut = 0; cut < 12; cut++) {
                    Changes changes = new Changes(source, 0);
                    int transactions = random.nextInt(4);
                    for (int i = 0; i < transactions; i++) {
                        transaction(changes);
                    }
                    if (changes.size() > 0) {
                        lake.write(changes.batch());
                    }
                    if (random.nextInt(4) == 0) {
                        lake.server.fail(Fault.values()[random.nextInt(4)]);
                    }
                    CutFiles files = lake.checkpoint();
                    lake.commit(files);
                    expected.put(lsn, new HashSet<>(model.values()));
                    if (random.nextInt(3) == 0) {
                        lake.start(1);
                        lake.commit(files);
                    }
                }
                compare(lake.table(source));
            }
        }

        private void transaction(Changes changes) {
            lsn += 1 + random.nextInt(5);
            for (int i = random.nextInt(8); i >= 0; i--) {
                List<Object> key =
                        key(random.nextInt(6), "k" + random.nextInt(2)).subList(0, 2);
                List<Object> row = row((Integer) key.get(0), (String) key.get(1), "v" + random.nextInt(1000));
                List<Object> held = model.get(key);
                if (random.nextInt(40) == 0) {
                    changes.truncate(lsn);
                    model.clear();
                } else if (held == null) {
                    changes.insert(lsn, row);
                    model.put(key, row);
                } else if (random.nextInt(3) == 0) {
                    changes.delete(lsn, full ? held : keyOf(held));
                    model.remove(key);
                } else if (random.nextInt(3) == 0) {
                    move(changes, key, held);
                } else if (!full && random.nextBoolean()) {
                    // The value stays, and the server does not send it again.
                    changes.update(lsn, null, Arrays.asList(held.get(0), held.get(1), PostgresBinary.UNCHANGED));
                } else {
                    changes.update(lsn, full ? held : null, row);
                    model.put(key, row);
                }
            }
        }

        private void move(Changes changes, List<Object> key, List<Object> held) {
            List<Object> target = List.of(random.nextInt(6), "k" + random.nextInt(2));
            if (model.containsKey(target)) {
                return;
            }
            List<Object> row = row((Integer) target.get(0), (String) target.get(1), "m" + random.nextInt(1000));
            model.remove(key);
            if (!full && random.nextBoolean()) {
                changes.update(lsn, keyOf(held), Arrays.asList(target.get(0), target.get(1), PostgresBinary.UNCHANGED));
                model.put(target, Arrays.asList(target.get(0), target.get(1), held.get(2)));
                return;
            }
            changes.update(lsn, full ? held : keyOf(held), row);
            model.put(target, row);
        }

        private static List<Object> keyOf(List<Object> row) {
            return key((Integer) row.get(0), (String) row.get(1));
        }

        private void compare(Table table) throws IOException {
            int compared = 0;
            for (Snapshot snapshot : table.snapshots()) {
                long stamped = Stamp.of(snapshot).orElseThrow().position().order();
                List<List<Object>> rows = TestLake.rows(table, snapshot.snapshotId());
                assertThat(rows)
                        .as("seed %d, LSN %d", seed, stamped)
                        .containsExactlyInAnyOrderElementsOf(expected.get(stamped));
                compared++;
            }
            assertThat(compared).as("seed %d", seed).isPositive();
        }
    }

    private static Changes orders() {
        return new Changes(ORDERS, 0);
    }

    private static Changes items() {
        return new Changes(ITEMS, 1);
    }

    private static List<Object> row(int id, String part, String value) {
        return Arrays.asList(id, part, value);
    }

    private static List<Object> key(int id, String part) {
        return Arrays.asList(id, part, null);
    }

    /** Two key columns and a value. */
    private static SourceTable table(String name, boolean identityFull) {
        return new SourceTable(
                String.valueOf(name.hashCode()),
                "public",
                name,
                List.of(
                        new SourceColumn("id", true, Scalar.INTEGER),
                        new SourceColumn("part", true, Scalar.TEXT),
                        new SourceColumn("value", false, Scalar.TEXT)),
                List.of(0, 1),
                identityFull);
    }
}
