package dev.sluice.ingest.sink;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.ingest.row.Batch;
import dev.sluice.ingest.sink.cut.CutFiles;
import dev.sluice.ingest.table.ColumnType.Scalar;
import dev.sluice.ingest.table.SourceTable;
import dev.sluice.ingest.table.SourceTable.SourceColumn;
import dev.sluice.lake.Progress;
import dev.sluice.lake.TableStamps;
import dev.sluice.spec.Lsn;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Checkpoints that pass while a large transaction is open: no cut ever holds a part of it. */
class OpenTransactionTest {
    private static final SourceTable ORDERS = table("orders", 1);
    private static final SourceTable ITEMS = table("items", 2);

    private final TestLake lake = new TestLake(ORDERS, ITEMS);

    @AfterEach
    void close() throws IOException {
        lake.close();
    }

    @Test
    void checkpointsInsideATransactionHandOverWhatWasBeforeItAndNothingOfIt() throws IOException {
        lake.write(orders().insert(10, row(1, "a")).batch());
        lake.write(items().insert(10, row(1, "a")).batch());
        lake.write(new Batch.Progress(12, 1));
        lake.write(new Batch.Open(20));
        lake.write(
                orders().update(20, null, row(1, "b")).insert(20, row(2, "b")).batch());
        lake.commitCut();
        assertThat(lake.rows(ORDERS)).containsExactly(row(1, "a"));
        assertThat(lake.rows(ITEMS)).containsExactly(row(1, "a"));
        assertThat(acknowledged()).contains(new Lsn(12));

        lake.write(items().delete(20, row(1, null)).batch());
        assertThat(lake.checkpointCuts()).isEmpty();
        lake.write(orders().update(20, null, row(2, "c")).batch());
        assertThat(lake.checkpointCuts()).isEmpty();

        lake.write(orders().delete(20, row(1, null)).insert(25, row(3, "d")).batch());
        lake.write(new Batch.Progress(25, 2));
        lake.commitCut();
        assertThat(lake.rows(ORDERS)).containsExactlyInAnyOrder(row(2, "c"), row(3, "d"));
        assertThat(lake.rows(ITEMS)).isEmpty();
        assertThat(acknowledged()).contains(new Lsn(25));
        assertThat(TableStamps.current(lake.table(ORDERS))
                        .map(stamp -> stamp.position().lsn()))
                .contains(new Lsn(25));
        assertThat(lake.table(ORDERS).snapshots()).hasSize(2);
    }

    @Test
    void cutsBeforeALargeTransactionAreCommittedBeforeItInTheSameCheckpoint() throws IOException {
        lake.write(orders().insert(10, row(1, "a")).insert(11, row(2, "a")).batch());
        lake.write(new Batch.Progress(11, 1));
        lake.write(new Batch.Open(20));
        lake.write(
                orders().update(20, null, row(1, "b")).delete(20, row(2, null)).batch());
        lake.write(new Batch.Progress(20, 2));
        lake.write(new Batch.Open(30));
        lake.write(orders().update(30, null, row(1, "c"))
                .truncate(30)
                .insert(30, row(9, "z"))
                .batch());
        lake.write(new Batch.Progress(30, 3));
        List<CutFiles> cuts = lake.checkpointCuts();
        assertThat(cuts).extracting(cut -> cut.to().order()).containsExactly(11L, 20L, 30L);
        cuts.forEach(lake::commit);
        assertThat(lake.rows(ORDERS)).containsExactly(row(9, "z"));
        cuts.forEach(cut -> assertThat(lake.commit(cut)).isTrue());
        assertThat(lake.rows(ORDERS)).containsExactly(row(9, "z"));
        assertThat(lake.table(ORDERS).snapshots()).hasSize(3);
    }

    @Test
    void aRestartInsideATransactionReadsItAgainAndChangesNothing() throws IOException {
        lake.write(orders().insert(10, row(1, "a")).batch());
        lake.write(new Batch.Progress(10, 1));
        Batch half =
                orders().update(20, null, row(1, "b")).insert(20, row(2, "b")).batch();
        lake.write(new Batch.Open(20));
        lake.write(half);
        lake.commitCut();
        lake.start(1);
        lake.write(new Batch.Open(20));
        lake.write(half);
        lake.commitCut();
        assertThat(lake.rows(ORDERS)).containsExactly(row(1, "a"));
        lake.write(new Batch.Progress(20, 2));
        lake.commitCut();
        assertThat(lake.rows(ORDERS)).containsExactlyInAnyOrder(row(1, "b"), row(2, "b"));
    }

    private Optional<Lsn> acknowledged() {
        return new Progress(lake.catalog, TestLake.PIPELINE).acknowledged().map(position -> position.lsn());
    }

    private static Changes orders() {
        return new Changes(ORDERS, 0);
    }

    private static Changes items() {
        return new Changes(ITEMS, 1);
    }

    private static List<Object> row(int id, String value) {
        return Arrays.asList(id, value);
    }

    private static SourceTable table(String name, int oid) {
        return new SourceTable(
                String.valueOf(oid),
                "public",
                name,
                List.of(new SourceColumn("id", true, Scalar.INTEGER), new SourceColumn("value", false, Scalar.TEXT)),
                List.of(0),
                false);
    }
}
