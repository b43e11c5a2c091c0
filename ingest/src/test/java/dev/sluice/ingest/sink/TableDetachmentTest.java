package dev.sluice.ingest.sink;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.ingest.row.Batch;
import dev.sluice.ingest.source.LakePositions;
import dev.sluice.ingest.table.ColumnType.Scalar;
import dev.sluice.ingest.table.SourceTable;
import dev.sluice.ingest.table.SourceTable.SourceColumn;
import dev.sluice.lake.Following;
import dev.sluice.lake.Position;
import dev.sluice.spec.Lsn;
import dev.sluice.spec.PipelineSpec.TableSpec;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A table that is taken out of the pipeline, and one that comes back. */
class TableDetachmentTest {
    private static final SourceTable STAYS = table(1, "stays");
    private static final SourceTable LEAVES = table(2, "leaves");

    private final TestLake lake = new TestLake(STAYS, LEAVES);

    @BeforeEach
    void load() throws IOException {
        lake.write(0, new Changes(STAYS, 0).insert(0, List.of(1, "a")).load(100));
        lake.write(0, new Changes(LEAVES, 1).insert(0, List.of(1, "a")).load(100));
        lake.write(0, new Batch.Loaded(100, 0, new int[] {0, 1}, new long[] {1, 1}));
        lake.commitCut();
        lake.write(0, new Batch.Progress(150, 0));
        lake.commitCut();
    }

    @AfterEach
    void close() throws IOException {
        lake.close();
    }

    @Test
    void tableThatLeavesIsMarkedWhereThePipelineStandsAndNoOther() {
        assertThat(TableDetachment.ofOthers(lake.catalog, TestLake.PIPELINE, List.of(spec(STAYS))))
                .containsExactly("leaves");
        assertThat(Following.of(lake.table(LEAVES)).detachedAt()).contains(new Lsn(150).toString());
        assertThat(Following.of(lake.table(STAYS)).isFollowed()).isTrue();
        assertThat(TableDetachment.ofOthers(lake.catalog, TestLake.PIPELINE, List.of(spec(STAYS))))
                .isEmpty();
        assertThat(TableDetachment.ofOthers(lake.catalog, "another pipeline", List.of()))
                .isEmpty();
    }

    @Test
    void tableThatComesBackCountsAsMissingAndItsRowsAreReplaced() throws IOException {
        assertThat(stamps()).containsKeys(0, 1);
        TableDetachment.ofOthers(lake.catalog, TestLake.PIPELINE, List.of(spec(STAYS)));
        // The source changed meanwhile, and nothing of it is in any stream.
        assertThat(stamps()).containsOnlyKeys(0);
        lake.start(1);
        lake.write(0, new Changes(LEAVES, 1).insert(0, List.of(7, "new")).load(300));
        lake.write(0, new Batch.Loaded(300, 0, new int[] {1}, new long[] {1}));
        lake.commitCut();
        assertThat(lake.rows(LEAVES)).containsExactly(List.of(7, "new"));
        assertThat(stamps()).containsEntry(1, Position.of(new Lsn(300)));
        assertThat(Following.of(lake.table(LEAVES)).since()).contains(new Lsn(300).toString());
    }

    private static TableSpec spec(SourceTable table) {
        return new TableSpec(table.schema(), table.name(), List.of());
    }

    private Map<Integer, Position> stamps() {
        try (LakePositions positions = new CatalogLakePositions(
                lake.server.connect(), TestLake.PIPELINE, "a run", List.of(STAYS.name(), LEAVES.name()))) {
            return positions.stamps();
        }
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
