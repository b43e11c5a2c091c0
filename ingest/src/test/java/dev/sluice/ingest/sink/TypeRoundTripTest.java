package dev.sluice.ingest.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.ingest.sink.column.ColumnFits;
import dev.sluice.ingest.table.ColumnType;
import dev.sluice.ingest.table.ColumnType.Array;
import dev.sluice.ingest.table.ColumnType.Numeric;
import dev.sluice.ingest.table.ColumnType.Scalar;
import dev.sluice.ingest.table.SourceTable;
import dev.sluice.ingest.table.SourceTable.SourceColumn;
import dev.sluice.lake.Following;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.Table;
import org.apache.iceberg.types.Conversions;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class TypeRoundTripTest {

    static Stream<Arguments> values() {
        return Stream.of(
                Arguments.of(Scalar.BOOLEAN, List.of(true, false)),
                Arguments.of(Scalar.SMALLINT, List.of(0, -1, (int) Short.MAX_VALUE, (int) Short.MIN_VALUE)),
                Arguments.of(Scalar.INTEGER, List.of(0, -1, Integer.MAX_VALUE, Integer.MIN_VALUE)),
                Arguments.of(Scalar.BIGINT, List.of(0L, -1L, Long.MAX_VALUE, Long.MIN_VALUE)),
                Arguments.of(
                        Scalar.REAL,
                        List.of(0f, -0f, Float.NaN, Float.MIN_VALUE, Float.MAX_VALUE, Float.NEGATIVE_INFINITY)),
                Arguments.of(
                        Scalar.DOUBLE,
                        List.of(0d, -0d, Double.NaN, Double.MIN_VALUE, Double.MAX_VALUE, Double.POSITIVE_INFINITY)),
                Arguments.of(
                        Scalar.NUMERIC_TEXT,
                        List.of(
                                "0",
                                "0.000",
                                "1",
                                "-1",
                                "10000",
                                "1.10",
                                "-0.0001",
                                "0.00000001",
                                "12345678.90",
                                "100000000",
                                "9".repeat(60) + "." + "1".repeat(33),
                                "0.00001234",
                                "20000.0002")),
                Arguments.of(Scalar.TEXT, List.of("", "a", "äöü€😀", "x".repeat(100_000))),
                Arguments.of(Scalar.JSONB, List.of("{}", "{\"a\": [1, null]}", "null")),
                Arguments.of(Scalar.UUID, List.of(new UUID(0, 0), new UUID(-1, -1), UUID.randomUUID())),
                Arguments.of(
                        Scalar.DATE,
                        List.of(
                                LocalDate.EPOCH,
                                LocalDate.of(2000, 1, 1),
                                LocalDate.of(1969, 12, 31),
                                LocalDate.of(-4712, 1, 1),
                                LocalDate.of(9999, 12, 31),
                                LocalDate.of(5874897, 12, 31))),
                Arguments.of(
                        Scalar.TIME,
                        List.of(LocalTime.MIDNIGHT, LocalTime.of(23, 59, 59, 999_999_000), LocalTime.NOON)),
                Arguments.of(
                        Scalar.TIMESTAMP,
                        List.of(
                                LocalDateTime.of(2000, 1, 1, 0, 0),
                                LocalDateTime.of(1969, 12, 31, 23, 59, 59, 999_999_000),
                                LocalDateTime.of(1, 1, 1, 0, 0),
                                LocalDateTime.of(9999, 12, 31, 23, 59))),
                Arguments.of(
                        Scalar.TIMESTAMPTZ,
                        List.of(
                                OffsetDateTime.of(2026, 3, 29, 1, 30, 0, 123_456_000, ZoneOffset.UTC),
                                OffsetDateTime.of(1900, 1, 1, 0, 0, 0, 0, ZoneOffset.UTC))),
                Arguments.of(
                        Scalar.BYTEA, List.of(ByteBuffer.wrap(new byte[0]), ByteBuffer.wrap(new byte[] {0, -1, 92}))),
                Arguments.of(new Numeric(1, 0), decimals("0", "9", "-9")),
                Arguments.of(new Numeric(4, 4), decimals("0.0000", "0.0001", "-0.9999")),
                Arguments.of(new Numeric(9, 2), decimals("0.00", "0.01", "-9999999.99", "9999999.99", "10000.00")),
                Arguments.of(new Numeric(12, 3), decimals("0.000", "999999999.999", "-0.001", "100000000.000")),
                Arguments.of(new Numeric(18, 0), decimals("0", "999999999999999999", "-999999999999999999")),
                Arguments.of(new Numeric(18, 18), decimals("0.000000000000000001", "-0.999999999999999999")),
                Arguments.of(new Numeric(19, 5), decimals("0.00000", "0.00001", "-99999999999999.99999", "1.00000")),
                Arguments.of(
                        new Numeric(38, 10),
                        decimals(
                                "0.0000000000",
                                "9999999999999999999999999999.9999999999",
                                "-9999999999999999999999999999.9999999999",
                                "-0.0000000001",
                                "10000000000000000.0000000000")),
                Arguments.of(new Numeric(38, 0), decimals("9".repeat(38), "-" + "9".repeat(38), "1" + "0".repeat(37))),
                Arguments.of(new Numeric(38, 38), decimals("0." + "9".repeat(38), "-0." + "0".repeat(37) + "1")),
                Arguments.of(
                        new Array(Scalar.INTEGER),
                        List.of(List.of(), List.of(1), Arrays.asList(1, null, -3), listOfNull())),
                Arguments.of(new Array(Scalar.TEXT), List.of(List.of(), List.of("", "a,b"), listOfNull())),
                Arguments.of(new Array(new Numeric(10, 2)), List.of(decimals("1.50", "-2.00"))),
                Arguments.of(new Array(Scalar.DOUBLE), List.of(List.of(1.5, Double.NaN), listOfNull())));
    }

    private static List<Object> decimals(String... texts) {
        return Arrays.stream(texts).<Object>map(BigDecimal::new).toList();
    }

    private static List<Object> listOfNull() {
        List<Object> list = new ArrayList<>();
        list.add(null);
        return list;
    }

    @ParameterizedTest
    @MethodSource("values")
    void everyValueComesBackByLoadAndByStream(ColumnType type, List<Object> values) throws IOException {
        SourceTable source = table(type);
        List<Object> all = new ArrayList<>(values);
        all.add(null);
        try (TestLake lake = new TestLake(source)) {
            Changes load = new Changes(source, 0);
            Changes stream = new Changes(source, 0);
            for (int i = 0; i < all.size(); i++) {
                load.insert(0, Arrays.asList((long) i, all.get(i)));
                stream.insert(200, Arrays.asList((long) all.size() + i, all.get(i)));
            }
            lake.write(load.load(100));
            lake.write(new dev.sluice.ingest.row.Batch.Loaded(100, 0, new int[] {0}, new long[] {all.size()}));
            lake.write(stream.batch());
            lake.commitCut();

            List<List<Object>> expected = new ArrayList<>();
            for (int i = 0; i < 2 * all.size(); i++) {
                expected.add(Arrays.asList((long) i, all.get(i % all.size())));
            }
            assertThat(lake.rows(source)).containsExactlyInAnyOrderElementsOf(expected);

            Changes carry = new Changes(source, 0);
            for (List<Object> row : expected) {
                carry.update(300, null, Arrays.asList(row.get(0), PostgresBinary.UNCHANGED));
            }
            lake.write(carry.batch());
            lake.commitCut();
            assertThat(lake.rows(source)).as("carried over").containsExactlyInAnyOrderElementsOf(expected);
        }
    }

    @Test
    void keysOfEveryTypeAreFoundAgainInTheLake() throws IOException {
        List<ColumnType> types = List.of(
                Scalar.BOOLEAN,
                Scalar.SMALLINT,
                Scalar.INTEGER,
                Scalar.BIGINT,
                Scalar.NUMERIC_TEXT,
                Scalar.TEXT,
                Scalar.UUID,
                Scalar.DATE,
                Scalar.TIME,
                Scalar.TIMESTAMP,
                Scalar.TIMESTAMPTZ,
                Scalar.BYTEA,
                new Numeric(30, 4),
                Scalar.TEXT);
        List<SourceColumn> columns = new ArrayList<>();
        for (int i = 0; i < types.size(); i++) {
            columns.add(new SourceColumn("c" + i, i < types.size() - 1, types.get(i)));
        }
        List<Integer> keys = new ArrayList<>();
        for (int i = 0; i < types.size() - 1; i++) {
            keys.add(i);
        }
        SourceTable source = new SourceTable("1", "public", "keys", columns, keys, false);
        List<Object> row = Arrays.asList(
                true,
                -7,
                70_000,
                -1L,
                "-1000000.50",
                "ö",
                new UUID(1, -2),
                LocalDate.of(1969, 1, 2),
                LocalTime.of(1, 2, 3),
                LocalDateTime.of(1999, 12, 31, 23, 59, 59, 1000),
                OffsetDateTime.of(2026, 1, 1, 0, 0, 0, 0, ZoneOffset.UTC),
                ByteBuffer.wrap(new byte[] {1, 0}),
                new BigDecimal("-20000.0500"),
                "kept");
        List<Object> update = new ArrayList<>(row);
        update.set(types.size() - 1, PostgresBinary.UNCHANGED);
        try (TestLake lake = new TestLake(source)) {
            lake.write(new Changes(source, 0).insert(10, row).batch());
            lake.commitCut();
            lake.write(new Changes(source, 0).update(20, null, update).batch());
            lake.commitCut();
            assertThat(lake.rows(source)).containsExactly(row);
        }
    }

    @Test
    void randomDecimalsOfEveryPrecisionComeBack() throws IOException {
        long seed = 20261121;
        Random random = new Random(seed);
        for (int precision : new int[] {2, 9, 10, 18, 19, 27, 38}) {
            int scale = random.nextInt(precision + 1);
            List<Object> values = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                BigInteger unscaled = new BigInteger(random.nextInt(127), random)
                        .mod(BigInteger.TEN.pow(1 + random.nextInt(precision)));
                values.add(new BigDecimal(random.nextBoolean() ? unscaled : unscaled.negate(), scale));
            }
            everyValueComesBackByLoadAndByStream(new Numeric(precision, scale), values);
        }
    }

    static Stream<Arguments> misfits() throws IOException {
        return Stream.of(
                Arguments.of(Scalar.DATE, int32(Integer.MAX_VALUE), "infinite date"),
                Arguments.of(Scalar.DATE, int32(Integer.MIN_VALUE), "infinite date"),
                Arguments.of(Scalar.TIME, int64(86_400_000_000L), "24:00"),
                Arguments.of(Scalar.TIMESTAMP, int64(Long.MAX_VALUE), "infinite timestamp"),
                Arguments.of(Scalar.TIMESTAMPTZ, int64(Long.MIN_VALUE), "infinite timestamp"),
                Arguments.of(Scalar.TIMESTAMP, int64(9_223_371_331_199_999_999L), "beyond the range"),
                Arguments.of(Scalar.INTEGER, int64(1), "8 bytes"),
                Arguments.of(Scalar.UUID, int64(1), "8 bytes"),
                Arguments.of(Scalar.JSONB, new byte[] {2, '{', '}'}, "unknown version"),
                Arguments.of(new Numeric(9, 2), PostgresBinary.numeric(0, 0xC000, 0, List.of()), "NaN"),
                Arguments.of(new Numeric(9, 2), PostgresBinary.numeric(0, 0xF000, 0, List.of()), "infinite numeric"),
                Arguments.of(
                        new Numeric(9, 2), PostgresBinary.numeric(new BigDecimal("0.001")), "more than 2 decimals"),
                Arguments.of(
                        new Numeric(9, 2), PostgresBinary.numeric(new BigDecimal("10000000.00")), "more than 9 digits"),
                Arguments.of(new Numeric(38, 0), PostgresBinary.numeric(new BigDecimal("0.5")), "more than 0 decimals"),
                Arguments.of(
                        new Numeric(38, 0),
                        PostgresBinary.numeric(new BigDecimal("1" + "0".repeat(38))),
                        "more than 38 digits"),
                Arguments.of(new Numeric(9, 2), new byte[] {0, 9, 0, 0, 0, 0, 0, 0}, "malformed"),
                Arguments.of(new Array(Scalar.INTEGER), array(2, 1, 1), "several dimensions"),
                Arguments.of(new Array(Scalar.INTEGER), array(1, 1, 0), "lower bound"),
                Arguments.of(new Array(Scalar.INTEGER), array(1, 1_000_000, 1), "malformed"),
                Arguments.of(new Array(Scalar.INTEGER), array(1, -1, 1), "malformed"));
    }

    @ParameterizedTest
    @MethodSource("misfits")
    void valueWithoutAPlaceIsRefusedByColumnAndClass(ColumnType type, byte[] value, String valueClass)
            throws IOException {
        SourceTable source = table(type);
        try (TestLake lake = new TestLake(source)) {
            Changes changes = new Changes(source, 0).insert(10, Arrays.asList(1L, value));
            if (!ColumnFits.mayMisfit(type)) {
                // Nothing that PostgreSQL can send: the job ends.
                assertThatThrownBy(() -> lake.write(changes.batch()))
                        .isInstanceOfSatisfying(
                                SluiceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.E0401))
                        .hasMessageContaining(valueClass);
                return;
            }
            lake.write(changes.batch());
            lake.commitCut();
            assertThat(lake.rows(source)).isEmpty();
            assertThat(Following.of(lake.table(source)).stop()).hasValueSatisfying(stop -> {
                assertThat(stop.code()).isEqualTo(ErrorCode.E0401);
                assertThat(stop.reason()).contains("public.typed.value").contains(valueClass);
            });
        }
    }

    @Test
    void numericTextKeepsNotANumberAndInfinities() throws IOException {
        SourceTable source = table(Scalar.NUMERIC_TEXT);
        try (TestLake lake = new TestLake(source)) {
            lake.write(new Changes(source, 0)
                    .insert(10, Arrays.asList(1L, PostgresBinary.numeric(0, 0xC000, 0, List.of())))
                    .insert(10, Arrays.asList(2L, PostgresBinary.numeric(0, 0xD000, 0, List.of())))
                    .insert(10, Arrays.asList(3L, PostgresBinary.numeric(0, 0xF000, 0, List.of())))
                    .batch());
            lake.commitCut();
            assertThat(lake.rows(source))
                    .containsExactlyInAnyOrder(List.of(1L, "NaN"), List.of(2L, "Infinity"), List.of(3L, "-Infinity"));
        }
    }

    @Test
    void metricsOfFloatsCountNansAndNulls() throws IOException {
        SourceTable source = table(Scalar.DOUBLE);
        try (TestLake lake = new TestLake(source)) {
            Changes changes = new Changes(source, 0);
            Object[] values = {1.5, Double.NaN, null, -2.5, Double.NaN};
            for (int i = 0; i < values.length; i++) {
                changes.insert(10, Arrays.asList((long) i, values[i]));
            }
            lake.write(changes.batch());
            lake.commitCut();
            Table table = lake.table(source);
            DataFile file = table.currentSnapshot()
                    .addedDataFiles(table.io())
                    .iterator()
                    .next();
            assertThat(file.valueCounts()).containsEntry(2, 5L);
            assertThat(file.nullValueCounts()).containsEntry(2, 1L);
            assertThat(file.nanValueCounts()).containsEntry(2, 2L);
            assertThat((Double) Conversions.fromByteBuffer(
                            Types.DoubleType.get(), file.lowerBounds().get(2)))
                    .isEqualTo(-2.5);
            assertThat((Double) Conversions.fromByteBuffer(
                            Types.DoubleType.get(), file.upperBounds().get(2)))
                    .isEqualTo(1.5);
        }
    }

    private static byte[] int32(int value) {
        return ByteBuffer.allocate(4).putInt(value).array();
    }

    private static byte[] int64(long value) {
        return ByteBuffer.allocate(8).putLong(value).array();
    }

    private static byte[] array(int dimensions, int size, int lowerBound) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeInt(dimensions);
        out.writeInt(0);
        out.writeInt(23);
        for (int i = 0; i < dimensions; i++) {
            out.writeInt(size);
            out.writeInt(lowerBound);
        }
        out.writeInt(4);
        out.writeInt(7);
        return bytes.toByteArray();
    }

    private static SourceTable table(ColumnType type) {
        return new SourceTable(
                "1",
                "public",
                "typed",
                List.of(new SourceColumn("id", true, Scalar.BIGINT), new SourceColumn("value", false, type)),
                List.of(0),
                false);
    }
}
