package dev.sluice.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.spec.Lsn;
import dev.sluice.verify.VerifyReport.Difference;
import dev.sluice.verify.VerifyReport.Kind;
import dev.sluice.verify.VerifyReport.TableReport;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.data.Record;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Rows that their table cannot hold: lake and dead letters together are the source, and neither alone. */
final class VerifierDeadLettersIT {
    private static final String LETTERS = """
            (select 'others'::text as table_name, json_build_object('part', part, 'id', id::text)::text as key,
                json_build_object('id', id::text, 'part', part, 'note', note)::text as payload
            from others where id %s) letters
            """;

    private VerifierSource source;

    @BeforeEach
    void prepare() throws Exception {
        source = new VerifierSource();
        source.lake.rest().createNamespace(Namespace.of("_sluice"));
    }

    @AfterEach
    void close() throws Exception {
        source.close();
    }

    @Test
    void aQuarantinedRowIsListedAndNotMissing() throws Exception {
        Lsn lsn = source.position();
        source.copy(lsn, VerifierSource.HONEST, without(10, 11));
        letters("in (10, 11)", lsn);
        VerifyReport report = source.verifyWhileProgressFollows();
        assertThat(report.equal()).as(report.text()).isTrue();
        TableReport table = report.tables().get(1);
        assertThat(List.of(table.rowsSource(), table.rowsLake(), table.quarantined()))
                .containsExactly(500L, 498L, 2L);
        assertThat(report.text()).contains("2 of its rows are dead letters (E0401)", "sluice replay");
        assertThat(report.json()).contains("\"quarantined\" : 2");
        assertThat(report.tables().get(0).quarantined()).isZero();
    }

    @Test
    void aMissingRowIsMissingThoughOthersAreQuarantined() throws Exception {
        Lsn lsn = source.position();
        source.copy(lsn, VerifierSource.HONEST, without(10, 11));
        letters("= 10", lsn);
        VerifyReport report = source.verifyWhileProgressFollows();
        assertThat(report.tables().get(1).differences())
                .as(report.text())
                .containsExactly(new Difference(Kind.MISSING, "part=p2, id=11", List.of()));
    }

    @Test
    void aRowThatIsInItsTableTooIsThereTwice() throws Exception {
        Lsn lsn = source.position();
        source.copy(lsn, VerifierSource.HONEST, VerifierSource.HONEST);
        letters("= 10", lsn);
        VerifyReport report = source.verifyWhileProgressFollows();
        assertThat(report.tables().get(1).differences())
                .as(report.text())
                .containsExactly(new Difference(Kind.DUPLICATE, "part=p1, id=10", List.of()));
    }

    @Test
    void aLetterThatIsNotTheRowOfItsKeyAnyMoreIsADifference() throws Exception {
        Lsn lsn = source.position();
        source.copy(lsn, VerifierSource.HONEST, without(10));
        letters("= 10", lsn);
        source.execute("update others set note = 'newer' where id = 10");
        VerifyReport report = source.verifyWhileProgressFollows();
        assertThat(report.tables().get(1).differences())
                .as(report.text())
                .containsExactly(new Difference(Kind.DIFFERENT, "part=p1, id=10", List.of("note")));
    }

    @Test
    void lettersOfALaterPositionDoNotCount() throws Exception {
        Lsn lsn = source.position();
        source.copy(lsn, VerifierSource.HONEST, without(10));
        letters("= 10", new Lsn(lsn.value() + (1L << 40)));
        VerifyReport report = source.verifyWhileProgressFollows();
        assertThat(report.tables().get(1).differences())
                .as(report.text())
                .containsExactly(new Difference(Kind.MISSING, "part=p1, id=10", List.of()));
    }

    @Test
    void aTextBesideItsColumnIsTheValueOfTheColumn() throws Exception {
        source.execute("create table dated (id int primary key, day date)");
        source.execute("insert into dated values (1, 'infinity'), (2, '-infinity'), (3, '2026-01-02'), (4, null)");
        Lsn lsn = source.position();
        source.copy(lsn, VerifierSource.HONEST, VerifierSource.HONEST);
        assertThat(verifyDated(lsn, "case when not isfinite(day) then day::text end")
                        .equal())
                .isTrue();
        // The negative controls: another text, none, and both a value and a text.
        assertThat(differingKeys(verifyDated(lsn, "case when not isfinite(day) then 'infinity' end")))
                .containsExactly("id=2");
        assertThat(differingKeys(verifyDated(lsn, "null::text"))).containsExactly("id=1", "id=2");
        assertThat(differingKeys(verifyDated(lsn, "case when id <> 4 then day::text end")))
                .containsExactly("id=3");
    }

    private VerifyReport verifyDated(Lsn lsn, String special) throws Exception {
        source.copier()
                .copy(
                        "dated",
                        "id, case when isfinite(day) then day end as day, " + special + " as day__special",
                        lsn,
                        VerifierSource.HONEST);
        Verifier verifier = new Verifier(source.specWith("dated"));
        return source.whileProgressFollows(CompletableFuture.supplyAsync(() -> verifier.verify(
                source.lake, new VerifyOptions(VerifierSource.PATIENT.waitForLake(), List.of("dated"), 20))));
    }

    private static List<String> differingKeys(VerifyReport report) {
        return report.tables().getFirst().differences().stream()
                .map(Difference::key)
                .toList();
    }

    private static Consumer<List<Record>> without(Integer... ids) {
        return rows -> rows.removeIf(row -> List.of(ids).contains(row.getField("id")));
    }

    private void letters(String ids, Lsn lsn) throws Exception {
        source.copier().copyInto("_sluice", "dead_letters_" + VerifierSource.NAME, LETTERS.formatted(ids), lsn);
    }
}
