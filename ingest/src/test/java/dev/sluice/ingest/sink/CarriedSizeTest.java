package dev.sluice.ingest.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.ingest.row.Batch;
import dev.sluice.ingest.sink.cut.CutFiles;
import dev.sluice.ingest.table.ColumnType.Scalar;
import dev.sluice.ingest.table.SourceTable;
import dev.sluice.ingest.table.SourceTable.SourceColumn;
import dev.sluice.lake.Stamp;
import dev.sluice.lake.TableStamps;
import dev.sluice.spec.errors.SluiceException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.iceberg.Table;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Rows that wait for unchanged values, in numbers. */
class CarriedSizeTest {
    private static final int MANY = 500_000;
    private static final SourceTable DOCS = new SourceTable(
            "1",
            "public",
            "docs",
            List.of(
                    new SourceColumn("id", true, Scalar.INTEGER),
                    new SourceColumn("status", false, Scalar.TEXT),
                    new SourceColumn("body", false, Scalar.TEXT)),
            List.of(0),
            false);

    private final TestLake lake = new TestLake(DOCS);

    @AfterEach
    void close() throws IOException {
        lake.close();
    }

    /** Beyond 64 MB of rows, which was the limit. */
    @Test
    void oneUpdateOfHalfAMillionRowsWithUnchangedValuesIsExact() throws IOException {
        load(MANY);
        String status = "s".repeat(150);
        lake.write(new Batch.Open(200));
        for (int from = 0; from < MANY; from += 5_000) {
            Changes changes = new Changes(DOCS, 0);
            for (int id = from; id < from + 5_000; id++) {
                changes.update(200, null, row(id, status, PostgresBinary.UNCHANGED));
            }
            lake.write(changes.batch());
        }
        lake.write(new Batch.Progress(200, 1));
        CutFiles cut = lake.checkpoint();
        assertThat(cut.changes().get(0).carried()).hasSize(1);
        assertThat(cut.changes().get(0).carried().get(0).length()).isGreaterThan(64L << 20);
        lake.commit(cut);

        boolean[] seen = new boolean[MANY];
        for (List<Object> found : lake.rows(DOCS)) {
            int id = (Integer) found.get(0);
            assertThat(seen[id]).isFalse();
            seen[id] = true;
            if (!found.get(1).equals(status) || !found.get(2).equals("body " + id)) {
                throw new AssertionError("row " + found);
            }
        }
        assertThat(seen).containsOnly(true);
        assertThat(TableStamps.current(lake.table(DOCS)).map(Stamp::rowsDeleted))
                .contains((long) MANY);
        assertThatThrownBy(() -> lake.table(DOCS)
                        .io()
                        .newInputFile(cut.changes().get(0).carried().get(0).location())
                        .newStream())
                .as("the side file goes with the commit")
                .isInstanceOf(RuntimeException.class);
        assertThat(lake.commit(cut)).as("the same cut again").isTrue();
    }

    @Test
    void rowsThatWaitAreFoundAmongAThousandDataFilesReadingEachOnceAndTheNewestFirst() throws IOException {
        int files = 1_000;
        List<org.apache.iceberg.DataFile> all = new ArrayList<>();
        for (int i = 0; i < files; i++) {
            lake.write(
                    new Changes(DOCS, 0).insert(10, row(i, "old", "body " + i)).batch());
            all.addAll(lake.checkpoint().changes().get(0).dataFiles());
        }
        // Those cuts were never committed: what follows is no cut after them.
        lake.start(1);
        load(0);
        Table table = lake.table(DOCS);
        var append = table.newAppend();
        all.forEach(append::appendFile);
        TableStamps.current(table).orElseThrow().toSummary().forEach(append::set);
        append.commit();
        lake.start(1);
        Changes changes = new Changes(DOCS, 0);
        for (int id = 0; id < files; id += 2) {
            changes.update(200, null, row(id, "new", PostgresBinary.UNCHANGED));
        }
        lake.write(changes.batch());
        lake.commitCut();
        Map<Integer, List<Object>> rows = new HashMap<>();
        lake.rows(DOCS).forEach(found -> rows.put((Integer) found.get(0), found));
        assertThat(rows).hasSize(files);
        rows.forEach((id, found) -> assertThat(found).isEqualTo(row(id, id % 2 == 0 ? "new" : "old", "body " + id)));
    }

    /** Keys that were deleted and written again, positions deleted in their own file, and all of it over many commits. */
    @Test
    void theVersionBeforeIsTheOneThatADeleteHasNotReached() throws IOException {
        for (long seed = 1; seed <= 3; seed++) {
            Random random = new Random(seed);
            Map<Integer, List<Object>> model = new HashMap<>();
            long lsn = 1_000 * seed;
            lake.write(new Changes(DOCS, 0).truncate(lsn).batch());
            for (int cut = 0; cut < 8; cut++) {
                Changes changes = new Changes(DOCS, 0);
                lsn++;
                for (int i = 0; i < 40; i++) {
                    int id = random.nextInt(20);
                    List<Object> held = model.get(id);
                    int what = random.nextInt(4);
                    if (held == null) {
                        model.put(id, row(id, "s" + i, "b" + random.nextInt()));
                        changes.insert(lsn, model.get(id));
                    } else if (what == 0) {
                        changes.delete(lsn, row(id, null, null));
                        model.remove(id);
                    } else if (what == 1) {
                        model.put(id, row(id, "t" + i, "c" + random.nextInt()));
                        changes.update(lsn, null, model.get(id));
                    } else {
                        model.put(id, row(id, "u" + i, held.get(2)));
                        changes.update(lsn, null, row(id, "u" + i, PostgresBinary.UNCHANGED));
                    }
                }
                lake.write(changes.batch());
                lake.commitCut();
                assertThat(lake.rows(DOCS)).as("seed %d", seed).containsExactlyInAnyOrderElementsOf(model.values());
            }
        }
    }

    /** A version that was deleted must not come back, though its file still holds it. */
    @Test
    void aDeletedVersionBeforeIsNotTakenForOne() throws IOException {
        lake.write(new Changes(DOCS, 0)
                .insert(10, row(1, "a", "gone"))
                .insert(10, row(2, "a", "there"))
                .batch());
        lake.commitCut();
        lake.write(new Changes(DOCS, 0).delete(20, row(1, null, null)).batch());
        lake.commitCut();
        lake.write(new Changes(DOCS, 0)
                .update(30, null, row(1, "b", PostgresBinary.UNCHANGED))
                .batch());
        assertThatThrownBy(lake::commitCut).isInstanceOf(SluiceException.class).hasMessageContaining("E0407");
    }

    @Test
    void sumsOfTheStampsAreTheRowsOfTheTableAlsoAfterTruncate() throws IOException {
        lake.write(new Changes(DOCS, 0)
                .insert(10, row(1, "a", "x"))
                .insert(10, row(2, "a", "x"))
                .batch());
        lake.commitCut();
        lake.write(new Changes(DOCS, 0)
                .update(12, null, row(2, "b", "x"))
                .insert(12, row(3, "a", "x"))
                .batch());
        lake.commitCut();
        lake.write(new Changes(DOCS, 0)
                .insert(20, row(4, "a", "x"))
                .delete(20, row(1, null, null))
                .truncate(21)
                .insert(22, row(5, "a", "x"))
                .insert(22, row(6, "a", "x"))
                .truncate(23)
                .insert(24, row(7, "a", "x"))
                .batch());
        lake.commitCut();
        List<Stamp> stamps = new ArrayList<>();
        lake.table(DOCS)
                .snapshots()
                .forEach(snapshot -> stamps.add(Stamp.of(snapshot).orElseThrow()));
        assertThat(stamps.stream()
                        .mapToLong(stamp -> stamp.rowsInserted() - stamp.rowsDeleted())
                        .sum())
                .isEqualTo(lake.rows(DOCS).size());
        assertThat(stamps.get(2).rowsInserted()).isEqualTo(4);
        assertThat(stamps.get(2).rowsDeleted())
                .as("three in the lake, three of its own")
                .isEqualTo(6);
    }

    private void load(int rows) throws IOException {
        for (int from = 0; from < rows; from += 10_000) {
            Changes changes = new Changes(DOCS, 0);
            for (int id = from; id < Math.min(rows, from + 10_000); id++) {
                changes.insert(100, row(id, "new", "body " + id));
            }
            lake.write(changes.load(100));
        }
        lake.commitCut();
        lake.write(new Batch.Loaded(100, 0, new int[] {0}, new long[] {rows}));
        lake.commitCut();
    }

    private static List<Object> row(int id, Object status, Object body) {
        return Arrays.asList(id, status, body);
    }
}
