package dev.sluice.ingest.hot;

import dev.sluice.ingest.row.BigEndian;
import dev.sluice.ingest.table.ColumnType.Scalar;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;

/**
 * The types that need no arithmetic beyond a shift of the epoch. Source: the {@code *_send} functions of PostgreSQL and
 * ClickHouse's documentation, "RowBinary".
 */
final class ScalarCodec implements ValueCodec {
    private static final int DAYS_1970_TO_2000 = 10_957;
    private static final long MICROS_1970_TO_2000 = 946_684_800_000_000L;
    private static final long MICROS_PER_DAY = 86_400_000_000L;
    /** 1900-01-01 and 2299-12-31, days since 1970: the range of Date32 and DateTime64. */
    private static final int DAY_MIN = -25_567;

    private static final int DAY_MAX = 120_529;
    private static final int UUID_BYTES = 16;
    private static final byte JSONB_VERSION = 1;

    private final Scalar type;

    ScalarCodec(Scalar type) {
        this.type = type;
    }

    @Override
    public String type() {
        return switch (type) {
            case BOOLEAN -> "Bool";
            case SMALLINT -> "Int16";
            case INTEGER -> "Int32";
            case BIGINT, TIME -> "Int64";
            case REAL -> "Float32";
            case DOUBLE -> "Float64";
            case NUMERIC_TEXT, TEXT, JSONB, BYTEA -> "String";
            case UUID -> "UUID";
            case DATE -> "Date32";
            case TIMESTAMP, TIMESTAMPTZ -> "DateTime64(6, 'UTC')";
        };
    }

    @Override
    public boolean isTotal() {
        return type != Scalar.DATE && type != Scalar.TIMESTAMP && type != Scalar.TIMESTAMPTZ;
    }

    @Override
    public boolean write(byte[] bytes, int offset, int length, RowBinary out) {
        checkLength(length);
        switch (type) {
            case BOOLEAN -> out.int8(bytes[offset] == 0 ? 0 : 1);
            case SMALLINT -> out.int16(BigEndian.int16(bytes, offset));
            case INTEGER, REAL -> out.int32(BigEndian.int32(bytes, offset));
            case BIGINT, DOUBLE, TIME -> out.int64(BigEndian.int64(bytes, offset));
            case TEXT, BYTEA, NUMERIC_TEXT -> out.string(bytes, offset, length);
            case JSONB -> writeJsonb(bytes, offset, length, out);
            case UUID -> {
                // Two halves, the high one first, each little-endian.
                out.int64(BigEndian.int64(bytes, offset));
                out.int64(BigEndian.int64(bytes, offset + 8));
            }
            case DATE -> {
                return writeDate(BigEndian.int32(bytes, offset), out);
            }
            case TIMESTAMP, TIMESTAMPTZ -> {
                return writeTimestamp(BigEndian.int64(bytes, offset), out);
            }
        }
        return true;
    }

    private static void writeJsonb(byte[] bytes, int offset, int length, RowBinary out) {
        if (length < 1 || bytes[offset] != JSONB_VERSION) {
            throw malformed("jsonb of an unknown version");
        }
        out.string(bytes, offset + 1, length - 1);
    }

    /** Infinity is the largest and the smallest number, so the range keeps it out, too. */
    private static boolean writeDate(int days2000, RowBinary out) {
        long days = (long) days2000 + DAYS_1970_TO_2000;
        if (days < DAY_MIN || days > DAY_MAX) {
            return false;
        }
        out.int32((int) days);
        return true;
    }

    private static boolean writeTimestamp(long micros2000, RowBinary out) {
        long day = Math.floorDiv(micros2000, MICROS_PER_DAY) + DAYS_1970_TO_2000;
        if (day < DAY_MIN || day > DAY_MAX) {
            return false;
        }
        out.int64(micros2000 + MICROS_1970_TO_2000);
        return true;
    }

    @Override
    public void writeDefault(RowBinary out) {
        out.zeros(fixedBytes() == 0 ? 1 : fixedBytes());
    }

    @Override
    public int skip(byte[] rowBinary, int at) {
        return fixedBytes() == 0 ? RowBinary.afterString(rowBinary, at) : at + fixedBytes();
    }

    /** Bytes in ClickHouse's form, 0 for strings. */
    private int fixedBytes() {
        return switch (type) {
            case BOOLEAN -> 1;
            case SMALLINT -> 2;
            case INTEGER, REAL, DATE -> 4;
            case BIGINT, DOUBLE, TIME, TIMESTAMP, TIMESTAMPTZ -> 8;
            case UUID -> UUID_BYTES;
            case TEXT, JSONB, BYTEA, NUMERIC_TEXT -> 0;
        };
    }

    /** PostgreSQL's form of these types is as long as ClickHouse's. */
    private void checkLength(int length) {
        if (fixedBytes() != 0 && length != fixedBytes()) {
            throw malformed("a value of type " + type + " with " + length + " bytes");
        }
    }

    static SluiceException malformed(String what) {
        return new SluiceException(ErrorCode.E1901, "the source sent " + what, "report this; the lake is unharmed");
    }
}
