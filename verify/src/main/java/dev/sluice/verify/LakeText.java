package dev.sluice.verify;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes values of Iceberg's generic reader as PostgreSQL's output functions would under the pinned settings. Source:
 * PostgreSQL documentation, "Date/Time Output", "bytea Hex Format", "Array Input and Output Syntax".
 */
final class LakeText {
    private LakeText() {}

    /** The canonical text in UTF-8; null for null. */
    static byte @Nullable [] of(@Nullable Object value) {
        return switch (value) {
            case null -> null;
            case CharSequence text -> text.toString().getBytes(StandardCharsets.UTF_8);
            case ByteBuffer bytes -> hex(bytes).getBytes(StandardCharsets.US_ASCII);
            case List<?> list -> array(list).getBytes(StandardCharsets.UTF_8);
            default -> scalar(value).getBytes(StandardCharsets.UTF_8);
        };
    }

    private static String scalar(Object value) {
        return switch (value) {
            case CharSequence text -> text.toString();
            case ByteBuffer bytes -> hex(bytes);
            case Boolean truth -> truth ? "t" : "f";
            case Double number -> ShortestFloat.of(number);
            case Float number -> ShortestFloat.of(number);
            case BigDecimal number -> number.toPlainString();
            case LocalDate date -> date(date) + era(date);
            case LocalTime time -> time(time);
            case LocalDateTime time ->
                date(time.toLocalDate()) + " " + time(time.toLocalTime()) + era(time.toLocalDate());
            case OffsetDateTime instant -> {
                LocalDateTime utc =
                        instant.withOffsetSameInstant(ZoneOffset.UTC).toLocalDateTime();
                yield date(utc.toLocalDate()) + " " + time(utc.toLocalTime()) + "+00" + era(utc.toLocalDate());
            }
            default -> value.toString();
        };
    }

    private static String date(LocalDate date) {
        int year = date.getYear() > 0 ? date.getYear() : 1 - date.getYear();
        StringBuilder text = new StringBuilder(10);
        padded(text, year, 4).append('-');
        padded(text, date.getMonthValue(), 2).append('-');
        return padded(text, date.getDayOfMonth(), 2).toString();
    }

    private static String era(LocalDate date) {
        return date.getYear() > 0 ? "" : " BC";
    }

    private static String time(LocalTime time) {
        StringBuilder text = new StringBuilder(15);
        padded(text, time.getHour(), 2).append(':');
        padded(text, time.getMinute(), 2).append(':');
        padded(text, time.getSecond(), 2);
        int micros = time.getNano() / 1000;
        if (micros > 0) {
            padded(text.append('.'), micros, 6);
            while (text.charAt(text.length() - 1) == '0') {
                text.setLength(text.length() - 1);
            }
        }
        return text.toString();
    }

    private static StringBuilder padded(StringBuilder text, int number, int digits) {
        String plain = Integer.toString(number);
        return text.repeat('0', Math.max(0, digits - plain.length())).append(plain);
    }

    private static String hex(ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.duplicate().get(copy);
        return "\\x" + HexFormat.of().formatHex(copy);
    }

    private static String array(List<?> list) {
        StringBuilder text = new StringBuilder("{");
        for (Object element : list) {
            if (text.length() > 1) {
                text.append(',');
            }
            if (element == null) {
                text.append("NULL");
            } else {
                element(text, scalar(element));
            }
        }
        return text.append('}').toString();
    }

    private static void element(StringBuilder text, String value) {
        if (!needsQuotes(value)) {
            text.append(value);
            return;
        }
        text.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                text.append('\\');
            }
            text.append(c);
        }
        text.append('"');
    }

    private static boolean needsQuotes(String value) {
        if (value.isEmpty() || value.equalsIgnoreCase("NULL")) {
            return true;
        }
        for (int i = 0; i < value.length(); i++) {
            switch (value.charAt(i)) {
                case '"', '\\', '{', '}', ',', ' ', '\t', '\n', '\r', '\f', 0x0B -> {
                    return true;
                }
                default -> {
                    // Any other character stands for itself.
                }
            }
        }
        return false;
    }
}
