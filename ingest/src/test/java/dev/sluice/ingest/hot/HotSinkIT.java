package dev.sluice.ingest.hot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.clickhouse.server.RunningServer;
import dev.sluice.ingest.row.Batch;
import dev.sluice.ingest.row.ChangeRows;
import dev.sluice.ingest.table.ColumnType;
import dev.sluice.ingest.table.ColumnType.Scalar;
import dev.sluice.spec.PipelineSpec.HotSpec;
import dev.sluice.spec.errors.SluiceException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The hot sink against the real engine. */
class HotSinkIT extends HotSinkFixture {
    private static final long DAY_MICROS = 86_400_000_000L;

    @Test
    void appliesInsertsUpdatesDeletesAndKeyChanges() throws Exception {
        open(simple());
        send(new BatchBuilder()
                .insert(10, row(1, BatchBuilder.text("a"), "x"))
                .insert(10, row(2, BatchBuilder.text("b"), ""))
                .insert(10, row(3, null, null)));
        writer.flush(false);
        assertThat(rows()).isEqualTo("1\ta\tx\n2\tb\t\n3\t\\N\t\\N");
        send(new BatchBuilder()
                .update(11, null, row(1, BatchBuilder.text("a2"), "x2"))
                .delete(11, key(2))
                .update(12, key(3), row(4, null, "moved")));
        writer.flush(false);
        assertThat(rows()).isEqualTo("1\ta2\tx2\n4\t\\N\tmoved");
        send(new BatchBuilder().insert(13, row(2, null, "again")));
        writer.flush(false);
        assertThat(rows()).isEqualTo("1\ta2\tx2\n2\t\\N\tagain\n4\t\\N\tmoved");
    }

    @Test
    void theLastOfTwoChangesInOneTransactionWinsAcrossFlushesAndDays() throws Exception {
        open(simple());
        for (String v : List.of("one", "two", "three")) {
            send(new BatchBuilder().update(20, null, row(1, null, v)));
            writer.flush(false);
            assertThat(rows()).isEqualTo("1\t\\N\t" + v);
        }
        // The next transaction commits a day earlier by the source's clock: versions count, not times.
        writer.write(
                new BatchBuilder().update(21, null, row(1, null, "later")).changes(0, nowMicros() - DAY_MICROS, false),
                null);
        writer.flush(false);
        assertThat(rows()).isEqualTo("1\t\\N\tlater");
        server.sql("OPTIMIZE TABLE " + database + ".t FINAL");
        assertThat(rows()).isEqualTo("1\t\\N\tlater");
    }

    @Test
    void anEarlierChangeOfATransactionThatIsStoredLateLosesToALaterOne() throws Exception {
        BatchBuilder first = new BatchBuilder().update(20, null, row(1, null, "first"));
        open(simple());
        send(first);
        writer.flush(false);
        send(new BatchBuilder().update(20, null, row(1, null, "second")));
        writer.flush(false);
        assertThat(rows()).isEqualTo("1\t\\N\tsecond");
        // As by a request that ClickHouse executes after its client has gone, or by a replay that is cut off.
        open(simple());
        send(first);
        writer.flush(false);
        assertThat(rows()).isEqualTo("1\t\\N\tsecond");
    }

    @Test
    void aTruncateThatIsExecutedLateLeavesNewerRows() throws Exception {
        open(simple());
        send(new BatchBuilder()
                .insert(10, row(1, null, "before"))
                .truncate(12)
                .insert(12, row(2, null, "same transaction"))
                .insert(13, row(3, null, "later")));
        writer.flush(false);
        open(simple());
        send(new BatchBuilder().truncate(12));
        writer.flush(false);
        assertThat(rows()).isEqualTo("2\t\\N\tsame transaction\n3\t\\N\tlater");
    }

    @Test
    void aReaderFindsTheStateOfThePositionThatIsToldAlthoughNewerRowsAreThere() throws Exception {
        open(simple());
        send(new BatchBuilder().insert(10, row(1, null, "old")).insert(10, row(2, null, "old")));
        progress(10);
        writer.flush(false);
        send(new BatchBuilder().update(11, null, row(1, null, "new")).delete(11, key(2)));
        writer.flush(false);
        assertThat(rows()).isEqualTo("1\t\\N\tnew");
        assertThat(progressOf("t")).isEqualTo("10");
        assertThat(server.sql("SELECT id, v FROM " + database + ".t FINAL PREWHERE _lsn <= (SELECT lsn FROM " + database
                        + "._sluice_progress FINAL WHERE table = 't') ORDER BY id"))
                .isEqualTo("1\told\n2\told");
        String mergedTooEarly =
                "SELECT countIf(_lsn > 10 AND splitByChar('_', _part)[2] != splitByChar('_', _part)[3]) FROM "
                        + database + ".t";
        assertThat(server.sql(mergedTooEarly)).as("the answer is exact").isEqualTo("0");
        server.sql("OPTIMIZE TABLE " + database + ".t FINAL");
        assertThat(server.sql(mergedTooEarly)).as("it would not be").isEqualTo("2");
    }

    @Test
    void eachTransactionOfABatchHasItsOwnCommitTime() throws Exception {
        open(simple());
        ChangeRows two = new BatchBuilder()
                .insert(10, row(1, null, "a"))
                .insert(11, row(2, null, "b"))
                .changes(0, 0, false);
        writer.write(
                new ChangeRows(
                        0,
                        11,
                        nowMicros(),
                        2,
                        two.bytes(),
                        two.newOffsets(),
                        two.oldOffsets(),
                        false,
                        two.operations(),
                        two.lsns(),
                        new long[] {nowMicros() - DAY_MICROS, nowMicros()}),
                null);
        writer.flush(false);
        assertThat(server.sql(
                        "SELECT dateDiff('second', min(_commit_time), max(_commit_time)) FROM " + database + ".t"))
                .isEqualTo("86400");
    }

    @Test
    void unchangedToastValuesComeFromTheBufferOrFromClickHouse() throws Exception {
        open(simple());
        send(new BatchBuilder()
                .insert(10, row(1, BatchBuilder.text("big one"), "a"))
                .insert(10, row(2, BatchBuilder.text("big two"), "a"))
                .insert(10, row(3, null, "a"))
                .update(11, null, row(1, BatchBuilder.UNCHANGED, "b")));
        writer.flush(false);
        assertThat(rows()).isEqualTo("1\tbig one\tb\n2\tbig two\ta\n3\t\\N\ta");
        send(new BatchBuilder()
                .update(12, null, row(1, BatchBuilder.UNCHANGED, "c"))
                .update(13, null, row(1, BatchBuilder.UNCHANGED, "d"))
                .update(13, key(2), row(5, BatchBuilder.UNCHANGED, "moved"))
                .update(14, null, row(5, BatchBuilder.UNCHANGED, "moved twice"))
                .update(14, null, row(3, BatchBuilder.UNCHANGED, "null stays")));
        writer.flush(false);
        assertThat(rows()).isEqualTo("1\tbig one\td\n3\t\\N\tnull stays\n5\tbig two\tmoved twice");
        assertThat(omitted.getCount()).isZero();
    }

    @Test
    void aRowWhoseUnchangedValueIsGoneIsLeftOutAndCounted() throws Exception {
        open(simple());
        send(new BatchBuilder()
                .update(12, null, row(1, BatchBuilder.UNCHANGED, "c"))
                .insert(12, row(2, null, "d")));
        writer.flush(false);
        assertThat(rows()).isEqualTo("2\t\\N\td");
        assertThat(omitted.getCount()).isEqualTo(1);
    }

    @Test
    void fullOldRowsFillUnchangedValues() throws Exception {
        open(simple());
        writer.write(
                new BatchBuilder()
                        .update(12, row(1, BatchBuilder.text("old"), "b"), row(1, BatchBuilder.UNCHANGED, "c"))
                        .changes(0, nowMicros(), true),
                null);
        writer.flush(false);
        assertThat(rows()).isEqualTo("1\told\tc");
    }

    @Test
    void truncateRemovesWhatCameBeforeAndMayBeRepeated() throws Exception {
        open(simple());
        Batch before = new BatchBuilder()
                .insert(10, row(1, null, "a"))
                .insert(12, row(2, null, "same transaction, before"))
                .truncate(12)
                .insert(12, row(3, null, "same transaction, after"))
                .insert(13, row(4, null, "b"))
                .changes(0, nowMicros(), false);
        for (int i = 0; i < 3; i++) {
            writer.write(before, null);
            writer.flush(false);
            assertThat(rows()).isEqualTo("3\t\\N\tsame transaction, after\n4\t\\N\tb");
        }
    }

    @Test
    void aLoadReplacesWhatAnUnfinishedLoadLeft() throws Exception {
        open(simple());
        writer.write(
                new BatchBuilder()
                        .insert(0, row(1, null, "first load"))
                        .insert(0, row(2, null, "gone since"))
                        .load(0, 50),
                null);
        writer.flush(false);
        writer.write(new BatchBuilder().insert(0, row(1, null, "second load")).load(0, 60), null);
        writer.flush(false);
        writer.write(new Batch.Loaded(60, nowMicros(), new int[] {0}, new long[] {1}), null);
        writer.flush(false);
        assertThat(rows()).isEqualTo("1\t\\N\tsecond load");
        assertThat(progressOf("t")).isEqualTo("60");
    }

    @Test
    void rowsOfALoadAreStoredWhenTheirChunkEnds() throws Exception {
        open(simple());
        writer.flush(false);
        writer.write(new BatchBuilder().insert(0, row(1, null, "a")).load(0, 50), null);
        assertThat(rows()).isEmpty();
        writer.write(new Batch.ChunkEnd(0, 50), null);
        assertThat(rows()).isEqualTo("1\t\\N\ta");
        assertThat(progressOf("t")).as("others may still load").isEmpty();
    }

    @Test
    void flushesByTimeAndTellsTheLsn() throws Exception {
        open(simple());
        send(new BatchBuilder().insert(10, row(1, null, "a")));
        progress(10);
        await().atMost(Duration.ofSeconds(30)).until(() -> progressOf("t").equals("10"));
        assertThat(rows()).isEqualTo("1\t\\N\ta");
        assertThat(stateOf("t")).isEqualTo("live");
    }

    @Test
    void everyTypeArrives() throws Exception {
        open(table(
                "t",
                List.of(1, 0),
                column("id", true, Scalar.INTEGER),
                column("name", true, Scalar.TEXT),
                column("b", false, Scalar.BOOLEAN),
                column("d", true, new ColumnType.Numeric(12, 2)),
                column("w", false, new ColumnType.Numeric(38, 10)),
                column("n", false, Scalar.NUMERIC_TEXT),
                column("u", false, Scalar.UUID),
                column("day", true, Scalar.DATE),
                column("at", false, Scalar.TIMESTAMPTZ),
                column("time", false, Scalar.TIME),
                column("j", false, Scalar.JSONB),
                column("ints", false, new ColumnType.Array(Scalar.INTEGER)),
                column("f", false, Scalar.DOUBLE)));
        byte[] uuid = java.util.HexFormat.of().parseHex("00112233445566778899aabbccddeeff");
        send(new BatchBuilder()
                .insert(
                        1,
                        BatchBuilder.int4(7),
                        BatchBuilder.text("ü"),
                        new byte[] {1},
                        ValueCodecTest.numeric(new java.math.BigDecimal("-12345.67"), 2),
                        ValueCodecTest.numeric(new java.math.BigDecimal("1234567890123456789012345678.0123456789"), 10),
                        ValueCodecTest.numeric(new java.math.BigDecimal("0.10"), 2),
                        uuid,
                        BatchBuilder.int4(0),
                        BatchBuilder.int8(1),
                        BatchBuilder.int8(86_399_999_999L),
                        BatchBuilder.text("\u0001{}"),
                        java.util.HexFormat.of()
                                .parseHex("000000010000000100000017000000020000000100000004" + "00000007ffffffff"),
                        BatchBuilder.int8(Double.doubleToLongBits(1.5)))
                .insert(
                        1,
                        BatchBuilder.int4(8),
                        BatchBuilder.text("nulls"),
                        null,
                        ValueCodecTest.numeric(java.math.BigDecimal.ZERO, 2),
                        null,
                        null,
                        null,
                        BatchBuilder.int4(Integer.MAX_VALUE),
                        BatchBuilder.int8(Long.MIN_VALUE),
                        null,
                        null,
                        null,
                        null));
        writer.flush(false);
        assertThat(server.sql("SELECT * EXCEPT (_version, _lsn, _deleted, _commit_time) FROM " + database
                        + ".t FINAL ORDER BY id"))
                .isEqualTo("7\tü\ttrue\t-12345.67\t1234567890123456789012345678.0123456789\t0.10\t"
                        + "00112233-4455-6677-8899-aabbccddeeff\t2000-01-01\t2000-01-01 00:00:00.000001\t86399999999\t{}\t"
                        + "[7,NULL]\tfalse\t1.5\n"
                        + "8\tnulls\t\\N\t0\t\\N\t\\N\t\\N\t\\N\t\\N\t\\N\t\\N\t[]\ttrue\t\\N");
        send(new BatchBuilder()
                .delete(
                        2,
                        BatchBuilder.int4(7),
                        BatchBuilder.text("ü"),
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null));
        writer.flush(false);
        assertThat(server.sql("SELECT id FROM " + database + ".t FINAL")).isEqualTo("8");
    }

    @Test
    void refusesATableThatIsNotItsOwnAndAdjustsTheRetention() throws Exception {
        open(simple());
        writer.flush(false);
        server.sql("ALTER TABLE " + database + ".t MODIFY TTL toDateTime(_commit_time) + toIntervalSecond(5)");
        HotSpec hot = spec(server.url());
        HotTables tables = new HotTables(hot, new ClickHouseClient(hot, 2_000));
        HotTable table = new HotTable(simple(), database);
        assertThat(tables.create(table)).isTrue();
        assertThat(server.sql(
                        "SELECT engine_full FROM system.tables WHERE database = '" + database + "' AND name = 't'"))
                .contains("toIntervalSecond(691200)");
        server.sql("ALTER TABLE " + database + ".t DROP COLUMN v, ADD COLUMN extra Int8");
        assertThatThrownBy(() -> tables.create(table))
                .isInstanceOf(SluiceException.class)
                .hasMessageContaining("E0902")
                .hasMessageContaining("column v is missing")
                .hasMessageContaining("column extra is unknown")
                .hasMessageContaining("sluice hot rebuild t");
        open(simple());
        await().atMost(Duration.ofSeconds(30)).until(() -> stateOf("t").contains("column v is missing"));
    }

    @Test
    void stopsWithAReasonWhenClickHouseIsOutOfReach() {
        HotSpec nowhere = spec("http://127.0.0.1:1");
        ClickHouseClient client = new ClickHouseClient(nowhere, 500);
        assertThatThrownBy(() -> new HotTables(nowhere, client).createDatabase())
                .hasMessageContaining("E0901")
                .hasMessageContaining("127.0.0.1:1")
                .hasMessageNotContaining(RunningServer.PASSWORD);
    }

    @Test
    void aKeyThatClickHouseCannotHoldLeavesThatTableBehindAndOthersGoOn() throws Exception {
        open(
                table("t", List.of(0), column("day", true, Scalar.DATE)),
                table("u", List.of(0), column("id", true, Scalar.INTEGER)));
        send(new BatchBuilder().insert(1, BatchBuilder.int4(Integer.MAX_VALUE)));
        writer.write(new BatchBuilder().insert(2, BatchBuilder.int4(7)).changes(1, nowMicros(), false), null);
        progress(2);
        writer.flush(false);
        assertThat(stateOf("t")).startsWith("stale E0401").contains("day");
        assertThat(stateOf("u")).isEqualTo("live");
        assertThat(server.sql("SELECT id FROM " + database + ".u FINAL")).isEqualTo("7");
    }
}
