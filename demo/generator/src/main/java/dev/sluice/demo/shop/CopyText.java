package dev.sluice.demo.shop;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;

/**
 * Writes rows in the text format of COPY into a stream, with next to no garbage. Source: PostgreSQL documentation, COPY,
 * "Text Format".
 */
final class CopyText {
    private static final int FLUSH_BYTES = 1 << 16;
    private static final int LONGEST_FIXED_VALUE = 64;
    private static final long DAY_MICROS = 86_400_000_000L;

    private final OutputStream out;
    private byte[] buffer = new byte[2 * FLUSH_BYTES];
    private int length;
    private boolean firstInRow = true;
    private long cachedDay = Long.MIN_VALUE;
    private byte[] cachedDate = new byte[0];

    CopyText(OutputStream out) {
        this.out = out;
    }

    CopyText number(long value) {
        begin();
        digits(value, 1);
        return this;
    }

    /** A numeric with two digits after the point. */
    CopyText cents(long value) {
        begin();
        digits(value / 100, 1);
        buffer[length++] = '.';
        digits(value % 100, 2);
        return this;
    }

    /** A timestamp without zone, from microseconds since 1970. */
    CopyText timestamp(long micros) {
        begin();
        long day = Math.floorDiv(micros, DAY_MICROS);
        if (day != cachedDay) {
            cachedDay = day;
            cachedDate = LocalDate.ofEpochDay(day).toString().getBytes(StandardCharsets.US_ASCII);
        }
        append(cachedDate);
        long rest = Math.floorMod(micros, DAY_MICROS);
        long seconds = rest / 1_000_000;
        buffer[length++] = ' ';
        digits(seconds / 3600, 2);
        buffer[length++] = ':';
        digits(seconds / 60 % 60, 2);
        buffer[length++] = ':';
        digits(seconds % 60, 2);
        buffer[length++] = '.';
        digits(rest % 1_000_000, 6);
        return this;
    }

    CopyText nothing() {
        begin();
        buffer[length++] = '\\';
        buffer[length++] = 'N';
        return this;
    }

    CopyText text(String value) {
        begin();
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        room(2 * bytes.length);
        for (byte b : bytes) {
            switch (b) {
                case '\\' -> escape('\\');
                case '\t' -> escape('t');
                case '\n' -> escape('n');
                case '\r' -> escape('r');
                default -> buffer[length++] = b;
            }
        }
        return this;
    }

    /** A prefix and a number padded with zeros, both plain ASCII without a character that COPY escapes. */
    CopyText text(String plainPrefix, long number, int digits) {
        begin();
        append(plainPrefix.getBytes(StandardCharsets.US_ASCII));
        digits(number, digits);
        return this;
    }

    void endRow() throws IOException {
        room(1);
        buffer[length++] = '\n';
        firstInRow = true;
        if (length >= FLUSH_BYTES) {
            flush();
        }
    }

    void flush() throws IOException {
        out.write(buffer, 0, length);
        length = 0;
    }

    private void begin() {
        room(LONGEST_FIXED_VALUE);
        if (!firstInRow) {
            buffer[length++] = '\t';
        }
        firstInRow = false;
    }

    private void escape(char c) {
        buffer[length++] = '\\';
        buffer[length++] = (byte) c;
    }

    private void append(byte[] bytes) {
        room(bytes.length);
        System.arraycopy(bytes, 0, buffer, length, bytes.length);
        length += bytes.length;
    }

    private void digits(long value, int atLeast) {
        int count = 1;
        for (long rest = value / 10; rest > 0; rest /= 10) {
            count++;
        }
        count = Math.max(count, atLeast);
        long rest = value;
        for (int i = length + count - 1; i >= length; i--) {
            buffer[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        length += count;
    }

    private void room(int bytes) {
        if (buffer.length - length < bytes + LONGEST_FIXED_VALUE) {
            buffer = java.util.Arrays.copyOf(buffer, Math.max(2 * buffer.length, length + bytes + FLUSH_BYTES));
        }
    }
}
