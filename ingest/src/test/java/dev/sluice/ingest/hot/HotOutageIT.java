package dev.sluice.ingest.hot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.clickhouse.server.RunningServer;
import dev.sluice.ingest.row.Batch;
import dev.sluice.ingest.sink.TestLake;
import dev.sluice.ingest.table.SourceTable;
import dev.sluice.lake.HotStaleness;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** ClickHouse away, and hot tables filled from the lake: one source feeds the real lake sink and the real hot sink. */
class HotOutageIT extends HotSinkFixture {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final SourceTable table = simple();
    private final Random random = new Random(20261128);
    /** What the source holds. */
    private final Map<Integer, String[]> source = new TreeMap<>();

    private long lsn = 1_000;

    @Test
    void theLakeGoesOnWhileClickHouseIsAwayAndTheHotStoreCatchesUpFromTheLakeByItself() throws Exception {
        bounds = new HotBounds(16 << 10, 64 << 10, 2_000);
        open(table);
        traffic(50);
        writer.flush(false);
        assertSame();
        String complete = progressOf("t");

        server.kill();
        assertThatThrownBy(this::rows).as("the fault fired").isInstanceOf(IOException.class);
        for (int i = 0; i < 40; i++) {
            String before = lakePosition();
            traffic(10);
            writer.flush(false);
            assertThat(lakePosition()).as("the lake goes on").isNotEqualTo(before);
        }
        await().atMost(LIMIT).until(() -> HotStaleness.of(lake.table(table)).isPresent());
        assertThat(HotStaleness.of(lake.table(table)).orElseThrow().since())
                .as("since when")
                .isEqualTo(new dev.sluice.spec.Lsn(Long.parseUnsignedLong(complete)).toString());

        server = RunningServer.start(folder, server.port());
        assertThat(rows()).as("nothing of the outage is there yet").isNotEqualTo(text());
        untilLive();
        assertSame();
        assertThat(lakeRows().equals(text())).as("the lake equals the source").isTrue();
        await().atMost(LIMIT).until(() -> HotStaleness.of(lake.table(table)).isEmpty());
    }

    @Test
    void whatIsBufferedDuringAShortOutageArrivesWithoutTheLake() throws Exception {
        bounds = new HotBounds(16 << 10, 64 << 20, 2_000);
        open(table);
        traffic(20);
        writer.flush(false);
        server.kill();
        lake.server.close();
        for (int i = 0; i < 200; i++) {
            hotTraffic(1);
        }
        server = RunningServer.start(folder, server.port());
        await().atMost(LIMIT).ignoreExceptions().until(() -> progressOf("t").equals(Long.toString(lsn)));
        assertSame();
    }

    @Test
    void aTableMadeHotLaterBeginsWithWhatTheLakeHolds() throws Exception {
        lake = new TestLake(table);
        for (int i = 0; i < 30; i++) {
            lakeTraffic();
        }
        assertThat(source).isNotEmpty();
        open(lsn, table);
        progress(lsn);
        untilLive();
        assertSame();
    }

    @Test
    void aRebuildUnderTrafficEndsEqualToTheSource() throws Exception {
        open(table);
        traffic(200);
        writer.flush(false);
        server.sql("ALTER TABLE " + database + ".t DELETE WHERE id % 2 = 0 SETTINGS mutations_sync = 1");
        server.sql("INSERT INTO " + database + ".t (id, _version, _deleted, _commit_time, v) VALUES "
                + "(999, bitShiftLeft(toUInt128(18446744073709551614), 64), 0, now64(6), 'forged')");
        assertThat(rows()).isNotEqualTo(text());
        HotRebuild rebuild = new HotRebuild(spec(server.url()));
        for (int round = 0; round < 3; round++) {
            rebuild.request(List.of("t"));
            assertThat(rebuild.standings()).singleElement().matches(HotRebuild.Standing::isRequested);
            await().pollInterval(Duration.ofMillis(20)).atMost(LIMIT).until(() -> {
                traffic(5);
                return !rebuild.standings().get(0).isRequested();
            });
            traffic(20);
            writer.flush(false);
            assertSame();
        }
        assertThat(stateOf("t")).isEqualTo("live");
    }

    @Test
    void aTableOfAnEarlierVersionIsReplacedByOneThatTheLakeFills() throws Exception {
        server.sql("CREATE DATABASE " + database);
        server.sql(
                "CREATE TABLE " + database + ".t (id Int32, toast Nullable(String), v Nullable(String), _lsn UInt64, "
                        + "_deleted UInt8, _commit_time DateTime64(6, 'UTC')) ENGINE = ReplacingMergeTree(_lsn, _deleted) "
                        + "PARTITION BY toYYYYMMDD(_commit_time) ORDER BY (id)");
        server.sql("INSERT INTO " + database + ".t VALUES (999, '', 'gone since', 5, 0, now64(6))");
        open(lsn, table);
        traffic(20);
        untilLive();
        assertSame();
    }

    @Test
    void aJobThatBeginsBehindWhatTheHotStoreHoldsKeepsItAndOneThatBeginsBeyondFillsIt() throws Exception {
        open(table);
        traffic(20);
        writer.flush(false);
        open(lsn - 5, table);
        progress(lsn);
        writer.flush(false);
        assertThat(stateOf("t")).isEqualTo("live");
        closeWriter();
        for (int i = 0; i < 10; i++) {
            lakeTraffic();
        }
        open(lsn, table);
        progress(lsn);
        writer.flush(false);
        untilLive();
        assertSame();
    }

    /** Traffic goes on: the lake moves, and so the refill ends. */
    private void untilLive() {
        await().pollInterval(Duration.ofMillis(100))
                .atMost(LIMIT)
                .ignoreExceptions()
                .until(() -> {
                    traffic(2);
                    writer.flush(false);
                    return stateOf("t").equals("live") && progressOf("t").equals(Long.toString(lsn));
                });
    }

    /** Transactions for both; the lake has committed them afterwards. */
    private void traffic(int transactions) throws Exception {
        for (int i = 0; i < transactions; i++) {
            Batch batch = transaction().changes(0, nowMicros(), false);
            writer.write(batch, null);
            lake.write(batch);
        }
        progress(lsn);
        lake.write(new Batch.Progress(lsn, nowMicros()));
        lake.commitCut();
    }

    private void hotTraffic(int transactions) {
        for (int i = 0; i < transactions; i++) {
            send(transaction());
        }
        progress(lsn);
    }

    private void lakeTraffic() throws Exception {
        lake.write(transaction().changes(0, nowMicros(), false));
        lake.write(new Batch.Progress(lsn, nowMicros()));
        lake.commitCut();
    }

    private BatchBuilder transaction() {
        lsn += 10;
        BatchBuilder batch = new BatchBuilder();
        for (int n = 3; n >= 0; n--) {
            int id = random.nextInt(60);
            String v = "v" + random.nextInt(1000);
            String[] now = source.get(id);
            if (now == null) {
                String toast = "toast".repeat(9) + random.nextInt(1000);
                batch.insert(lsn, row(id, BatchBuilder.text(toast), v));
                source.put(id, new String[] {toast, v});
            } else if (random.nextInt(3) == 0) {
                batch.delete(lsn, key(id));
                source.remove(id);
            } else {
                batch.update(lsn, null, row(id, BatchBuilder.UNCHANGED, v));
                source.put(id, new String[] {now[0], v});
            }
        }
        if (random.nextInt(150) == 0) {
            batch.truncate(lsn);
            source.clear();
        }
        return batch;
    }

    private void assertSame() throws Exception {
        List<String> missing = new ArrayList<>(text().lines().toList());
        missing.removeAll(rows().lines().toList());
        List<String> more = new ArrayList<>(rows().lines().toList());
        more.removeAll(text().lines().toList());
        assertThat(missing).as("missing").isEmpty();
        assertThat(more).as("more").isEmpty();
    }

    private String lakePosition() {
        return new dev.sluice.lake.Progress(lake.catalog, TestLake.PIPELINE)
                .acknowledged()
                .map(Object::toString)
                .orElse("");
    }

    private String lakeRows() throws IOException {
        return lake.rows(table).stream()
                .sorted(java.util.Comparator.comparing(row -> (Integer) row.get(0)))
                .map(row -> row.stream().map(String::valueOf).collect(Collectors.joining("\t")))
                .collect(Collectors.joining("\n"));
    }

    private String text() {
        return source.entrySet().stream()
                .map(e -> e.getKey() + "\t" + e.getValue()[0] + "\t" + e.getValue()[1])
                .collect(Collectors.joining("\n"));
    }
}
