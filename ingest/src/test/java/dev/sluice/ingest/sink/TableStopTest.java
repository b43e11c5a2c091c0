package dev.sluice.ingest.sink;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.ingest.row.Batch;
import dev.sluice.ingest.table.ColumnType.Scalar;
import dev.sluice.ingest.table.SourceTable;
import dev.sluice.ingest.table.SourceTable.SourceColumn;
import dev.sluice.ingest.table.TableStop;
import dev.sluice.lake.Following;
import dev.sluice.lake.Position;
import dev.sluice.lake.Progress;
import dev.sluice.lake.Stamp;
import dev.sluice.lake.TableStamps;
import dev.sluice.spec.Lsn;
import dev.sluice.spec.errors.ErrorCode;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One table's trouble is one table's. */
class TableStopTest {
    private static final Batch STOP = new Batch.Stop(new TableStop(0, ErrorCode.E0404, "it is another", "resync it"));

    private static final SourceTable ORDERS = table(1, "orders");
    private static final SourceTable ITEMS = table(2, "items");

    private final TestLake lake = new TestLake(ORDERS, ITEMS);

    @BeforeEach
    void load() throws IOException {
        lake.start(2);
        lake.write(0, changes(ORDERS, 0).insert(0, List.of(1, "a", "x")).load(100));
        lake.write(0, new Batch.Loaded(100, 5_000_000, new int[] {0, 1}, new long[] {1, 0}));
        lake.commitCut();
    }

    @AfterEach
    void close() throws IOException {
        lake.close();
    }

    @Test
    void stoppedTableStaysAtItsLastGoodPositionAndTheOthersGoOn() throws IOException {
        lake.write(0, changes(ORDERS, 0).insert(110, List.of(2, "b", "y")).batch());
        lake.write(0, changes(ITEMS, 1).insert(110, List.of(1, "a", "y")).batch());
        lake.write(0, STOP);
        lake.write(0, changes(ORDERS, 0).insert(115, List.of(3, "c", "z")).batch());
        lake.write(0, new Batch.Progress(120, 0));
        lake.commitCut();

        assertThat(lake.rows(ORDERS)).containsExactly(List.of(1, "a", "x"));
        assertThat(position(ORDERS)).contains(Position.of(new Lsn(100)));
        assertThat(lake.rows(ITEMS)).hasSize(1);
        assertThat(position(ITEMS)).contains(Position.of(new Lsn(120)));
        assertThat(new Progress(lake.catalog, TestLake.PIPELINE).acknowledged()).contains(Position.of(new Lsn(120)));
        assertThat(Following.of(lake.table(ORDERS)).stop()).hasValueSatisfying(stop -> {
            assertThat(stop.code()).isEqualTo(ErrorCode.E0404);
            assertThat(stop.at()).isEqualTo(new Lsn(100).toString());
            assertThat(stop.reason()).isEqualTo("it is another");
        });
        assertThat(Following.of(lake.table(ITEMS)).stop()).isEmpty();
    }

    @Test
    void anotherCommitterLeavesAStoppedTableWhereItIs() throws IOException {
        lake.write(0, STOP);
        lake.commitCut();
        lake.start(2);
        lake.write(0, changes(ORDERS, 0).insert(130, List.of(2, "b", "y")).batch());
        lake.commitCut();
        assertThat(position(ORDERS)).contains(Position.of(new Lsn(100)));
        assertThat(lake.rows(ORDERS)).hasSize(1);
    }

    @Test
    void loadOfATableThatWasStoppedIsNotPublishedAndThatOfTheOthersIs() throws IOException {
        lake.write(0, changes(ORDERS, 0).insert(0, List.of(5, "e", "x")).load(200));
        lake.write(1, changes(ITEMS, 1).insert(0, List.of(5, "e", "x")).load(200));
        lake.write(0, STOP);
        lake.commitCut();
        lake.write(0, new Batch.Loaded(200, 0, new int[] {0, 1}, new long[] {1, 1}));
        lake.commitCut();
        assertThat(position(ORDERS)).contains(Position.of(new Lsn(100)));
        assertThat(position(ITEMS)).contains(Position.of(new Lsn(200)));
        assertThat(lake.rows(ITEMS)).hasSize(1);
    }

    @Test
    void loadBeginsTheFollowingAnewAndEndsAStop() throws IOException {
        lake.write(0, STOP);
        lake.commitCut();
        Following.detach(lake.table(ORDERS), "0/64");
        assertThat(Following.of(lake.table(ORDERS)).isFollowed()).isFalse();
        lake.start(2);
        lake.write(0, changes(ORDERS, 0).insert(0, List.of(9, "n", "x")).load(300));
        lake.write(0, new Batch.Loaded(300, 0, new int[] {0}, new long[] {1}));
        lake.commitCut();
        Following following = Following.of(lake.table(ORDERS));
        assertThat(following.isFollowed()).isTrue();
        assertThat(following.stop()).isEmpty();
        assertThat(following.since()).contains(new Lsn(300).toString());
        assertThat(lake.rows(ORDERS)).containsExactly(List.of(9, "n", "x"));
    }

    private Optional<Position> position(SourceTable table) {
        return TableStamps.current(lake.table(table)).map(Stamp::position);
    }

    private static SourceTable table(int oid, String name) {
        return new SourceTable(
                String.valueOf(oid),
                "public",
                name,
                List.of(
                        new SourceColumn("id", true, Scalar.INTEGER),
                        new SourceColumn("note", false, Scalar.TEXT),
                        new SourceColumn("more", false, Scalar.TEXT)),
                List.of(0),
                false);
    }

    private static Changes changes(SourceTable table, int number) {
        return new Changes(table, number);
    }
}
