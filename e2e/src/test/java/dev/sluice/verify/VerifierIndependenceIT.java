package dev.sluice.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.spec.Lsn;
import dev.sluice.spec.PipelineSpec.TableSpec;
import dev.sluice.spec.errors.SluiceException;
import dev.sluice.verify.VerifyReport.Difference;
import dev.sluice.verify.VerifyReport.Kind;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
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
        assertThat(report.state()).isEqualTo(VerifyReport.State.DIFFERENT);
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
    void aTruncationBeyondTheLakesPositionMakesItRefuseInsteadOfSeeingAnEmptyTable() throws Exception {
        source.copy(source.position(), VerifierSource.HONEST, VerifierSource.HONEST);
        CompletableFuture<VerifyReport> verdict = source.beginVerifying();
        Lsn reached = source.position();
        source.execute("truncate others");
        source.progress(reached);
        assertThatThrownBy(() -> verdict.get(60, TimeUnit.SECONDS))
                .hasMessageContaining("E1202")
                .hasMessageContaining("public.others was altered, truncated or rewritten");
    }

    @Test
    void aSessionThatWaitsToLockATableThatIsReadIsGivenWayTo() throws Exception {
        source.execute(
                "create table wide as select i as id, repeat('w', 1000) as note from generate_series(1, 40000) i;"
                        + " alter table wide add primary key (id)");
        SourceConnections connections = new SourceConnections(source.spec.postgres());
        ComparedTable wide;
        try (Connection connection = connections.query()) {
            wide = TableShapes.read(connection, new TableSpec("public", "wide", List.of()));
        }
        try (SourcePoint point = SourcePoint.create(connections, new TestDecodingFeed(TestDecodingFeed.PLUGIN))) {
            CountDownLatch reads = new CountDownLatch(1);
            CountDownLatch truncated = new CountDownLatch(1);
            // A reader that has only begun: the server holds the lock until it is told to end.
            CompletableFuture<Void> reading =
                    CompletableFuture.runAsync(() -> point.rows().read(wide, row -> waitFor(reads, truncated)));
            assertThat(reads.await(20, TimeUnit.SECONDS)).isTrue();
            long begun = System.nanoTime();
            source.execute("set lock_timeout = '5s'; truncate wide");
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(3));
            truncated.countDown();
            assertThatThrownBy(() -> reading.get(20, TimeUnit.SECONDS))
                    .hasMessageContaining("E1202")
                    .hasMessageContaining("gave way");
        }
    }

    private static void waitFor(CountDownLatch reads, CountDownLatch truncated) {
        reads.countDown();
        try {
            truncated.await(20, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A server that waits for the end of a transaction does not notice that its client has gone. */
    @Test
    void noSlotIsLeftBehindWhereATransactionStaysOpen() throws Exception {
        SourceConnections connections = new SourceConnections(source.spec.postgres());
        try (Connection busy = source.connection()) {
            busy.setAutoCommit(false);
            try (Statement statement = busy.createStatement()) {
                statement.execute("update others set note = 'open' where id = 1");
            }
            assertThatThrownBy(() -> SourcePoint.create(
                            connections, new TestDecodingFeed(TestDecodingFeed.PLUGIN), Duration.ofSeconds(3)))
                    .isInstanceOf(SluiceException.class)
                    .hasMessageContaining("E1202")
                    .hasMessageContaining("temporary replication slot");
            await().atMost(Duration.ofSeconds(5)).until(() -> source.slots() == 0);
            busy.rollback();
        }
    }
}
