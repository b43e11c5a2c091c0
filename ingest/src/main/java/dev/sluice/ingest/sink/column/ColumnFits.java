package dev.sluice.ingest.sink.column;

import dev.sluice.ingest.row.BigEndian;
import dev.sluice.ingest.row.RowForm;
import dev.sluice.ingest.table.ColumnType;

/**
 * Which values have no place in the lake. A row is looked at as a whole before any of its values is written, because a
 * row that is written half cannot be taken back out of a file.
 */
public final class ColumnFits {
    private static final ColumnFit ANY = (bytes, offset, length) -> null;
    private static final long DAY_MICROS = 86_400_000_000L;
    private static final byte JSONB_VERSION = 1;
    private static final int ARRAY_HEADER_BYTES = 12;
    private static final int DIMENSION_BYTES = 8;
    private static final String MALFORMED_ARRAY = "a malformed array";
    private static final String MALFORMED_NUMERIC = "a malformed numeric";

    private ColumnFits() {}

    /** Of a type. */
    public static ColumnFit of(ColumnType type) {
        if (type instanceof ColumnType.Array array) {
            return new ArrayFit(of(array.element()));
        }
        if (type instanceof ColumnType.Numeric numeric) {
            return (bytes, offset, length) -> decimal(bytes, offset, length, numeric.precision(), numeric.scale());
        }
        return switch ((ColumnType.Scalar) type) {
            case BOOLEAN -> ofLength(1);
            case SMALLINT -> ofLength(2);
            case INTEGER, REAL -> ofLength(4);
            case BIGINT, DOUBLE -> ofLength(8);
            case UUID -> ofLength(16);
            case TEXT, BYTEA -> ANY;
            case NUMERIC_TEXT -> ColumnFits::numeric;
            case JSONB -> ColumnFits::jsonb;
            case DATE -> ColumnFits::date;
            case TIME -> ColumnFits::time;
            case TIMESTAMP, TIMESTAMPTZ -> ColumnFits::timestamp;
        };
    }

    /** Whether PostgreSQL can hold a value of the type that the lake cannot: only these need a look. */
    public static boolean mayMisfit(ColumnType type) {
        return type instanceof ColumnType.Array
                || type instanceof ColumnType.Numeric
                || type == ColumnType.Scalar.DATE
                || type == ColumnType.Scalar.TIME
                || type == ColumnType.Scalar.TIMESTAMP
                || type == ColumnType.Scalar.TIMESTAMPTZ
                || type == ColumnType.Scalar.JSONB;
    }

    /** Whether a misfit is nothing that PostgreSQL could mean, so that it has no text either. */
    public static boolean isMalformed(String misfit) {
        return misfit.contains("malformed") || misfit.contains("unknown version") || misfit.contains("are due");
    }

    private static ColumnFit ofLength(int expected) {
        return (bytes, offset, length) -> length(length, expected);
    }

    private static String length(int length, int expected) {
        return length == expected ? null : "a value of " + length + " bytes where " + expected + " are due";
    }

    static String date(byte[] bytes, int offset, int length) {
        if (length != 4) {
            return length(length, 4);
        }
        int days = BigEndian.int32(bytes, offset);
        if (days == Integer.MAX_VALUE || days == Integer.MIN_VALUE) {
            return "an infinite date";
        }
        return days > Integer.MAX_VALUE - Fixed.EPOCH_DAYS ? "a date beyond the range of days" : null;
    }

    static String time(byte[] bytes, int offset, int length) {
        if (length != 8) {
            return length(length, 8);
        }
        long micros = BigEndian.int64(bytes, offset);
        if (micros >= 0 && micros < DAY_MICROS) {
            return null;
        }
        return micros == DAY_MICROS ? "the time 24:00" : "a time outside of the day";
    }

    static String timestamp(byte[] bytes, int offset, int length) {
        if (length != 8) {
            return length(length, 8);
        }
        long micros = BigEndian.int64(bytes, offset);
        if (micros == Long.MAX_VALUE || micros == Long.MIN_VALUE) {
            return "an infinite timestamp";
        }
        return micros > Long.MAX_VALUE - Fixed.EPOCH_MICROS
                ? "a timestamp beyond the range of 64-bit microseconds"
                : null;
    }

    static String jsonb(byte[] bytes, int offset, int length) {
        return length < 1 || bytes[offset] != JSONB_VERSION ? "jsonb of an unknown version" : null;
    }

    static String numeric(byte[] bytes, int offset, int length) {
        int count = length < Numerics.HEADER_BYTES ? -1 : BigEndian.int16(bytes, offset);
        if (count < 0 || Numerics.HEADER_BYTES + 2 * count != length) {
            return MALFORMED_NUMERIC;
        }
        for (int i = 0; i < count; i++) {
            int digit = digit(bytes, offset, i);
            if (digit < 0 || digit > 9999) {
                return MALFORMED_NUMERIC;
            }
        }
        return null;
    }

    /** Of a column numeric(precision, scale). */
    static String decimal(byte[] bytes, int offset, int length, int precision, int scale) {
        String malformed = numeric(bytes, offset, length);
        if (malformed != null) {
            return malformed;
        }
        int sign = BigEndian.int16(bytes, offset + 4) & 0xFFFF;
        if (sign != 0 && sign != Numerics.NEGATIVE) {
            return sign == Numerics.NAN ? "NaN" : "an infinite numeric";
        }
        int count = BigEndian.int16(bytes, offset);
        if (count == 0) {
            return null;
        }
        int weight = BigEndian.int16(bytes, offset + 2);
        if (4 * weight + Numerics.decimalDigits(digit(bytes, offset, 0)) + scale > precision) {
            return "a numeric of more than " + precision + " digits";
        }
        return hasDecimalsBelow(bytes, offset, count, weight, scale) ? tooManyDecimals(scale) : null;
    }

    static String tooManyDecimals(int scale) {
        return "a numeric of more than " + scale + " decimals";
    }

    private static boolean hasDecimalsBelow(byte[] bytes, int offset, int count, int weight, int scale) {
        int exponent = 4 * weight + scale;
        for (int i = 0; i < count; i++, exponent -= 4) {
            int divisor =
                    exponent >= 0 ? 1 : exponent == -1 ? 10 : exponent == -2 ? 100 : exponent == -3 ? 1000 : 10_000;
            if (digit(bytes, offset, i) % divisor != 0) {
                return true;
            }
        }
        return false;
    }

    private static int digit(byte[] bytes, int offset, int index) {
        return BigEndian.int16(bytes, offset + Numerics.HEADER_BYTES + 2 * index);
    }

    /** One dimension that begins at 1, and every element fits. */
    private record ArrayFit(ColumnFit element) implements ColumnFit {
        @Override
        public String misfit(byte[] bytes, int offset, int length) {
            if (length < ARRAY_HEADER_BYTES) {
                return MALFORMED_ARRAY;
            }
            int dimensions = BigEndian.int32(bytes, offset);
            if (dimensions == 0) {
                return length == ARRAY_HEADER_BYTES ? null : MALFORMED_ARRAY;
            }
            if (dimensions < 0 || length < ARRAY_HEADER_BYTES + DIMENSION_BYTES) {
                return MALFORMED_ARRAY;
            }
            if (dimensions > 1) {
                return "an array of several dimensions";
            }
            if (BigEndian.int32(bytes, offset + ARRAY_HEADER_BYTES + 4) != 1) {
                return "an array whose lower bound is not 1";
            }
            return elements(bytes, offset, offset + length);
        }

        private String elements(byte[] bytes, int offset, int end) {
            int count = BigEndian.int32(bytes, offset + ARRAY_HEADER_BYTES);
            int at = offset + ARRAY_HEADER_BYTES + DIMENSION_BYTES;
            for (int i = 0; i < count; i++) {
                int length = at > end - 4 ? Integer.MAX_VALUE : BigEndian.int32(bytes, at);
                at += 4;
                if (length == RowForm.NULL) {
                    continue;
                }
                if (length < 0 || length > end - at) {
                    return MALFORMED_ARRAY;
                }
                String misfit = element.misfit(bytes, at, length);
                if (misfit != null) {
                    return "an array with " + misfit;
                }
                at += length;
            }
            return at == end && count >= 1 ? null : MALFORMED_ARRAY;
        }
    }
}
