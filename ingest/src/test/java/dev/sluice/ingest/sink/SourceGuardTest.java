package dev.sluice.ingest.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import dev.sluice.spec.errors.SluiceException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** No stamp goes beyond a position at which the source was found intact. */
class SourceGuardTest {
    private static final SourceTable ORDERS = table(1, "orders");
    private static final SourceTable ITEMS = table(2, "items");

    private final TestLake lake = new TestLake(ORDERS, ITEMS);

    @AfterEach
    void close() throws IOException {
        lake.close();
    }

    @Test
    void tableThatIsNotWhatItWasStaysAndTheOtherMoves() throws IOException {
        load();
        List<Position> asked = new ArrayList<>();
        lake.guard = (to, loaded) -> {
            asked.add(to);
            return List.of(new TableStop(0, ErrorCode.E0223, "it was rewritten", "resync it"));
        };
        lake.start(1);
        lake.write(new Changes(ORDERS, 0).insert(150, List.of(2, "b")).batch());
        lake.write(new Changes(ITEMS, 1).insert(150, List.of(2, "b")).batch());
        lake.commitCut();
        assertThat(asked).containsExactly(Position.of(new Lsn(150)));
        assertThat(position(ORDERS)).isEqualTo(new Lsn(100));
        assertThat(position(ITEMS)).isEqualTo(new Lsn(150));
        assertThat(Following.of(lake.table(ORDERS)).stop()).hasValueSatisfying(stop -> {
            assertThat(stop.code()).isEqualTo(ErrorCode.E0223);
            assertThat(stop.at()).isEqualTo(new Lsn(100).toString());
        });
    }

    @Test
    void nothingMovesAndNothingIsAcknowledgedWhenTheSourceCannotBeLookedAt() throws IOException {
        load();
        lake.guard = (to, loaded) -> {
            throw new SluiceException(ErrorCode.E0201, "it does not answer", "");
        };
        lake.start(1);
        lake.write(new Changes(ORDERS, 0).insert(150, List.of(2, "b")).batch());
        assertThatThrownBy(lake::commitCut).hasStackTraceContaining("E0201");
        assertThat(position(ORDERS)).isEqualTo(new Lsn(100));
        assertThat(new Progress(lake.catalog, TestLake.PIPELINE).acknowledged()).contains(Position.of(new Lsn(100)));
    }

    private void load() throws IOException {
        lake.write(new Changes(ORDERS, 0).insert(0, List.of(1, "a")).load(100));
        lake.write(new Batch.Loaded(100, 0, new int[] {0, 1}, new long[] {1, 0}));
        lake.commitCut();
    }

    private Lsn position(SourceTable table) {
        return TableStamps.current(lake.table(table))
                .map(Stamp::position)
                .map(Position::lsn)
                .orElseThrow();
    }

    private static SourceTable table(int oid, String name) {
        return new SourceTable(
                String.valueOf(oid),
                "public",
                name,
                List.of(new SourceColumn("id", true, Scalar.INTEGER), new SourceColumn("note", false, Scalar.TEXT)),
                List.of(0),
                false);
    }
}
