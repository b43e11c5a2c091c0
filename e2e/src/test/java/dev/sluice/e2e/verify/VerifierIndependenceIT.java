package dev.sluice.e2e.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.e2e.verify.VerifyReport.Difference;
import dev.sluice.e2e.verify.VerifyReport.Kind;
import dev.sluice.spec.errors.SluiceException;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The verification's own way of reading the source: nothing of it hangs on what the pipeline made there. */
final class VerifierIndependenceIT {
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
    void aPublicationThatLostATableDoesNotHideItsChanges() throws Exception {
        CompletableFuture<VerifyReport> verdict = source.beginVerifying();
        source.copy(source.position(), VerifierSource.HONEST, VerifierSource.HONEST);
        source.execute("alter publication sluice_verifier drop table others");
        source.execute("update others set note = 'unseen' where id = 7");
        source.progress(source.position());
        VerifyReport report = verdict.get(60, TimeUnit.SECONDS);
        assertThat(report.tables().get(1).differences())
                .as(report.text())
                .containsExactly(new Difference(Kind.DIFFERENT, "part=p1, id=7", List.of("note")));
        assertThat(report.exitCode()).isEqualTo(1);
    }

    @Test
    void aPublicationThatIsGoneDoesNotKeepTheVerificationFromAnAnswer() throws Exception {
        source.copy(source.position(), VerifierSource.HONEST, VerifierSource.HONEST);
        source.execute("drop publication sluice_verifier");
        VerifyReport report = source.verifyWhileProgressFollows();
        assertThat(report.equal()).as(report.text()).isTrue();
    }

    @Test
    void everyTypeIsComparedThroughTheReplayToo() throws Exception {
        CompletableFuture<VerifyReport> verdict = source.beginVerifying();
        source.execute("update things set b = not coalesce(b, false)");
        source.execute("update others set note = note || '!'");
        source.copy(source.position(), VerifierSource.HONEST, VerifierSource.HONEST);
        source.progress(source.position());
        VerifyReport report = verdict.get(60, TimeUnit.SECONDS);
        assertThat(report.equal()).as(report.text()).isTrue();
        assertThat(report.changesReplayed()).isGreaterThanOrEqualTo(1_507);
        assertThat(report.oracle()).isEqualTo("test_decoding");
    }

    @Test
    void aServerWithoutTestDecodingIsReadThroughAPublicationOfItsOwnAndTheReportSaysSo() throws Exception {
        source.copy(source.position(), VerifierSource.HONEST, VerifierSource.HONEST);
        source.execute("drop publication sluice_verifier");
        Verifier verifier = new Verifier(source.spec, "no_such_plugin");
        VerifyReport report = source.whileProgressFollows(
                CompletableFuture.supplyAsync(() -> verifier.verify(source.lake, VerifierSource.PATIENT)));
        assertThat(report.equal()).as(report.text()).isTrue();
        assertThat(report.text()).contains("E1204");
        assertThat(source.text("select count(*) from pg_publication")).isEqualTo("0");
    }

    @Test
    void aUserWhoMayNotMakeOneIsToldWhatIsMissing() throws Exception {
        source.copy(source.position(), VerifierSource.HONEST, VerifierSource.HONEST);
        source.execute("drop role if exists sluice_reader");
        source.execute("create role sluice_reader login replication password 'reader'");
        try {
            source.execute("grant select on all tables in schema public to sluice_reader");
            Verifier verifier = new Verifier(source.specAs("sluice_reader", "reader"), "no_such_plugin");
            assertThatThrownBy(() -> verifier.verify(source.lake, VerifierSource.PATIENT))
                    .isInstanceOf(SluiceException.class)
                    .hasMessageContaining("E1204")
                    .hasMessageContaining("contrib");
            // What it needs and no more: with test_decoding the same user gets an answer.
            Verifier usual = new Verifier(source.specAs("sluice_reader", "reader"));
            VerifyReport report = source.whileProgressFollows(
                    CompletableFuture.supplyAsync(() -> usual.verify(source.lake, VerifierSource.PATIENT)));
            assertThat(report.equal()).as(report.text()).isTrue();
        } finally {
            source.execute("drop owned by sluice_reader");
            source.execute("drop role sluice_reader");
        }
    }

    @Test
    void aTruncationAfterTheLakesPositionIsNotSeen() throws Exception {
        source.copy(source.position(), VerifierSource.HONEST, VerifierSource.HONEST);
        CompletableFuture<VerifyReport> verdict = source.beginVerifying();
        source.progress(source.position());
        source.execute("truncate others");
        VerifyReport report = verdict.get(60, TimeUnit.SECONDS);
        assertThat(report.equal()).as(report.text()).isTrue();
    }
}
