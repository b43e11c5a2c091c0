package dev.sluice.ingest.sink;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.ingest.row.Batch;
import dev.sluice.ingest.table.ColumnType;
import dev.sluice.ingest.table.ColumnType.Scalar;
import dev.sluice.ingest.table.SourceTable;
import dev.sluice.ingest.table.SourceTable.SourceColumn;
import dev.sluice.lake.Following;
import dev.sluice.spec.errors.ErrorCode;
import java.io.IOException;
import java.util.List;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.types.Types.NestedField;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What becomes of lake tables whose source has other columns than they have. */
class LakeTablesTest {
    private static final SourceTable BEFORE = table(column("id", Scalar.INTEGER), column("note", Scalar.TEXT));
    private static final SourceTable AFTER =
            table(column("id", Scalar.INTEGER), column("more", Scalar.BIGINT), column("note", Scalar.INTEGER));

    private final TestLake lake = new TestLake(BEFORE);

    @AfterEach
    void close() throws IOException {
        lake.close();
    }

    @Test
    void followedTableWithOtherColumnsIsStoppedAndKeepsItsRows() throws IOException {
        load(lake, List.of(1, "a"), 100);
        LakeTables.create(lake.catalog, TestLake.PIPELINE, List.of(AFTER));
        assertThat(Following.of(lake.table(BEFORE)).stop()).hasValueSatisfying(stop -> {
            assertThat(stop.code()).isEqualTo(ErrorCode.E0404);
            assertThat(stop.reason()).contains("2 columns instead of 3");
            assertThat(stop.fix()).contains("sluice resync orders");
        });
        assertThat(names()).containsExactly("id", "note");
        assertThat(lake.rows(BEFORE)).containsExactly(List.of(1, "a"));
    }

    @Test
    void tableThatIsLoadedAnewGetsTheColumnsOfItsSourceAndKeepsItsOldSnapshots() throws IOException {
        load(lake, List.of(1, "a"), 100);
        long before = lake.table(BEFORE).currentSnapshot().snapshotId();
        int oldNote = lake.table(BEFORE).schema().findField("note").fieldId();
        Following.detach(lake.table(BEFORE), "0/64");
        LakeTables.create(lake.catalog, TestLake.PIPELINE, List.of(AFTER));
        assertThat(names()).containsExactly("id", "more", "note");
        Schema schema = lake.table(BEFORE).schema();
        assertThat(schema.findField("note").fieldId()).isNotEqualTo(oldNote);
        assertThat(schema.identifierFieldNames()).containsExactly("id");

        lake.sources(AFTER);
        load(lake, List.of(2, 8L, 9), 200);
        assertThat(lake.rows(AFTER)).containsExactly(List.of(2, 8L, 9));
        Snapshot old = lake.table(AFTER).snapshot(before);
        assertThat(lake.table(AFTER).schemas().get(old.schemaId()).columns())
                .map(NestedField::name)
                .containsExactly("id", "note");
        assertThat(Following.of(lake.table(AFTER)).isFollowed()).isTrue();
    }

    @Test
    void tableWithTheSameColumnsIsLeftAlone() throws IOException {
        load(lake, List.of(1, "a"), 100);
        LakeTables.create(lake.catalog, TestLake.PIPELINE, List.of(BEFORE));
        assertThat(Following.of(lake.table(BEFORE)).stop()).isEmpty();
    }

    private List<String> names() {
        return lake.table(BEFORE).schema().columns().stream()
                .map(NestedField::name)
                .toList();
    }

    private static void load(TestLake lake, List<?> row, long lsn) throws IOException {
        lake.write(new Changes(lake.sources().get(0), 0).insert(0, row).load(lsn));
        lake.write(new Batch.Loaded(lsn, 0, new int[] {0}, new long[] {1}));
        lake.commitCut();
    }

    private static SourceColumn column(String name, ColumnType type) {
        return new SourceColumn(name, name.equals("id"), type);
    }

    private static SourceTable table(SourceColumn... columns) {
        return new SourceTable("1", "public", "orders", List.of(columns), List.of(0), false);
    }
}
