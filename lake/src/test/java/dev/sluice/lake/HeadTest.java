package dev.sluice.lake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.lake.testing.FaultyCatalog;
import dev.sluice.spec.Lsn;
import java.io.IOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What others do to a followed table is noticed by the next commit, and stamped over never. */
class HeadTest {
    private static final Schema SCHEMA = new Schema(Types.NestedField.required(1, "id", Types.LongType.get()));

    private final FaultyCatalog server = new FaultyCatalog();
    private final LakeCatalog catalog = server.connect();
    private final LakeCommit commit = new LakeCommit(catalog, new LakeCommit.Bounds(4, 1, 4));
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
        commit.commit(cut(100)).orThrow();
        commit.commit(cut(200)).orThrow();
    }

    @AfterEach
    void close() throws IOException {
        catalog.close();
        server.close();
    }

    @Test
    void aForeignAppendIsNeverStampedOver() {
        a().newAppend().appendFile(file()).commit();
        assertRefused(ErrorCodeOf.HEAD_NOT_OURS);
    }

    @Test
    void aForeignStampIsNeverStampedOver() {
        var append = a().newAppend().appendFile(file());
        stamp("other", 200).toSummary().forEach(append::set);
        append.commit();
        assertRefused(ErrorCodeOf.HEAD_NOT_OURS);
    }

    @Test
    void aRollbackIsNeverStampedOver() {
        Table table = a();
        table.manageSnapshots().rollbackTo(table.currentSnapshot().parentId()).commit();
        assertRefused(ErrorCodeOf.SET_BACK);
    }

    @Test
    void aForgedPropertyIsFound() {
        a().updateProperties().set(StampProperties.LSN, "0/FFFF").commit();
        assertRefused(ErrorCodeOf.SET_BACK);
    }

    @Test
    void whatUpkeepDoesIsNoForeignHead() {
        Table table = a();
        var append = table.newAppend().appendFile(file());
        Stamp.of(table.currentSnapshot())
                .orElseThrow()
                .repeatedAs(Stamp.Kind.UPKEEP)
                .toSummary()
                .forEach(append::set);
        append.commit();
        assertThat(commit.commit(cut(300))).isInstanceOf(CommitOutcome.Applied.class);
    }

    private void assertRefused(String code) {
        long head = a().currentSnapshot().snapshotId();
        long other = catalog.load(catalog.bronze("b")).currentSnapshot().snapshotId();
        assertThat(new LakeCommit(catalog, new LakeCommit.Bounds(4, 1, 4)).commit(cut(300)))
                .isInstanceOfSatisfying(
                        CommitOutcome.NotApplied.class,
                        refused -> assertThat(refused.code().name()).isEqualTo(code));
        assertThat(a().currentSnapshot().snapshotId()).isEqualTo(head);
        assertThat(catalog.load(catalog.bronze("b")).currentSnapshot().snapshotId())
                .isEqualTo(other);
    }

    private Table a() {
        return catalog.load(catalog.bronze("a"));
    }

    private List<TableChange> cut(long lsn) {
        return List.of(change("a", lsn), change("b", lsn));
    }

    private TableChange change(String table, long lsn) {
        return new TableChange(
                catalog.bronze(table),
                stamp("shop", lsn),
                Position.of(new Lsn(lsn)),
                List.of(file()),
                List.of(),
                false);
    }

    private static Stamp stamp(String pipeline, long lsn) {
        return new Stamp(
                pipeline, Position.of(new Lsn(lsn)), Position.ZERO, Instant.ofEpochSecond(lsn), Stamp.Kind.DATA, 3, 1);
    }

    private DataFile file() {
        return DataFiles.builder(PartitionSpec.unpartitioned())
                .withPath("memory://lake/data/" + files++ + ".parquet")
                .withFileSizeInBytes(10)
                .withRecordCount(3)
                .build();
    }

    private static final class ErrorCodeOf {
        static final String HEAD_NOT_OURS = "E0506";
        static final String SET_BACK = "E0507";
    }
}
