package dev.sluice.verify;

import static org.awaitility.Awaitility.await;

import dev.sluice.e2e.SharedStack;
import dev.sluice.e2e.pipeline.TestPipeline;
import dev.sluice.lake.Advance;
import dev.sluice.lake.LakeCatalog;
import dev.sluice.lake.LakeCommit;
import dev.sluice.lake.Position;
import dev.sluice.lake.Progress;
import dev.sluice.lake.ProgressRecord;
import dev.sluice.lake.testing.FaultyCatalog;
import dev.sluice.spec.Lsn;
import dev.sluice.spec.PipelineSpec;
import dev.sluice.spec.PipelineSpec.PostgresSourceSpec;
import dev.sluice.spec.PipelineSpec.TableSpec;
import dev.sluice.spec.Secret;
import dev.sluice.stack.LocalStack;
import dev.sluice.stack.StackServer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.data.Record;

/** A real source with the tables things and others, and a lake that a test fills and spoils by hand. */
final class VerifierSource implements AutoCloseable {
    static final String NAME = "verifier";
    private static final String RUN = "verifier source";
    static final VerifyOptions PATIENT = new VerifyOptions(Duration.ofSeconds(30), List.of(), 20);
    static final Consumer<List<Record>> HONEST = rows -> {};

    private final LocalStack stack = SharedStack.with(StackServer.POSTGRES);
    final PipelineSpec spec = TestPipeline.spec(
            stack,
            NAME,
            List.of(
                    new TableSpec("public", "things", List.of("secret")),
                    new TableSpec("public", "others", List.of())));
    private final FaultyCatalog catalog = new FaultyCatalog();
    final LakeCatalog lake = catalog.connect();
    private final Connection source;

    VerifierSource() throws SQLException {
        TestPipeline.createDatabase(stack, NAME);
        source = TestPipeline.connect(stack, NAME);
        execute(EveryType.TABLE);
        execute(EveryType.ROWS);
        execute("create table others (id int, part text, note text, primary key (part, id))");
        execute("insert into others select i, 'p' || i % 3, repeat('x', i) from generate_series(1, 500) i");
        execute("create publication sluice_verifier for table things (" + EveryType.PUBLISHED + "), others");
        lake.rest().createNamespace(Namespace.of("bronze"));
    }

    void copy(Lsn lsn, Consumer<List<Record>> tamperThings, Consumer<List<Record>> tamperOthers) throws Exception {
        SimpleCopier copier = new SimpleCopier(source, lake, NAME);
        copier.copy("things", EveryType.PUBLISHED, lsn, tamperThings);
        copier.copy("others", "*", lsn, tamperOthers);
    }

    SimpleCopier copier() {
        return copier(NAME);
    }

    SimpleCopier copier(String pipeline) {
        return new SimpleCopier(source, lake, pipeline);
    }

    /** The same pipeline read by another user. */
    PipelineSpec specAs(String user, String password) {
        return spec(user, new Secret(password), spec.postgres().tables());
    }

    /** The pipeline with more tables, of which the lake has nothing. */
    PipelineSpec specWith(String... tables) {
        List<TableSpec> all = new ArrayList<>(spec.postgres().tables());
        all.addAll(TestPipeline.tables(tables));
        return spec(spec.postgres().user(), spec.postgres().password(), all);
    }

    private PipelineSpec spec(String user, Secret password, List<TableSpec> tables) {
        PostgresSourceSpec source = spec.postgres();
        return new PipelineSpec(
                spec.pipeline(),
                spec.catalog(),
                new PostgresSourceSpec(
                        source.host(), source.port(), source.database(), user, password, source.sslMode(), tables),
                spec.commitIntervalMillis(),
                spec.parallelism(),
                spec.hot(),
                spec.models(),
                spec.upkeep());
    }

    Table table(String name) {
        return lake.load(lake.bronze(name));
    }

    VerifyReport verify(VerifyOptions options) {
        return verifier().verify(lake, options);
    }

    Verifier verifier() {
        return new Verifier(spec);
    }

    /** The source is quiet, so a progress at any later position is true. */
    VerifyReport verifyWhileProgressFollows() throws Exception {
        return whileProgressFollows(CompletableFuture.supplyAsync(() -> verify(PATIENT)));
    }

    VerifyReport whileProgressFollows(CompletableFuture<VerifyReport> verdict) throws Exception {
        while (!verdict.isDone()) {
            progress(position());
            TimeUnit.MILLISECONDS.sleep(50);
        }
        return verdict.get();
    }

    /** Returns when the verification has its view of the source and waits for the lake. */
    CompletableFuture<VerifyReport> beginVerifying() {
        CompletableFuture<VerifyReport> verdict = CompletableFuture.supplyAsync(() -> verify(PATIENT));
        await().atMost(Duration.ofSeconds(20)).until(() -> Long.parseLong(text("""
                select count(*) from pg_stat_activity
                where application_name = 'sluice-verify' and state = 'idle in transaction' and backend_xmin is not null
                """)) > 0);
        return verdict;
    }

    /** Another session of the application. */
    Connection connection() throws SQLException {
        return TestPipeline.connect(stack, NAME);
    }

    void progress(Lsn lsn) {
        Progress progress = new Progress(lake, NAME);
        progress.claim(RUN, false);
        Optional<Position> from = progress.read().map(ProgressRecord::position);
        new LakeCommit(lake, LakeCommit.Bounds.DEFAULT)
                .commit(List.of(), Optional.of(new Advance(progress, RUN, from, Position.of(lsn))))
                .orThrow();
    }

    /** Every commit record so far begins before the returned position. */
    Lsn position() throws SQLException {
        return new Lsn(
                Lsn.parse(text("select pg_current_wal_insert_lsn()::text")).value() - 1);
    }

    /** Slots of a verification in this database. */
    long slots() throws SQLException {
        return Long.parseLong(text("select count(*) from pg_replication_slots where slot_name like 'sluice_verify%'"));
    }

    String text(String query) throws SQLException {
        try (Statement statement = source.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getString(1);
        }
    }

    void execute(String sql) throws SQLException {
        try (Statement statement = source.createStatement()) {
            statement.execute(sql);
        }
    }

    @Override
    public void close() throws Exception {
        source.close();
        lake.close();
        catalog.close();
    }
}
