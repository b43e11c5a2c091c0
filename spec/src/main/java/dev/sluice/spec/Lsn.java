package dev.sluice.spec;

import java.io.Serializable;

/**
 * A position in PostgreSQL's write-ahead log: an unsigned 64-bit number, written {@code X/Y} in hexadecimal.
 *
 * @param value the position; compared unsigned
 */
public record Lsn(long value) implements Comparable<Lsn>, Serializable {
    public static final Lsn ZERO = new Lsn(0);

    /** Parses {@code 16/B374D848}; throws {@link IllegalArgumentException} on anything else. */
    public static Lsn parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 1 || slash > 8 || text.length() - slash - 1 < 1 || text.length() - slash - 1 > 8) {
            throw new IllegalArgumentException("not an LSN (expected X/Y in hexadecimal): " + text);
        }
        try {
            long high = Long.parseLong(text, 0, slash, 16);
            long low = Long.parseLong(text, slash + 1, text.length(), 16);
            return new Lsn(high << 32 | low);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("not an LSN (expected X/Y in hexadecimal): " + text, e);
        }
    }

    public static Lsn max(Lsn a, Lsn b) {
        return a.compareTo(b) >= 0 ? a : b;
    }

    public boolean isAtMost(Lsn other) {
        return compareTo(other) <= 0;
    }

    @Override
    public int compareTo(Lsn other) {
        return Long.compareUnsigned(value, other.value);
    }

    @Override
    public String toString() {
        return String.format("%X/%X", value >>> 32, value & 0xFFFF_FFFFL);
    }
}
