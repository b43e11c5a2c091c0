package dev.sluice.ingest.hot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.ingest.table.ColumnType;
import dev.sluice.ingest.table.ColumnType.Scalar;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** PostgreSQL's binary form in, ClickHouse's RowBinary out; both written in hexadecimal. */
class ValueCodecTest {
    private static final HexFormat HEX = HexFormat.of();

    private static byte[] write(ColumnType type, byte[] value) {
        RowBinary out = new RowBinary();
        ValueCodec codec = ValueCodec.of(type);
        if (!codec.write(value, 0, value.length, out)) {
            assertThat(out.length()).isZero();
            return null;
        }
        assertThat(codec.skip(out.bytes(), 0)).isEqualTo(out.length());
        return Arrays.copyOf(out.bytes(), out.length());
    }

    @ParameterizedTest
    @CsvSource({
        "BOOLEAN,Bool,01,01",
        "SMALLINT,Int16,fffe,feff",
        "INTEGER,Int32,00000102,02010000",
        "BIGINT,Int64,0102030405060708,0807060504030201",
        "REAL,Float32,3fc00000,0000c03f",
        "DOUBLE,Float64,3ff8000000000000,000000000000f83f",
        "TEXT,String,c3bc61,03c3bc61",
        "TEXT,String,'',00",
        "JSONB,String,017b7d,027b7d",
        "BYTEA,String,00ff,0200ff",
        "UUID,UUID,00112233445566778899aabbccddeeff,7766554433221100ffeeddccbbaa9988",
        "DATE,Date32,00000000,cd2a0000",
        "TIME,Int64,00000014185f4e40,404e5f1814000000",
        "TIMESTAMP,'DateTime64(6, ''UTC'')',0000000000000001,01605a9aff5c0300",
    })
    void scalarsKeepTheirValue(Scalar type, String clickHouseType, String postgres, String clickHouse) {
        assertThat(ValueCodec.of(type).type()).isEqualTo(clickHouseType);
        byte[] expected = type == Scalar.TIMESTAMP ? micros(946_684_800_000_001L) : HEX.parseHex(clickHouse);
        assertThat(HEX.formatHex(write(type, HEX.parseHex(postgres)))).isEqualTo(HEX.formatHex(expected));
    }

    private static byte[] micros(long value) {
        return ByteBuffer.allocate(8).putLong(Long.reverseBytes(value)).array();
    }

    @Test
    void datesAndTimesOutOfRangeHaveNoPlace() {
        // 1900-01-01 is 36,524 days before 2000-01-01; 2299-12-31 is 109,572 days behind it.
        assertThat(write(Scalar.DATE, BatchBuilder.int4(-36_524))).isNotNull();
        assertThat(write(Scalar.DATE, BatchBuilder.int4(-36_525))).isNull();
        assertThat(write(Scalar.DATE, BatchBuilder.int4(109_572))).isNotNull();
        assertThat(write(Scalar.DATE, BatchBuilder.int4(109_573))).isNull();
        long day = 86_400_000_000L;
        assertThat(write(Scalar.TIMESTAMP, BatchBuilder.int8(-36_524 * day))).isNotNull();
        assertThat(write(Scalar.TIMESTAMP, BatchBuilder.int8(-36_524 * day - 1)))
                .isNull();
        assertThat(write(Scalar.TIMESTAMPTZ, BatchBuilder.int8(109_573 * day - 1)))
                .isNotNull();
        assertThat(write(Scalar.TIMESTAMPTZ, BatchBuilder.int8(109_573 * day))).isNull();
        for (long infinity : new long[] {Long.MAX_VALUE, Long.MIN_VALUE}) {
            assertThat(write(Scalar.TIMESTAMPTZ, BatchBuilder.int8(infinity))).isNull();
        }
        assertThat(write(Scalar.DATE, BatchBuilder.int4(Integer.MAX_VALUE))).isNull();
        assertThat(write(Scalar.DATE, BatchBuilder.int4(Integer.MIN_VALUE))).isNull();
    }

    /** The binary form of numeric, built by another way than the codec reads it. */
    static byte[] numeric(BigDecimal value, int displayScale) {
        BigDecimal rest = value.abs();
        List<Integer> digits = new ArrayList<>();
        int fractionGroups = (Math.max(rest.scale(), 0) + 3) / 4;
        BigInteger scaled = rest.movePointRight(fractionGroups * 4).toBigIntegerExact();
        BigInteger base = BigInteger.valueOf(10_000);
        while (scaled.signum() != 0) {
            BigInteger[] parts = scaled.divideAndRemainder(base);
            digits.add(0, parts[1].intValue());
            scaled = parts[0];
        }
        int weight = digits.size() - fractionGroups - 1;
        while (!digits.isEmpty() && digits.get(digits.size() - 1) == 0) {
            digits.remove(digits.size() - 1);
        }
        ByteBuffer bytes = ByteBuffer.allocate(8 + 2 * digits.size());
        bytes.putShort((short) digits.size());
        bytes.putShort((short) (digits.isEmpty() ? 0 : weight));
        bytes.putShort((short) (value.signum() < 0 ? 0x4000 : 0));
        bytes.putShort((short) displayScale);
        digits.forEach(digit -> bytes.putShort(digit.shortValue()));
        return bytes.array();
    }

    @Test
    void decimalsOfEveryWidthKeepEveryDigit() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 50_000; i++) {
            int precision = 1 + random.nextInt(38);
            int scale = random.nextInt(precision + 1);
            BigInteger unscaled = new BigInteger(random.nextInt(130), random).mod(BigInteger.TEN.pow(precision));
            BigDecimal value = new BigDecimal(random.nextBoolean() ? unscaled : unscaled.negate(), scale);
            byte[] written = write(new ColumnType.Numeric(precision, scale), numeric(value, scale));
            assertThat(written).hasSize(precision <= 9 ? 4 : precision <= 18 ? 8 : 16);
            byte[] bigEndian = new byte[written.length];
            for (int b = 0; b < written.length; b++) {
                bigEndian[b] = written[written.length - 1 - b];
            }
            assertThat(new BigDecimal(new BigInteger(bigEndian), scale))
                    .as("seed %d: %s as (%d,%d)", seed, value, precision, scale)
                    .isEqualByComparingTo(value);
        }
    }

    @Test
    void decimalsAreNeverRounded() {
        ColumnType type = new ColumnType.Numeric(6, 2);
        for (String value : List.of("12345", "0.001", "1.00001")) {
            assertHasNoPlace(type, numeric(new BigDecimal(value), 5));
        }
        assertHasNoPlace(type, HEX.parseHex("00000000c0000000"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0",
                "0.00",
                "-1",
                "10000",
                "12345678901234567890123456789012345678901234567890",
                "0.000012",
                "-100000000.00000001",
                "9999.9999",
                "1.50",
                "1000000"
            })
    void numericTextIsWhatPostgresPrints(String text) {
        BigDecimal value = new BigDecimal(text);
        byte[] written = write(Scalar.NUMERIC_TEXT, numeric(value, value.scale()));
        assertThat(new String(written, 1, written.length - 1, StandardCharsets.US_ASCII))
                .isEqualTo(text);
    }

    @Test
    void numericTextKnowsTheSpecialValues() {
        assertThat(write(Scalar.NUMERIC_TEXT, HEX.parseHex("00000000c0000000")))
                .endsWith("NaN".getBytes(StandardCharsets.US_ASCII));
        assertThat(write(Scalar.NUMERIC_TEXT, HEX.parseHex("00000000d0000000")))
                .endsWith("Infinity".getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void arraysKeepNullElements() {
        ColumnType type = new ColumnType.Array(Scalar.INTEGER);
        assertThat(ValueCodec.of(type).type()).isEqualTo("Array(Nullable(Int32))");
        assertThat(write(type, HEX.parseHex("00000000" + "00000000" + "00000017")))
                .containsExactly(0);
        byte[] two = HEX.parseHex(
                "00000001" + "00000001" + "00000017" + "00000002" + "00000001" + "00000004" + "00000007" + "ffffffff");
        assertThat(HEX.formatHex(write(type, two))).isEqualTo("02" + "00" + "07000000" + "01");
        byte[] square = HEX.parseHex("00000002" + "00000000" + "00000017" + "00000001" + "00000001" + "00000001"
                + "00000001" + "00000004" + "00000007");
        assertHasNoPlace(type, square);
    }

    /** The column is NULL then, and therefore Nullable or with a companion. */
    private static void assertHasNoPlace(ColumnType type, byte[] value) {
        ValueCodec codec = ValueCodec.of(type);
        RowBinary out = new RowBinary();
        assertThat(codec.write(value, 0, value.length, out)).isFalse();
        assertThat(out.length()).isZero();
        assertThat(codec.isTotal()).isFalse();
    }
}
