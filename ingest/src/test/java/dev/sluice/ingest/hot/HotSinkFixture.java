package dev.sluice.ingest.hot;

import dev.sluice.clickhouse.server.RunningServer;
import dev.sluice.ingest.row.Batch;
import dev.sluice.ingest.sink.TestLake;
import dev.sluice.ingest.table.ColumnType;
import dev.sluice.ingest.table.ColumnType.Scalar;
import dev.sluice.ingest.table.SourceTable;
import dev.sluice.ingest.table.SourceTable.SourceColumn;
import dev.sluice.lake.testing.FaultyCatalog;
import dev.sluice.spec.PipelineSpec.HotSpec;
import dev.sluice.spec.Secret;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.SimpleCounter;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A writer of the hot sink, and the real engine that it writes to; each test has a database of its own. */
abstract class HotSinkFixture {
    @TempDir
    static Path folder;

    static RunningServer server;
    private static int databases;

    final ManualTime time = new ManualTime();
    final Counter written = new SimpleCounter();
    final Counter omitted = new SimpleCounter();
    String database;
    HotWriter writer;
    TestLake lake;
    HotBounds bounds = new HotBounds(4 << 20, 64 << 20, 60_000);

    @BeforeAll
    static void startServer() throws Exception {
        server = RunningServer.start(folder);
    }

    @AfterAll
    static void stopServer() throws Exception {
        server.close();
    }

    @BeforeEach
    void newDatabase() {
        database = "hot" + databases++;
    }

    HotSpec spec(String url) {
        return new HotSpec(
                url,
                RunningServer.USER,
                new Secret(RunningServer.PASSWORD),
                database,
                List.of("t", "u"),
                Optional.empty(),
                Duration.ofDays(8),
                250);
    }

    @AfterEach
    void closeWriterAndLake() throws Exception {
        closeWriter();
        if (lake != null) {
            lake.close();
            lake = null;
        }
    }

    void closeWriter() throws InterruptedException {
        if (writer != null) {
            writer.close();
            writer = null;
        }
    }

    /** A new job: the stream begins with the first change of all. */
    HotWriter open(SourceTable... tables) throws Exception {
        return open(0, tables);
    }

    /** A new job, to which the source gives the changes after a position. */
    HotWriter open(long firstAfter, SourceTable... tables) throws Exception {
        closeWriter();
        lake = lake == null ? new TestLake(tables) : lake;
        FaultyCatalog catalog = lake.server;
        writer = HotSink.writer(
                List.of(tables),
                spec(server.url()),
                () -> new HotLake(catalog.connect(), TestLake.PIPELINE),
                bounds,
                time::getCurrentProcessingTime,
                written,
                omitted);
        long[] all = new long[tables.length];
        java.util.Arrays.fill(all, firstAfter);
        writer.write(new Batch.Start(all), null);
        return writer;
    }

    static SourceTable table(String name, List<Integer> keys, SourceColumn... columns) {
        return new SourceTable("1", "public", name, List.of(columns), keys, false);
    }

    static SourceColumn column(String name, boolean notNull, ColumnType type) {
        return new SourceColumn(name, notNull, type);
    }

    /** id, a text that may be unchanged, another one. */
    static SourceTable simple() {
        return table(
                "t",
                List.of(0),
                column("id", true, Scalar.INTEGER),
                column("toast", false, Scalar.TEXT),
                column("v", false, Scalar.TEXT));
    }

    static byte[][] row(int id, byte[] toast, String v) {
        return new byte[][] {BatchBuilder.int4(id), toast, BatchBuilder.text(v)};
    }

    static byte[][] key(int id) {
        return new byte[][] {BatchBuilder.int4(id), null, null};
    }

    long nowMicros() {
        return time.getCurrentProcessingTime() * 1000;
    }

    void send(BatchBuilder batch) {
        writer.write(batch.changes(0, nowMicros(), false), null);
    }

    /** A sign that everything up to a position has come. */
    void progress(long lsn) {
        writer.write(new Batch.Progress(lsn, nowMicros()), null);
    }

    String progressOf(String table) throws Exception {
        return server.sql(
                "SELECT lsn FROM " + database + "._sluice_progress FINAL WHERE table = '" + table + "' FORMAT TSV");
    }

    String stateOf(String table) throws Exception {
        return server.sql("SELECT trimBoth(concat(state, ' ', reason)) FROM " + database
                + "._sluice_progress FINAL WHERE table = '" + table + "' FORMAT TSV");
    }

    String rows() throws Exception {
        return server.sql("SELECT id, toast, v FROM " + database + ".t FINAL ORDER BY id FORMAT TSV");
    }
}
