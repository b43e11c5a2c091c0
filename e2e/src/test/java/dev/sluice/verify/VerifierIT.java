package dev.sluice.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.spec.Lsn;
import dev.sluice.spec.errors.SluiceException;
import dev.sluice.verify.VerifyReport.Difference;
import dev.sluice.verify.VerifyReport.Kind;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.iceberg.data.Record;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The checker against a real source and a lake that a test fills and spoils by hand: what it finds, and what it does not. */
final class VerifierIT {
    private VerifierSource source;

    @BeforeEach
    void prepare() throws SQLException {
        source = new VerifierSource();
    }

    @AfterEach
    void close() throws Exception {
        source.close();
    }

    @Test
    void findsEqualWhatIsEqual() throws Exception {
        Lsn lsn = source.position();
        source.copy(lsn, VerifierSource.HONEST, VerifierSource.HONEST);
        VerifyReport report = source.verifyWhileProgressFollows();
        assertThat(report.text()).contains("EQUAL");
        assertThat(report.equal()).as(report.text()).isTrue();
        assertThat(report.tables())
                .extracting(VerifyReport.TableReport::rowsLake)
                .containsExactly(1_007L, 500L);
        assertThat(report.json()).contains("\"equal\" : true");
        await().atMost(Duration.ofSeconds(10)).until(() -> source.slots() == 0);
    }

    @Test
    void namesAMissingAnExtraAnAlteredAndADoubledRow() throws Exception {
        source.copy(
                source.position(),
                rows -> {
                    rows.removeIf(row -> row.getField("id").equals(100L));
                    Record extra = rows.getFirst().copy();
                    extra.setField("id", 5_000_000L);
                    rows.add(extra);
                    Record altered = row(rows, 200L);
                    altered.setField("n", ((java.math.BigDecimal) altered.getField("n")).negate());
                    altered.setField("t", altered.getField("t") + " ");
                    rows.add(row(rows, 300L).copy());
                },
                VerifierSource.HONEST);
        VerifyReport report = source.verifyWhileProgressFollows();
        assertThat(report.state()).isEqualTo(VerifyReport.State.DIFFERENT);
        assertThat(report.tables().get(0).differences())
                .containsExactlyInAnyOrder(
                        new Difference(Kind.MISSING, "id=100", List.of()),
                        new Difference(Kind.EXTRA, "id=5000000", List.of()),
                        new Difference(Kind.DIFFERENT, "id=200", List.of("n", "t")),
                        new Difference(Kind.DUPLICATE, "id=300", List.of()));
        assertThat(report.tables().get(1).equal()).isTrue();
        assertThatThrownBy(report::orThrow).isInstanceOf(SluiceException.class).hasMessageContaining("E1201");
    }

    @Test
    void seesTwoRowsThatSwappedTheirValues() throws Exception {
        source.copy(source.position(), VerifierSource.HONEST, rows -> {
            Object note = rows.get(10).getField("note");
            rows.get(10).setField("note", rows.get(20).getField("note"));
            rows.get(20).setField("note", note);
        });
        VerifyReport report = source.verifyWhileProgressFollows();
        assertThat(report.tables().get(1).differences())
                .extracting(Difference::kind)
                .containsExactly(Kind.DIFFERENT, Kind.DIFFERENT);
    }

    @Test
    void refusesAnExcludedColumnThatReachedTheLake() throws Exception {
        source.copier().copy("things", "*", source.position(), VerifierSource.HONEST);
        source.copier().copy("others", "*", source.position(), VerifierSource.HONEST);
        VerifyReport report = source.verifyWhileProgressFollows();
        assertThat(report.equal()).isFalse();
        assertThat(report.tables().get(0).problem()).contains("secret");
    }

    @Test
    void comparesAtTheLakesPositionThoughTheSourceMovesOn() throws Exception {
        CompletableFuture<VerifyReport> verdict = source.beginVerifying();
        changeEverything();
        Lsn lsn = source.position();
        source.copy(lsn, VerifierSource.HONEST, VerifierSource.HONEST);
        source.execute("update others set note = 'beyond the lake'");
        source.execute("delete from things where id > 900");
        source.execute("insert into others values (0, 'later', null)");
        source.progress(lsn);
        VerifyReport report = verdict.get(60, TimeUnit.SECONDS);
        assertThat(report.equal()).as(report.text()).isTrue();
        assertThat(report.lsn()).isEqualTo(lsn);
        assertThat(report.changesReplayed()).isGreaterThan(300);
    }

    /** An older snapshot shows a truncated table as empty, so nothing can be said of it. */
    @Test
    void aTruncationIsNotHeldUpAndMakesItRefuse() throws Exception {
        source.copy(source.position(), VerifierSource.HONEST, VerifierSource.HONEST);
        CompletableFuture<VerifyReport> verdict = source.beginVerifying();
        source.execute("set lock_timeout = 200; truncate others");
        source.progress(source.position());
        assertThatThrownBy(() -> verdict.get(60, TimeUnit.SECONDS))
                .hasMessageContaining("E1202")
                .hasMessageContaining("public.others was ")
                .hasMessageContaining("verify again");
    }

    @Test
    void seesAStampThatIsOneTransactionAheadOfItsContent() throws Exception {
        CompletableFuture<VerifyReport> verdict = source.beginVerifying();
        source.copy(source.position(), VerifierSource.HONEST, VerifierSource.HONEST);
        source.execute("update others set note = 'not copied' where id = 7");
        source.progress(source.position());
        VerifyReport report = verdict.get(60, TimeUnit.SECONDS);
        assertThat(report.tables().get(1).differences())
                .containsExactly(new Difference(Kind.DIFFERENT, "part=p1, id=7", List.of("note")));
    }

    @Test
    void saysThatThePipelineIsBehind() throws Exception {
        source.copy(source.position(), VerifierSource.HONEST, VerifierSource.HONEST);
        VerifyOptions hasty = new VerifyOptions(Duration.ofSeconds(1), List.of(), 20);
        assertThatThrownBy(() -> source.verify(hasty))
                .isInstanceOf(SluiceException.class)
                .hasMessageContaining("E1202")
                .hasMessageContaining("did not bring the lake to");
        await().atMost(Duration.ofSeconds(10)).until(() -> source.slots() == 0);
    }

    /** Inserts, updates, deletes, key changes, an unchanged TOAST value, and a row that comes and goes and comes. */
    private void changeEverything() throws SQLException {
        source.execute("update others set note = note || '!' where id % 2 = 0");
        source.execute("delete from others where id between 30 and 40");
        source.execute("update others set part = 'moved', id = id + 1000 where id between 50 and 60");
        source.execute("begin; insert into others values (9, 'new', 'a'); delete from others where part = 'new';"
                + " insert into others values (9, 'new', ''); commit");
        source.execute("update things set n = n + 1 where long_text is not null");
        source.execute("update things set id = id + 100000, n = n + 1 where long_text is not null and id % 2 = 0");
        source.execute("update things set secret = 'changed' where id < 50");
        source.execute("begin; delete from others where id = 70; rollback");
        source.execute("insert into things select id + 2000000, b, s from things where id < 20"
                .replace(", b, s", ", b, s")
                .replace("into things", "into things (id, b, s)"));
    }

    private static Record row(List<Record> rows, long id) {
        return rows.stream()
                .filter(row -> row.getField("id").equals(id))
                .findFirst()
                .orElseThrow();
    }
}
