package dev.sluice.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.catalog.config.CatalogConfig.DatabaseConfig;
import dev.sluice.catalog.http.Call;
import dev.sluice.lake.Advance;
import dev.sluice.lake.CommitOutcome;
import dev.sluice.lake.LakeCatalog;
import dev.sluice.lake.LakeCommit;
import dev.sluice.lake.Position;
import dev.sluice.lake.Progress;
import dev.sluice.lake.Stamp;
import dev.sluice.lake.StampProperties;
import dev.sluice.lake.TableChange;
import dev.sluice.lake.TableHead;
import dev.sluice.spec.Lsn;
import dev.sluice.spec.errors.ErrorCode;
import java.io.IOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.exceptions.ForbiddenException;
import org.apache.iceberg.inmemory.InMemoryFileIO;
import org.apache.iceberg.rest.RESTCatalog;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The lake's commit protocol against this catalog and its real database: who may move a followed table, and who not. */
class CommitProtocolIT {
    private static final Schema SCHEMA = new Schema(Types.NestedField.required(1, "id", Types.LongType.get()));
    private static final LakeCommit.Bounds BOUNDS = new LakeCommit.Bounds(4, 1, 4);

    private DatabaseConfig database;
    private CatalogServer server;
    private LakeCatalog lake;
    private Progress progress;
    private int files;

    @BeforeEach
    void twoCuts() {
        database = CatalogFixture.newDatabase();
        server = CatalogServer.start(CatalogFixture.config(database, "mem://warehouse"), new InMemoryFileIO());
        lake = lake(Map.of());
        lake.rest().createNamespace(lake.bronzeNamespace());
        for (String name : List.of("a", "b")) {
            lake.rest()
                    .createTable(
                            lake.bronze(name),
                            SCHEMA,
                            PartitionSpec.unpartitioned(),
                            Map.of("format-version", "2", StampProperties.PIPELINE, "shop"));
        }
        progress = new Progress(lake, "shop");
        progress.claim("first", true);
        commit("first", 0, 100).orThrow();
        commit("first", 100, 200).orThrow();
    }

    @AfterEach
    void stop() throws IOException {
        lake.close();
        server.close();
    }

    private LakeCatalog lake(Map<String, String> more) {
        Map<String, String> properties = new HashMap<>(more);
        properties.put("token", CatalogFixture.WRITER_TOKEN);
        properties.put("uri", "http://127.0.0.1:" + server.port());
        // Shared with the server by the JVM.
        properties.put("io-impl", InMemoryFileIO.class.getName());
        RESTCatalog client = new RESTCatalog();
        client.initialize("lake", properties);
        return new LakeCatalog(client, "bronze");
    }

    @Test
    void progressMovesWithTheTablesAndKeepsOneSnapshot() {
        assertThat(lake.commitsTogether()).isTrue();
        assertThat(progress.acknowledged()).contains(at(200));
        assertThat(lake.load(progress.table()).snapshots()).hasSize(1);
    }

    @Test
    void aWriterWhosePipelineWasTakenOverLosesAndTheSuccessorGoesOn() {
        assertThat(progress.claim("second", false)).isTrue();
        assertRefused(commit("first", 200, 300), ErrorCode.E0503);
        assertThat(commit("second", 200, 310)).isInstanceOf(CommitOutcome.Applied.class);
        assertRefused(commit("first", 310, 320), ErrorCode.E0503);
        assertThat(progress.acknowledged()).contains(at(310));
    }

    @Test
    void aDatabaseRestoredFromABackupUnderARunningPipelineIsNoticed() {
        CatalogFixture.execute(database, "create table backup as select * from iceberg_tables");
        commit("first", 200, 300).orThrow();
        CatalogFixture.execute(
                database,
                "update iceberg_tables t set metadata_location = b.metadata_location,"
                        + " previous_metadata_location = b.previous_metadata_location from backup b"
                        + " where t.catalog_name = b.catalog_name and t.table_namespace = b.table_namespace"
                        + " and t.table_name = b.table_name");
        assertRefused(commit("first", 300, 400), ErrorCode.E0510);
        assertThat(progress.acknowledged()).as("as the backup has it").contains(at(200));
    }

    @Test
    void oneTableRestoredFromABackupIsThatTablesTrouble() {
        LakeCommit running = new LakeCommit(lake, BOUNDS);
        running.commit(cut(300), advance("first", 200, 300)).orThrow();
        CatalogFixture.execute(
                database,
                "update iceberg_tables set metadata_location = previous_metadata_location where table_name = 'a'");
        assertThat(running.commit(cut(400), advance("first", 300, 400)))
                .isInstanceOfSatisfying(CommitOutcome.NotApplied.class, refused -> {
                    assertThat(refused.code()).isEqualTo(ErrorCode.E0507);
                    assertThat(refused.tables()).containsOnlyKeys(lake.bronze("a"));
                });
    }

    @Test
    void aForeignWriteToAFollowedTableIsRefusedInClearWords() {
        long head = a().currentSnapshot().snapshotId();
        assertThatThrownBy(() -> a().newAppend().appendFile(file()).commit())
                .isInstanceOf(ForbiddenException.class)
                .hasMessageContaining("E0508")
                .hasMessageContaining("pipeline shop")
                .hasMessageContaining("bronze.a")
                .hasMessageContaining("Fix: write to the source")
                .hasMessageContaining("Sluice-Repair");
        long older = a().currentSnapshot().parentId();
        assertThatThrownBy(() -> a().manageSnapshots().rollbackTo(older).commit())
                .isInstanceOf(ForbiddenException.class)
                .hasMessageContaining("there already");
        assertThatThrownBy(() -> a().updateProperties()
                        .set(StampProperties.LSN, "0/FFFF")
                        .commit())
                .isInstanceOf(ForbiddenException.class)
                .hasMessageContaining("sluice.lsn");
        assertThatThrownBy(() ->
                        a().updateProperties().remove(StampProperties.PIPELINE).commit())
                .isInstanceOf(ForbiddenException.class);
        assertThat(a().currentSnapshot().snapshotId()).isEqualTo(head);
        assertThat(commit("first", 200, 300)).isInstanceOf(CommitOutcome.Applied.class);
    }

    @Test
    void whatUpkeepTagsAndSluicesOwnPropertiesDoGoesOnWorking() {
        var upkeep = a().newAppend().appendFile(file());
        Stamp.of(a().currentSnapshot())
                .orElseThrow()
                .repeatedAs(Stamp.Kind.UPKEEP)
                .toSummary()
                .forEach(upkeep::set);
        upkeep.commit();
        a().manageSnapshots()
                .createTag("month-end", a().currentSnapshot().snapshotId())
                .commit();
        a().updateProperties().set(StampProperties.SOURCE_SHAPE, "{}").commit();
        a().updateProperties().set(StampProperties.STOPPED, "E0401").commit();
        lake.rest()
                .createTable(lake.bronze("mine"), SCHEMA)
                .newAppend()
                .appendFile(file())
                .commit();
        assertThat(commit("first", 200, 300)).isInstanceOf(CommitOutcome.Applied.class);
    }

    @Test
    void aRepairThatSaysSoIsLetThroughAndItsHeadIsTold() throws IOException {
        long ours = a().currentSnapshot().snapshotId();
        try (LakeCatalog repairing = lake(Map.of("header." + Call.REPAIR_HEADER, "ticket 17"))) {
            repairing.load(lake.bronze("a")).newAppend().appendFile(file()).commit();
            assertThat(TableHead.difference(a(), "shop"))
                    .hasValueSatisfying(found -> assertThat(found.code()).isEqualTo(ErrorCode.E0506));
            assertRefused(commit("first", 200, 300), ErrorCode.E0506);

            repairing.load(lake.bronze("a")).manageSnapshots().rollbackTo(ours).commit();
        }
        assertThat(commit("first", 200, 300)).isInstanceOf(CommitOutcome.Applied.class);
    }

    @Test
    void aForgedPropertyIsFoundByTheNextCommit() throws IOException {
        try (LakeCatalog repairing = lake(Map.of("header." + Call.REPAIR_HEADER, "forged on purpose"))) {
            repairing
                    .load(lake.bronze("a"))
                    .updateProperties()
                    .set(StampProperties.LSN, "0/FFFF")
                    .commit();
        }
        assertRefused(commit("first", 200, 300), ErrorCode.E0507);
    }

    private Table a() {
        return lake.load(lake.bronze("a"));
    }

    private CommitOutcome commit(String run, long from, long to) {
        return new LakeCommit(lake, BOUNDS).commit(cut(to), advance(run, from, to));
    }

    private Optional<Advance> advance(String run, long from, long to) {
        return Optional.of(new Advance(progress, run, Optional.of(at(from)), at(to)));
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
        Stamp stamp = new Stamp("shop", at(lsn), Position.ZERO, Instant.ofEpochSecond(lsn), Stamp.Kind.DATA, 3, 1);
        return new TableChange(lake.bronze(table), stamp, at(lsn), List.of(file()), List.of(), false);
    }

    private DataFile file() {
        return DataFiles.builder(PartitionSpec.unpartitioned())
                .withPath("mem://warehouse/data/" + database.url().hashCode() + "-" + files++ + ".parquet")
                .withFileSizeInBytes(10)
                .withRecordCount(3)
                .build();
    }

    private static Position at(long order) {
        return Position.of(new Lsn(order));
    }
}
