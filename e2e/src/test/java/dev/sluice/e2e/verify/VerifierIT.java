package dev.sluice.e2e.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.e2e.SharedStack;
import dev.sluice.e2e.pipeline.TestPipeline;
import dev.sluice.e2e.verify.VerifyReport.Difference;
import dev.sluice.e2e.verify.VerifyReport.Kind;
import dev.sluice.lake.LakeCatalog;
import dev.sluice.lake.Position;
import dev.sluice.lake.Progress;
import dev.sluice.lake.testing.FaultyCatalog;
import dev.sluice.spec.Lsn;
import dev.sluice.spec.PipelineSpec;
import dev.sluice.spec.PipelineSpec.TableSpec;
import dev.sluice.spec.errors.SluiceException;
import dev.sluice.stack.LocalStack;
import dev.sluice.stack.StackServer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.data.Record;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The checker against a real source and a lake that a test fills and spoils by hand: what it finds, and what it does not. */
final class VerifierIT {
    private static final String NAME = "verifier";
    private static final VerifyOptions PATIENT = new VerifyOptions(Duration.ofSeconds(30), List.of(), 20);
    private static final Consumer<List<Record>> HONEST = rows -> {};

    private final LocalStack stack = SharedStack.with(StackServer.POSTGRES);
    private final PipelineSpec spec = TestPipeline.spec(
            stack,
            NAME,
            List.of(
                    new TableSpec("public", "things", List.of("secret")),
                    new TableSpec("public", "others", List.of())));
    private final FaultyCatalog catalog = new FaultyCatalog();
    private final LakeCatalog lake = catalog.connect();
    private Connection source;

    @BeforeEach
    void prepare() throws SQLException {
        TestPipeline.createDatabase(stack, NAME);
        source = TestPipeline.connect(stack, NAME);
        execute(EveryType.TABLE);
        execute(EveryType.ROWS);
        execute("create table others (id int, part text, note text, primary key (part, id))");
        execute("insert into others select i, 'p' || i % 3, repeat('x', i) from generate_series(1, 500) i");
        execute("create publication sluice_verifier for table things (" + EveryType.PUBLISHED + "), others");
        lake.rest().createNamespace(Namespace.of("bronze"));
    }

    @AfterEach
    void close() throws Exception {
        source.close();
        lake.close();
        catalog.close();
    }

    @Test
    void findsEqualWhatIsEqual() throws Exception {
        Lsn lsn = position();
        copy(lsn, HONEST, HONEST);
        VerifyReport report = verifyWhileProgressFollows();
        assertThat(report.text()).contains("EQUAL");
        assertThat(report.equal()).as(report.text()).isTrue();
        assertThat(report.exitCode()).isZero();
        assertThat(report.tables())
                .extracting(VerifyReport.TableReport::rowsLake)
                .containsExactly(1_007L, 500L);
        assertThat(report.json()).contains("\"equal\" : true");
        await().atMost(Duration.ofSeconds(10)).until(() -> slots() == 0);
    }

    @Test
    void namesAMissingAnExtraAnAlteredAndADoubledRow() throws Exception {
        copy(
                position(),
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
                HONEST);
        VerifyReport report = verifyWhileProgressFollows();
        assertThat(report.exitCode()).isEqualTo(1);
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
        copy(position(), HONEST, rows -> {
            Object note = rows.get(10).getField("note");
            rows.get(10).setField("note", rows.get(20).getField("note"));
            rows.get(20).setField("note", note);
        });
        VerifyReport report = verifyWhileProgressFollows();
        assertThat(report.tables().get(1).differences())
                .extracting(Difference::kind)
                .containsExactly(Kind.DIFFERENT, Kind.DIFFERENT);
    }

    @Test
    void refusesAnExcludedColumnThatReachedTheLake() throws Exception {
        new SimpleCopier(source, lake, NAME).copy("things", "*", position(), HONEST);
        new SimpleCopier(source, lake, NAME).copy("others", "*", position(), HONEST);
        VerifyReport report = verifyWhileProgressFollows();
        assertThat(report.equal()).isFalse();
        assertThat(report.tables().get(0).problem()).contains("secret");
    }

    @Test
    void comparesAtTheLakesPositionThoughTheSourceMovesOn() throws Exception {
        CompletableFuture<VerifyReport> verdict = beginVerifying();
        changeEverything();
        Lsn lsn = position();
        copy(lsn, HONEST, HONEST);
        execute("update others set note = 'beyond the lake'");
        execute("delete from things where id > 900");
        execute("insert into others values (0, 'later', null)");
        progress(lsn);
        VerifyReport report = verdict.get(60, TimeUnit.SECONDS);
        assertThat(report.equal()).as(report.text()).isTrue();
        assertThat(report.lsn()).isEqualTo(lsn);
        assertThat(report.changesReplayed()).isGreaterThan(300);
    }

    @Test
    void keepsATruncationAwayThatItsSnapshotWouldSee() throws Exception {
        copy(position(), HONEST, HONEST);
        CompletableFuture<VerifyReport> verdict = beginVerifying();
        assertThatThrownBy(() -> execute("set lock_timeout = 200; truncate others"))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("lock timeout");
        progress(position());
        VerifyReport report = verdict.get(60, TimeUnit.SECONDS);
        assertThat(report.equal()).as(report.text()).isTrue();
    }

    @Test
    void seesAStampThatIsOneTransactionAheadOfItsContent() throws Exception {
        CompletableFuture<VerifyReport> verdict = beginVerifying();
        copy(position(), HONEST, HONEST);
        execute("update others set note = 'not copied' where id = 7");
        progress(position());
        VerifyReport report = verdict.get(60, TimeUnit.SECONDS);
        assertThat(report.tables().get(1).differences())
                .containsExactly(new Difference(Kind.DIFFERENT, "part=p1, id=7", List.of("note")));
    }

    @Test
    void saysThatThePipelineIsBehind() throws Exception {
        copy(position(), HONEST, HONEST);
        VerifyOptions hasty = new VerifyOptions(Duration.ofSeconds(1), List.of(), 20);
        assertThatThrownBy(() -> verify(hasty))
                .isInstanceOf(SluiceException.class)
                .hasMessageContaining("E1202")
                .hasMessageContaining("did not bring the lake to");
        await().atMost(Duration.ofSeconds(10)).until(() -> slots() == 0);
    }

    /** Inserts, updates, deletes, key changes, an unchanged TOAST value, and a row that comes and goes and comes. */
    private void changeEverything() throws SQLException {
        execute("update others set note = note || '!' where id % 2 = 0");
        execute("delete from others where id between 30 and 40");
        execute("update others set part = 'moved', id = id + 1000 where id between 50 and 60");
        execute("begin; insert into others values (9, 'new', 'a'); delete from others where part = 'new';"
                + " insert into others values (9, 'new', ''); commit");
        execute("update things set n = n + 1 where long_text is not null");
        execute("update things set id = id + 100000, n = n + 1 where long_text is not null and id % 2 = 0");
        execute("update things set secret = 'changed' where id < 50");
        execute("begin; delete from others where id = 70; rollback");
        execute("insert into things select id + 2000000, b, s from things where id < 20"
                .replace(", b, s", ", b, s")
                .replace("into things", "into things (id, b, s)"));
    }

    private static Record row(List<Record> rows, long id) {
        return rows.stream()
                .filter(row -> row.getField("id").equals(id))
                .findFirst()
                .orElseThrow();
    }

    private void copy(Lsn lsn, Consumer<List<Record>> tamperThings, Consumer<List<Record>> tamperOthers)
            throws Exception {
        SimpleCopier copier = new SimpleCopier(source, lake, NAME);
        copier.copy("things", EveryType.PUBLISHED, lsn, tamperThings);
        copier.copy("others", "*", lsn, tamperOthers);
    }

    private VerifyReport verify(VerifyOptions options) {
        return new Verifier(spec).verify(lake, options);
    }

    /** The source is quiet, so a progress at any later position is true. */
    private VerifyReport verifyWhileProgressFollows() throws Exception {
        CompletableFuture<VerifyReport> verdict = CompletableFuture.supplyAsync(() -> verify(PATIENT));
        await().atMost(Duration.ofSeconds(20)).until(() -> slots() == 1 || verdict.isDone());
        while (!verdict.isDone()) {
            progress(position());
            TimeUnit.MILLISECONDS.sleep(50);
        }
        return verdict.get();
    }

    /** Returns when the verification has its view of the source and waits for the lake. */
    private CompletableFuture<VerifyReport> beginVerifying() {
        CompletableFuture<VerifyReport> verdict = CompletableFuture.supplyAsync(() -> verify(PATIENT));
        await().atMost(Duration.ofSeconds(20)).until(() -> Long.parseLong(text("""
                                select count(*) from pg_locks l join pg_stat_activity a using (pid)
                                where a.application_name = 'sluice-verify' and l.relation = 'others'::regclass
                                """)) > 0);
        return verdict;
    }

    private void progress(Lsn lsn) {
        new Progress(lake, NAME).record(Position.of(lsn));
    }

    /** Every commit record so far begins before the returned position. */
    private Lsn position() throws SQLException {
        return new Lsn(
                Lsn.parse(text("select pg_current_wal_insert_lsn()::text")).value() - 1);
    }

    private long slots() throws SQLException {
        return Long.parseLong(
                text(
                        "select count(*) from pg_replication_slots where slot_name like 'sluice_verify%' and confirmed_flush_lsn is not null"));
    }

    private String text(String query) throws SQLException {
        try (Statement statement = source.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getString(1);
        }
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = source.createStatement()) {
            statement.execute(sql);
        }
    }
}
