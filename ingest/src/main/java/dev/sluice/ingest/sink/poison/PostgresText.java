package dev.sluice.ingest.sink.poison;

import dev.sluice.ingest.row.BigEndian;
import dev.sluice.ingest.row.RowForm;
import dev.sluice.ingest.table.ColumnType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.HexFormat;
import java.util.UUID;

/**
 * PostgreSQL's text of a value, from its binary form: what {@code ::text} gives with DateStyle ISO and TimeZone UTC. A
 * test holds it to the server's own output. Source: the {@code *_out} functions of PostgreSQL.
 */
public final class PostgresText {
    private static final int EPOCH_DAYS = 10_957;
    private static final long DAY_MICROS = 86_400_000_000L;
    private static final int NUMERIC_HEADER_BYTES = 8;
    private static final int ARRAY_HEADER_BYTES = 12;

    private PostgresText() {}

    /** The text of a value that is not NULL and well formed, as those of the server are. */
    public static String of(ColumnType type, byte[] bytes, int offset, int length) {
        if (type instanceof ColumnType.Array array) {
            return array(array.element(), bytes, offset);
        }
        if (type instanceof ColumnType.Numeric) {
            return numeric(bytes, offset);
        }
        return switch ((ColumnType.Scalar) type) {
            case BOOLEAN -> bytes[offset] == 0 ? "f" : "t";
            case SMALLINT -> Short.toString(BigEndian.int16(bytes, offset));
            case INTEGER -> Integer.toString(BigEndian.int32(bytes, offset));
            case BIGINT -> Long.toString(BigEndian.int64(bytes, offset));
            case REAL -> ShortestDigits.of(Float.intBitsToFloat(BigEndian.int32(bytes, offset)));
            case DOUBLE -> ShortestDigits.of(Double.longBitsToDouble(BigEndian.int64(bytes, offset)));
            case NUMERIC_TEXT -> numeric(bytes, offset);
            case TEXT -> new String(bytes, offset, length, StandardCharsets.UTF_8);
            case JSONB -> new String(bytes, offset + 1, length - 1, StandardCharsets.UTF_8);
            case UUID -> new UUID(BigEndian.int64(bytes, offset), BigEndian.int64(bytes, offset + 8)).toString();
            case DATE -> date(BigEndian.int32(bytes, offset));
            case TIME -> time(BigEndian.int64(bytes, offset));
            case TIMESTAMP -> timestamp(BigEndian.int64(bytes, offset), "");
            case TIMESTAMPTZ -> timestamp(BigEndian.int64(bytes, offset), "+00");
            case BYTEA -> "\\x" + HexFormat.of().formatHex(bytes, offset, offset + length);
        };
    }

    private static String date(int days) {
        if (days == Integer.MAX_VALUE || days == Integer.MIN_VALUE) {
            return days < 0 ? "-infinity" : "infinity";
        }
        LocalDate date = LocalDate.ofEpochDay((long) days + EPOCH_DAYS);
        return dayOf(date) + era(date);
    }

    private static String timestamp(long micros, String zone) {
        if (micros == Long.MAX_VALUE || micros == Long.MIN_VALUE) {
            return micros < 0 ? "-infinity" : "infinity";
        }
        LocalDate date = LocalDate.ofEpochDay(Math.floorDiv(micros, DAY_MICROS) + EPOCH_DAYS);
        return dayOf(date) + " " + time(Math.floorMod(micros, DAY_MICROS)) + zone + era(date);
    }

    /** There is no year 0: it is 1 BC. */
    private static String dayOf(LocalDate date) {
        int year = date.getYear() > 0 ? date.getYear() : 1 - date.getYear();
        return String.format("%04d-%02d-%02d", year, date.getMonthValue(), date.getDayOfMonth());
    }

    private static String era(LocalDate date) {
        return date.getYear() > 0 ? "" : " BC";
    }

    private static String time(long micros) {
        long seconds = micros / 1_000_000;
        String text = String.format("%02d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
        long fraction = micros % 1_000_000;
        return fraction == 0
                ? text
                : text + "." + String.format("%06d", fraction).replaceFirst("0+$", "");
    }

    private static String numeric(byte[] bytes, int offset) {
        int sign = BigEndian.int16(bytes, offset + 4) & 0xFFFF;
        switch (sign) {
            case 0xC000:
                return "NaN";
            case 0xD000:
                return "Infinity";
            case 0xF000:
                return "-Infinity";
            default:
        }
        int count = BigEndian.int16(bytes, offset);
        int weight = BigEndian.int16(bytes, offset + 2);
        BigInteger digits = BigInteger.ZERO;
        for (int i = 0; i < count; i++) {
            int digit = BigEndian.int16(bytes, offset + NUMERIC_HEADER_BYTES + 2 * i);
            digits = digits.multiply(BigInteger.valueOf(10_000)).add(BigInteger.valueOf(digit));
        }
        int scale = BigEndian.int16(bytes, offset + 6) & 0x3FFF;
        BigDecimal value = new BigDecimal(digits).movePointLeft(4 * (count - 1 - weight));
        // What the server does not show is zero.
        return (sign == 0 ? "" : "-")
                + value.setScale(scale, java.math.RoundingMode.DOWN).toPlainString();
    }

    private static String array(ColumnType element, byte[] bytes, int offset) {
        int dimensions = BigEndian.int32(bytes, offset);
        if (dimensions == 0) {
            return "{}";
        }
        int[] sizes = new int[dimensions];
        StringBuilder bounds = new StringBuilder();
        boolean shifted = false;
        for (int i = 0; i < dimensions; i++) {
            sizes[i] = BigEndian.int32(bytes, offset + ARRAY_HEADER_BYTES + 8 * i);
            int lower = BigEndian.int32(bytes, offset + ARRAY_HEADER_BYTES + 8 * i + 4);
            shifted |= lower != 1;
            bounds.append('[')
                    .append(lower)
                    .append(':')
                    .append(lower + sizes[i] - 1)
                    .append(']');
        }
        StringBuilder out = new StringBuilder(shifted ? bounds + "=" : "");
        new Elements(element, bytes, offset + ARRAY_HEADER_BYTES + 8 * dimensions, sizes, out).write(0);
        return out.toString();
    }

    /** The elements of an array, in nested braces. */
    private static final class Elements {
        private final ColumnType type;
        private final byte[] bytes;
        private final int[] sizes;
        private final StringBuilder out;
        private int at;

        Elements(ColumnType type, byte[] bytes, int at, int[] sizes, StringBuilder out) {
            this.type = type;
            this.bytes = bytes;
            this.at = at;
            this.sizes = sizes;
            this.out = out;
        }

        void write(int depth) {
            out.append('{');
            for (int i = 0; i < sizes[depth]; i++) {
                out.append(i == 0 ? "" : ",");
                if (depth + 1 < sizes.length) {
                    write(depth + 1);
                } else {
                    writeOne();
                }
            }
            out.append('}');
        }

        private void writeOne() {
            int length = BigEndian.int32(bytes, at);
            at += 4;
            if (length == RowForm.NULL) {
                out.append("NULL");
                return;
            }
            out.append(quoted(of(type, bytes, at, length)));
            at += length;
        }

        private static String quoted(String text) {
            boolean needed = text.isEmpty() || text.equalsIgnoreCase("null");
            for (int i = 0; i < text.length() && !needed; i++) {
                needed = "\"\\{}, \t\n\r\u000b\f".indexOf(text.charAt(i)) >= 0;
            }
            return needed ? '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"' : text;
        }
    }
}
