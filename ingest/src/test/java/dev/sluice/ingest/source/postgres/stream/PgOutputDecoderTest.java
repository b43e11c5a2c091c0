package dev.sluice.ingest.source.postgres.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.ingest.row.Batch;
import dev.sluice.ingest.row.ChangeRows;
import dev.sluice.ingest.row.RowForm;
import dev.sluice.ingest.source.LoadedTables;
import dev.sluice.ingest.source.postgres.catalogue.PostgresIds;
import dev.sluice.ingest.table.ColumnType.Scalar;
import dev.sluice.ingest.table.SourceTable;
import dev.sluice.ingest.table.SourceTable.SourceColumn;
import dev.sluice.lake.Position;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PgOutputDecoderTest {
    private static final SourceTable ORDERS = table(100, "orders", false);
    private static final SourceTable FULL = table(200, "full_rows", true);

    private static SourceTable table(int oid, String name, boolean full) {
        return new SourceTable(
                PostgresIds.table(oid),
                "shop",
                name,
                List.of(
                        new SourceColumn("id", true, Scalar.INTEGER, PostgresIds.type(23, -1)),
                        new SourceColumn("note", false, Scalar.TEXT, PostgresIds.type(25, -1))),
                List.of(0),
                full);
    }

    private static PgOutputDecoder decoder(long position, long... skipTo) {
        return new PgOutputDecoder(
                List.of(ORDERS, FULL), position, Arrays.stream(skipTo).boxed().toList(), Set.of(), List.of());
    }

    private static void accept(PgOutputDecoder decoder, byte[]... messages) {
        for (byte[] message : messages) {
            // Messages lie somewhere in a larger array.
            byte[] padded = new byte[message.length + 9];
            Arrays.fill(padded, (byte) 0x55);
            System.arraycopy(message, 0, padded, 5, message.length);
            decoder.accept(padded, 5, 5 + message.length);
        }
    }

    private static void transaction(PgOutputDecoder decoder, long commitLsn, byte[]... changes) {
        accept(decoder, Messages.begin(commitLsn, 1_700_000_000_000_000L + commitLsn));
        accept(decoder, Messages.relation(ORDERS), Messages.relation(FULL));
        accept(decoder, changes);
        accept(decoder, Messages.commit(commitLsn, commitLsn + 8));
    }

    private static List<String> describe(List<Batch> batches) {
        List<String> text = new ArrayList<>();
        for (Batch any : batches) {
            if (!(any instanceof ChangeRows batch)) {
                text.add(sign(any));
                continue;
            }
            for (int i = 0; i < batch.count(); i++) {
                text.add((char) batch.operations()[i] + "" + batch.table() + "@" + batch.lsns()[i]
                        + row(batch, batch.oldOffsets()[i], " old ") + row(batch, batch.newOffsets()[i], " "));
            }
        }
        return text;
    }

    private static String sign(Batch sign) {
        return switch (sign) {
            case Batch.Progress progress -> "PROGRESS@" + progress.lsn();
            case Batch.Loaded loaded -> "LOADED@" + loaded.lsn();
            case Batch.Open open -> "OPEN@" + open.lsn();
            default -> throw new AssertionError(sign);
        };
    }

    private static ChangeRows changes(Batch batch) {
        return (ChangeRows) batch;
    }

    private static String row(ChangeRows batch, int offset, String prefix) {
        if (offset == RowForm.NO_ROW) {
            return "";
        }
        ByteBuffer in = ByteBuffer.wrap(batch.bytes()).position(offset);
        assertThat(in.getShort()).isEqualTo((short) 2);
        List<String> values = new ArrayList<>();
        for (int column = 0; column < 2; column++) {
            int length = in.getInt();
            if (length < 0) {
                values.add(length == RowForm.NULL ? "null" : "unchanged");
            } else if (column == 0) {
                assertThat(length).isEqualTo(4);
                values.add("" + in.getInt());
            } else {
                byte[] bytes = new byte[length];
                in.get(bytes);
                values.add(new String(bytes, StandardCharsets.UTF_8));
            }
        }
        return prefix + values;
    }

    @Test
    void rewritesEveryKindOfChange() {
        PgOutputDecoder decoder = decoder(0, 0, 0);
        transaction(
                decoder,
                1000,
                Messages.insert(100, 1, "one"),
                Messages.update(100, 'K', null, 1, Messages.UNCHANGED),
                Messages.update(100, 'K', new Object[] {1, null}, 2, null),
                Messages.delete(100, 'K', 2, null),
                Messages.update(200, 'O', new Object[] {5, "kept"}, 6, Messages.UNCHANGED),
                Messages.delete(200, 'O', 6, "kept"));
        List<Batch> batches = decoder.takeAll();
        assertThat(describe(batches))
                .containsExactly(
                        "I0@1000 [1, one]",
                        "U0@1000 [1, unchanged]",
                        "U0@1000 old [1, null] [2, null]",
                        "D0@1000 old [2, null]",
                        "U1@1000 old [5, kept] [6, kept]",
                        "D1@1000 old [6, kept]",
                        "PROGRESS@1000");
        assertThat(changes(batches.get(0)).oldRowsAreFull()).isFalse();
        assertThat(changes(batches.get(1)).oldRowsAreFull()).isTrue();
        assertThat(changes(batches.get(0)).commitTimeMicros()).isEqualTo(1_700_000_000_001_000L);
    }

    @Test
    void dropsWholeTransactionsByCommitLsnForEachTable() {
        PgOutputDecoder decoder = decoder(0, 1000, 2000);
        transaction(decoder, 1000, Messages.insert(100, 1, "a"), Messages.insert(200, 1, "a"));
        transaction(decoder, 1500, Messages.insert(100, 2, "b"), Messages.insert(200, 2, "b"));
        transaction(decoder, 2500, Messages.insert(100, 3, "c"), Messages.insert(200, 3, "c"));
        assertThat(describe(decoder.takeAll()))
                .containsExactly("I0@1500 [2, b]", "I0@2500 [3, c]", "I1@2500 [3, c]", "PROGRESS@2500");
    }

    @Test
    void dropsWhatWasEmittedBeforeARestart() {
        PgOutputDecoder decoder = decoder(1500, 1000, 1000);
        transaction(decoder, 1500, Messages.insert(100, 2, "b"));
        assertThat(describe(decoder.takeAll())).isEmpty();
        transaction(decoder, 1501, Messages.insert(100, 3, "c"));
        assertThat(describe(decoder.takeAll())).containsExactly("I0@1501 [3, c]", "PROGRESS@1501");
    }

    @Test
    void keepsATransactionThatCommitsExactlyWhereTheServerSaidItStood() {
        PgOutputDecoder decoder = decoder(0, 0, 0);
        decoder.sentUpTo(3000);
        assertThat(describe(decoder.takeAll())).containsExactly("PROGRESS@2999");
        long resumed = decoder.position();
        PgOutputDecoder after = decoder(resumed, 0, 0);
        transaction(after, 3000, Messages.insert(100, 1, "a"));
        assertThat(describe(after.takeAll())).containsExactly("I0@3000 [1, a]", "PROGRESS@3000");
    }

    @Test
    void progressNeverMovesBackNorIntoAnOpenTransaction() {
        PgOutputDecoder decoder = decoder(0, 0, 0);
        transaction(decoder, 5000);
        decoder.sentUpTo(4000);
        assertThat(decoder.position()).isEqualTo(5000);
        accept(decoder, Messages.begin(6000, 0));
        decoder.sentUpTo(9000);
        assertThat(decoder.position()).isEqualTo(5000);
        assertThatThrownBy(decoder::takeAll).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void comparesPositionsAsUnsignedNumbers() {
        long high = 0xF000_0000_0000_0000L;
        PgOutputDecoder decoder = decoder(0, 10, 10);
        transaction(decoder, high, Messages.insert(100, 1, "a"));
        assertThat(describe(decoder.takeAll())).first().asString().startsWith("I0@");
    }

    @Test
    void truncateComesAloneAndInOrder() {
        PgOutputDecoder decoder = decoder(0, 0, 0);
        transaction(
                decoder, 1000, Messages.insert(100, 1, "a"), Messages.truncate(100, 200), Messages.insert(100, 2, "b"));
        List<Batch> batches = decoder.takeAll();
        assertThat(describe(batches))
                .containsExactly("I0@1000 [1, a]", "T0@1000", "T1@1000", "I0@1000 [2, b]", "PROGRESS@1000");
        assertThat(batches.get(1).count()).isEqualTo(1);
    }

    @Test
    void announcesALoadBetweenTheChangesBeforeAndAfterItsLsn() {
        PgOutputDecoder decoder = new PgOutputDecoder(
                List.of(ORDERS, FULL),
                0,
                List.of(500L, 2000L),
                Set.of(),
                List.of(new LoadedTables(
                        Position.of(2000, ""), 1, List.of(1), List.of(3L), LoadedTables.Place.IN_THE_STREAM)));
        transaction(decoder, 1000, Messages.insert(100, 1, "a"), Messages.insert(200, 1, "a"));
        transaction(decoder, 3000, Messages.insert(100, 2, "b"), Messages.insert(200, 2, "b"));
        assertThat(describe(decoder.takeAll()))
                .containsExactly("I0@1000 [1, a]", "LOADED@2000", "I0@3000 [2, b]", "I1@3000 [2, b]", "PROGRESS@3000");
    }

    @Test
    void announcesALoadThatIsATruncateBehindThatTransactionAndNotBefore() {
        PgOutputDecoder decoder = new PgOutputDecoder(
                List.of(ORDERS, FULL),
                0,
                List.of(500L, 1999L),
                Set.of(),
                List.of(
                        new LoadedTables(
                                Position.of(1999, ""),
                                1,
                                List.of(1),
                                List.of(0L),
                                LoadedTables.Place.WITH_ITS_TRUNCATE),
                        new LoadedTables(
                                Position.of(2500, ""), 1, List.of(0), List.of(7L), LoadedTables.Place.IN_THE_STREAM)));
        transaction(decoder, 1000, Messages.insert(100, 1, "a"), Messages.insert(200, 1, "a"));
        decoder.sentUpTo(2000);
        assertThat(describe(decoder.takeAll())).containsExactly("I0@1000 [1, a]", "PROGRESS@1999");
        transaction(decoder, 2000, Messages.truncate(200), Messages.insert(200, 2, "b"));
        transaction(decoder, 3000, Messages.insert(100, 3, "c"));
        assertThat(describe(decoder.takeAll()))
                .containsExactly(
                        "T1@2000", "I1@2000 [2, b]", "LOADED@1999", "LOADED@2500", "I0@3000 [3, c]", "PROGRESS@3000");
    }

    @Test
    void dropsWhatATransactionChangesBeforeTheTruncateThatATableBeginsWith() {
        PgOutputDecoder decoder = new PgOutputDecoder(
                List.of(ORDERS, FULL),
                0,
                List.of(500L, 1999L),
                Set.of(),
                List.of(new LoadedTables(
                        Position.of(1999, ""), 1, List.of(1), List.of(0L), LoadedTables.Place.WITH_ITS_TRUNCATE)));
        transaction(
                decoder,
                2000,
                Messages.update(200, 'O', new Object[] {1, "y"}, 1, Messages.UNCHANGED),
                Messages.insert(100, 1, "a"),
                Messages.truncate(200),
                Messages.insert(200, 2, "b"));
        transaction(decoder, 3000, Messages.insert(200, 3, "c"));
        assertThat(describe(decoder.takeAll()))
                .containsExactly(
                        "T1@2000",
                        "I0@2000 [1, a]",
                        "I1@2000 [2, b]",
                        "LOADED@1999",
                        "I1@3000 [3, c]",
                        "PROGRESS@3000");
    }

    @Test
    void dropsTheChangesOfAStoppedTableAndNotThoseOfTheOthers() {
        PgOutputDecoder decoder =
                new PgOutputDecoder(List.of(ORDERS, FULL), 0, List.of(0L, 500L), Set.of(0), List.of());
        assertThat(decoder.position()).as("a stopped table holds nobody back").isEqualTo(500);
        transaction(decoder, 1000, Messages.insert(100, 1, "a"), Messages.insert(200, 1, "a"));
        assertThat(describe(decoder.takeAll())).containsExactly("I1@1000 [1, a]", "PROGRESS@1000");
    }

    @Test
    void announcesALoadAtOnceWhenNothingIsBeforeIt() {
        PgOutputDecoder decoder = new PgOutputDecoder(
                List.of(ORDERS, FULL),
                0,
                List.of(2000L, 2000L),
                Set.of(),
                List.of(new LoadedTables(
                        Position.of(2000, ""), 1, List.of(0, 1), List.of(), LoadedTables.Place.IN_THE_STREAM)));
        assertThat(decoder.hasNews()).isTrue();
        assertThat(describe(decoder.takeAll())).containsExactly("LOADED@2000");
    }

    @Test
    void announcesALoadToAnIdleStream() {
        PgOutputDecoder decoder = new PgOutputDecoder(
                List.of(ORDERS, FULL),
                0,
                List.of(500L, 2000L),
                Set.of(),
                List.of(new LoadedTables(
                        Position.of(2000, ""), 1, List.of(1), List.of(), LoadedTables.Place.IN_THE_STREAM)));
        decoder.sentUpTo(2000);
        assertThat(describe(decoder.takeAll())).containsExactly("PROGRESS@1999");
        decoder.sentUpTo(2001);
        assertThat(describe(decoder.takeAll())).containsExactly("LOADED@2000", "PROGRESS@2000");
    }

    @Test
    void cutsALargeTransactionIntoBoundedBatchesThatCanBeTakenEarly() {
        PgOutputDecoder decoder = decoder(0, 0, 0);
        accept(decoder, Messages.begin(1000, 0), Messages.relation(ORDERS));
        String kilobyte = "x".repeat(1024);
        int taken = 0;
        for (int i = 0; i < 2000; i++) {
            accept(decoder, Messages.insert(100, i, kilobyte));
            for (Batch batch : decoder.takeSealed()) {
                assertThat(batch.bytesHeld()).isLessThanOrEqualTo(2 * PgOutputDecoder.BATCH_BYTES);
                taken += batch.count();
            }
        }
        assertThat(taken).isGreaterThan(1500);
        accept(decoder, Messages.commit(1000, 1008));
        int rest = decoder.takeAll().stream().mapToInt(Batch::count).sum();
        assertThat(taken + rest).isEqualTo(2000);
        assertThat(decoder.pendingBytes()).isZero();
    }

    @Test
    void aChangedTableIsStoppedAloneOnceItsChangesAreWanted() {
        SourceTable wider = new SourceTable(
                PostgresIds.table(100),
                "shop",
                "orders",
                List.of(
                        ORDERS.columns().get(0),
                        ORDERS.columns().get(1),
                        new SourceColumn("extra", false, Scalar.INTEGER, PostgresIds.type(23, -1))),
                List.of(0),
                false);
        PgOutputDecoder decoder = decoder(0, 1000, 0);
        accept(
                decoder,
                Messages.begin(1000, 0),
                Messages.relation(wider),
                Messages.insert(100, 1, "a", 2),
                Messages.commit(1000, 1008),
                Messages.begin(2000, 0));
        accept(
                decoder,
                Messages.insert(100, 1, "a", 2),
                Messages.relation(FULL),
                Messages.insert(200, 1, "b"),
                Messages.insert(100, 2, "a", 2),
                Messages.commit(2000, 2008));
        List<Batch> batches = decoder.takeAll();
        Batch.Stop stop = batches.stream()
                .filter(Batch.Stop.class::isInstance)
                .map(Batch.Stop.class::cast)
                .findFirst()
                .orElseThrow();
        assertThat(stop.table()).isZero();
        assertThat(stop.reason().code()).isEqualTo(ErrorCode.E0404);
        assertThat(stop.reason().reason())
                .contains("shop.orders")
                .contains("extra")
                .contains("0/7D0");
        assertThat(stop.reason().fix()).contains("sluice resync orders");
        assertThat(batches.stream().filter(Batch.Stop.class::isInstance))
                .as("told once")
                .hasSize(1);
        assertThat(batches.stream().filter(ChangeRows.class::isInstance))
                .as("the other table goes on")
                .allMatch(batch -> batch.table() == 1)
                .hasSize(1);
    }

    @Test
    void dropsExcludedColumnsWhateverTheyHoldAndWhereverTheyLie() {
        SourceTable slim = new SourceTable(
                PostgresIds.table(100),
                "shop",
                "orders",
                List.of(
                        new SourceColumn("id", true, Scalar.INTEGER, PostgresIds.type(23, -1)),
                        new SourceColumn("note", false, Scalar.TEXT, PostgresIds.type(25, -1))),
                List.of(0),
                true,
                Set.of("before", "between", "after", "never there"));
        SourceTable sent = new SourceTable(
                PostgresIds.table(100),
                "shop",
                "orders",
                List.of(
                        new SourceColumn("before", false, Scalar.TEXT, PostgresIds.type(600, -1)),
                        new SourceColumn("id", true, Scalar.INTEGER, PostgresIds.type(23, -1)),
                        new SourceColumn("between", false, Scalar.TEXT, PostgresIds.type(25, -1)),
                        new SourceColumn("note", false, Scalar.TEXT, PostgresIds.type(25, -1)),
                        new SourceColumn("after", false, Scalar.TEXT, PostgresIds.type(25, -1))),
                List.of(0),
                true);
        PgOutputDecoder decoder = new PgOutputDecoder(List.of(slim), 0, List.of(0L), Set.of(), List.of());
        accept(
                decoder,
                Messages.begin(10, 0),
                Messages.relation(sent),
                Messages.insert(100, "(1,2)", 7, null, "kept", Messages.UNCHANGED),
                Messages.update(
                        100,
                        'O',
                        new Object[] {null, 7, "s", "kept", "t"},
                        new Messages.Text("(3,4)"),
                        8,
                        Messages.UNCHANGED,
                        Messages.UNCHANGED,
                        null),
                Messages.commit(10, 18));
        assertThat(describe(decoder.takeAll())).startsWith("I0@10 [7, kept]", "U0@10 old [7, kept] [8, kept]");
    }

    @Test
    void takesTextOnlyWhereItIsTheBinaryForm() {
        PgOutputDecoder decoder = decoder(0, 0, 0);
        accept(
                decoder,
                Messages.begin(1000, 0),
                Messages.relation(ORDERS),
                Messages.insert(100, 1, new Messages.Text("t")));
        assertThatThrownBy(() -> accept(decoder, Messages.insert(100, new Messages.Text("1"), "x")))
                .isInstanceOfSatisfying(
                        SluiceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.E0401));
    }

    @Test
    void partsAnOpenTransactionFromWhatWasGatheredBeforeIt() {
        PgOutputDecoder decoder = decoder(0, 0, 0);
        accept(
                decoder,
                Messages.begin(1000, 0),
                Messages.relation(ORDERS),
                Messages.relation(FULL),
                Messages.insert(100, 1, "x"),
                Messages.insert(100, 2, "x"),
                Messages.commit(1000, 1008),
                Messages.begin(2000, 0),
                Messages.insert(100, 3, "x"),
                Messages.delete(200, 'O', 1, "x"));
        List<Batch> complete = decoder.takeComplete();
        assertThat(complete).extracting(Batch::getClass).containsExactly(ChangeRows.class, Batch.Progress.class);
        ChangeRows first = changes(complete.get(0));
        assertThat(Arrays.copyOf(first.lsns(), first.count())).containsExactly(1000, 1000);
        assertThat(first.lsn()).isEqualTo(1000);
        assertThat(complete.get(1)).isEqualTo(new Batch.Progress(1000, first.commitTimeMicros()));
        assertThat(decoder.position()).isEqualTo(1000);

        List<Batch> open = decoder.takeSealed();
        assertThat(open)
                .extracting(Batch::getClass)
                .containsExactly(Batch.Open.class, ChangeRows.class, ChangeRows.class);
        assertThat(open.get(0)).isEqualTo(new Batch.Open(2000));
        assertThat(open.subList(1, 3)).allMatch(batch -> changes(batch).lsn() == 2000);
        assertThat(open.get(1).count()).isEqualTo(1);
        assertThat(changes(open.get(1)).bytes()[changes(open.get(1)).newOffsets()[0] + 9])
                .isEqualTo((byte) 3);

        accept(decoder, Messages.insert(100, 4, "x"), Messages.commit(2000, 2008));
        assertThat(decoder.takeAll())
                .extracting(Batch::getClass)
                .containsExactly(ChangeRows.class, Batch.Progress.class);
        assertThat(decoder.position()).isEqualTo(2000);
    }

    /** A server whose slot stands behind the lake begins by saying so, and a table without changes has an old stamp. */
    @Test
    void tellsNoPositionBelowTheOneOfTheLake() {
        PgOutputDecoder decoder = decoder(0, 100, 900);
        decoder.isInTheLake(900);
        decoder.sentUpTo(801);
        assertThat(decoder.hasNews()).isFalse();
        assertThat(decoder.takeAll()).isEmpty();
        decoder.sentUpTo(1001);
        assertThat(describe(decoder.takeAll())).containsExactly("PROGRESS@1000");
    }

    @Test
    void aChangeThatDoesNotFitStopsItsTableAlone() {
        PgOutputDecoder decoder =
                new PgOutputDecoder(List.of(ORDERS, FULL), 0, List.of(0L, 0L), Set.of(), List.of(), 1_000);
        accept(
                decoder,
                Messages.begin(1000, 0),
                Messages.relation(ORDERS),
                Messages.relation(FULL),
                Messages.insert(100, 1, "x".repeat(2_000)),
                Messages.insert(100, 2, "small"),
                Messages.insert(200, 1, "x"),
                Messages.commit(1000, 1008));
        List<Batch> batches = decoder.takeAll();
        assertThat(batches)
                .extracting(Batch::getClass)
                .containsExactly(Batch.Stop.class, ChangeRows.class, Batch.Progress.class);
        assertThat(((Batch.Stop) batches.get(0)).reason().code()).isEqualTo(ErrorCode.E0410);
        assertThat(((Batch.Stop) batches.get(0)).reason().reason())
                .contains("bytes")
                .doesNotContain("xx");
        assertThat(batches.get(1).table()).isEqualTo(1);
    }

    @Test
    void refusesACommitThatDoesNotFitItsBeginning() {
        PgOutputDecoder decoder = decoder(0, 0, 0);
        accept(decoder, Messages.begin(1000, 0));
        assertThatThrownBy(() -> accept(decoder, Messages.commit(1008, 1016))).isInstanceOf(SluiceException.class);
    }

    @Test
    void neverReadsBeyondADamagedMessage() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        byte[][] whole = {
            Messages.begin(1000, 0),
            Messages.relation(ORDERS),
            Messages.insert(100, 1, "some text"),
            Messages.update(100, 'K', new Object[] {1, null}, 2, "x"),
            Messages.update(200, 'O', new Object[] {1, "y"}, 2, Messages.UNCHANGED),
            Messages.delete(100, 'K', 2, null),
            Messages.truncate(100, 200),
            Messages.commit(1000, 1008)
        };
        for (int round = 0; round < 20_000; round++) {
            PgOutputDecoder decoder = decoder(0, 0, 0);
            accept(decoder, whole[0], whole[1], Messages.relation(FULL));
            byte[] message = whole[random.nextInt(whole.length)].clone();
            int length = random.nextBoolean() ? random.nextInt(message.length) : message.length;
            for (int i = random.nextInt(3); i > 0 && length > 0; i--) {
                message[random.nextInt(length)] = (byte) random.nextInt(256);
            }
            try {
                byte[] exact = Arrays.copyOf(message, length);
                decoder.accept(exact, 0, length);
            } catch (SluiceException expected) {
                assertThat(expected.code()).as("seed %d", seed).isNotNull();
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed + ", message " + Arrays.toString(message), e);
            }
        }
    }
}
