package dev.sluice.ingest.hot;

import dev.sluice.clickhouse.server.RunningServer;
import dev.sluice.ingest.table.ColumnType;
import dev.sluice.ingest.table.ColumnType.Scalar;
import dev.sluice.ingest.table.SourceTable;
import dev.sluice.ingest.table.SourceTable.SourceColumn;
import dev.sluice.spec.PipelineSpec.HotSpec;
import dev.sluice.spec.Secret;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.SimpleCounter;
import org.junit.jupiter.api.AfterAll;
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

    HotWriter open(SourceTable... tables) {
        HotSpec hot = spec(server.url());
        ClickHouseClient client = new ClickHouseClient(hot, 2_000);
        List<String> names =
                java.util.Arrays.stream(tables).map(SourceTable::name).toList();
        HotProgress progress = new HotProgress(client, hot, names);
        HotBuffer[] buffers = new HotBuffer[tables.length];
        HotTables store = new HotTables(hot, client);
        store.createDatabase();
        progress.create();
        for (int i = 0; i < tables.length; i++) {
            if (hot.tables().contains(names.get(i))) {
                HotTable table = new HotTable(tables[i], database);
                store.create(table);
                buffers[i] = new HotBuffer(table);
            }
        }
        return writer = new HotWriter(client, buffers, progress, time, 250, written, omitted);
    }

    static SourceTable table(String name, List<Integer> keys, SourceColumn... columns) {
        return new SourceTable(1, "public", name, List.of(columns), keys, false);
    }

    static SourceColumn column(String name, boolean notNull, ColumnType type) {
        return new SourceColumn(name, 0, -1, notNull, type);
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

    String rows() throws Exception {
        return server.sql("SELECT id, toast, v FROM " + database + ".t FINAL ORDER BY id FORMAT TSV");
    }
}
