package dev.sluice.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.lake.Following;
import dev.sluice.lake.StampProperties;
import dev.sluice.spec.Lsn;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.verify.VerifyReport.State;
import dev.sluice.verify.VerifyReport.TableReport;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Where the rows at the stamp are equal, and yet a reader of the table would not see what the source holds. */
final class VerifierConditionsIT {
    private VerifierSource source;

    @BeforeEach
    void prepare() throws Exception {
        source = new VerifierSource();
        source.copy(source.position(), VerifierSource.HONEST, VerifierSource.HONEST);
    }

    @AfterEach
    void close() throws Exception {
        source.close();
    }

    @Test
    void aForeignAppendIsADifferenceThoughTheRowsAtTheStampAreEqual() throws Exception {
        Table others = source.table("others");
        Record foreign = GenericRecord.create(others.schema());
        foreign.setField("id", 900_000);
        foreign.setField("part", "foreign");
        source.copier().append("others", List.of(foreign));
        others.refresh();
        String head = Long.toString(others.currentSnapshot().snapshotId());
        VerifyReport report = source.verifyWhileProgressFollows();
        assertThat(report.state()).as(report.text()).isEqualTo(State.DIFFERENT);
        TableReport table = report.tables().get(1);
        assertThat(table.state()).isEqualTo(State.DIFFERENT);
        assertThat(table.rowsLake()).as("rows at the stamp").isEqualTo(500);
        assertThat(table.findings()).singleElement().asString().contains("the head is not ours", head, "Fix: ");
        assertThat(report.text()).contains("the head is not ours", head);
        assertThat(report.json()).contains("the head is not ours");
        assertThat(report.tables().get(0).equal()).as("the table beside it").isTrue();
    }

    @Test
    void aRollbackIsADifferenceThoughTheRowsAtTheOldStampAreEqual() throws Exception {
        Table others = source.table("others");
        source.execute("create table makes_the_position_move ()");
        long old = others.currentSnapshot().snapshotId();
        source.copy(source.position(), VerifierSource.HONEST, VerifierSource.HONEST);
        others.refresh();
        others.manageSnapshots().rollbackTo(old).commit();
        VerifyReport report = source.verifyWhileProgressFollows();
        assertThat(report.state()).as(report.text()).isEqualTo(State.DIFFERENT);
        assertThat(report.tables().get(1).findings())
                .singleElement()
                .asString()
                .contains("E0507", "set back", Long.toString(old), "Fix: ");
    }

    @Test
    void aForgedPropertyIsADifference() throws Exception {
        source.table("others")
                .updateProperties()
                .set(StampProperties.LSN, "FF/0")
                .commit();
        VerifyReport report = source.verifyWhileProgressFollows();
        assertThat(report.state()).as(report.text()).isEqualTo(State.DIFFERENT);
        assertThat(report.tables().get(1).findings()).singleElement().asString().contains("FF/0");
    }

    @Test
    void aStampOfAnotherPipelineIsADifference() throws Exception {
        Lsn lsn = source.position();
        source.copier("somebody").copy("others", "*", lsn, VerifierSource.HONEST);
        VerifyReport report = source.verifyWhileProgressFollows();
        assertThat(report.state()).as(report.text()).isEqualTo(State.DIFFERENT);
        assertThat(report.tables().get(1).findings())
                .anySatisfy(finding -> assertThat(finding).contains("pipeline somebody"));
    }

    @Test
    void aStoppedTableIsToldWithItsReasonAndTheOthersAreCompared() throws Exception {
        Following.stop(source.table("others"), ErrorCode.E0404, "a column went", "sluice resync others");
        source.execute("update others set note = 'beyond the stop'");
        VerifyReport report = source.verifyWhileProgressFollows();
        assertThat(report.state()).as(report.text()).isEqualTo(State.INCOMPLETE);
        assertThat(report.tables().get(1).findings())
                .singleElement()
                .asString()
                .contains("E0404", "a column went", "sluice resync others");
        assertThat(report.tables().get(0).equal()).as(report.text()).isTrue();
    }

    @Test
    void aDetachedTableIsTold() throws Exception {
        Following.detach(source.table("others"), source.position().toString());
        VerifyReport report = source.verifyWhileProgressFollows();
        assertThat(report.state()).as(report.text()).isEqualTo(State.INCOMPLETE);
        assertThat(report.tables().get(1).findings()).singleElement().asString().contains("not followed", "Fix: ");
    }

    @Test
    void aTableThatIsNotInTheLakeIsToldAndTheOthersAreCompared() throws Exception {
        source.execute("create table new_one (id int primary key)");
        Verifier verifier = new Verifier(source.specWith("new_one"));
        VerifyOptions brief = new VerifyOptions(Duration.ofSeconds(3), List.of(), 20);
        VerifyReport report =
                source.whileProgressFollows(CompletableFuture.supplyAsync(() -> verifier.verify(source.lake, brief)));
        assertThat(report.state()).as(report.text()).isEqualTo(State.INCOMPLETE);
        TableReport table = report.tables().get(2);
        assertThat(table.state()).isEqualTo(State.NOT_LOADED);
        assertThat(table.findings()).singleElement().asString().contains("no lake table", "Fix: ");
        assertThat(report.tables().get(0).equal()).as(report.text()).isTrue();
    }
}
