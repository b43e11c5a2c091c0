package dev.sluice.ingest.hot;

import dev.sluice.ingest.row.BigEndian;

/**
 * Reads numeric: int16 number of digits, weight of the first digit, sign and display scale, then the digits to the base
 * of 10,000. Source: {@code numeric_send} in PostgreSQL's {@code numeric.c}.
 */
final class PgNumeric {
    static final int NEGATIVE = 0x4000;
    static final int NAN = 0xC000;
    static final int PLUS_INFINITY = 0xD000;
    static final int MINUS_INFINITY = 0xF000;
    private static final int HEADER_BYTES = 8;
    private static final int DIGIT_MAX = 9_999;

    private PgNumeric() {}

    static int digits(byte[] bytes, int offset, int length) {
        int count = length < HEADER_BYTES ? -1 : BigEndian.int16(bytes, offset);
        if (count < 0 || HEADER_BYTES + 2 * count != length) {
            throw ScalarCodec.malformed("a malformed numeric");
        }
        return count;
    }

    /** The digit of weight {@code weight - index}; 0 behind the last. */
    static int digit(byte[] bytes, int offset, int count, int index) {
        if (index < 0 || index >= count) {
            return 0;
        }
        int digit = BigEndian.int16(bytes, offset + HEADER_BYTES + 2 * index);
        if (digit < 0 || digit > DIGIT_MAX) {
            throw ScalarCodec.malformed("a malformed numeric");
        }
        return digit;
    }

    static int weight(byte[] bytes, int offset) {
        return BigEndian.int16(bytes, offset + 2);
    }

    static int sign(byte[] bytes, int offset) {
        return BigEndian.int16(bytes, offset + 4) & 0xFFFF;
    }

    static int displayScale(byte[] bytes, int offset) {
        return BigEndian.int16(bytes, offset + 6) & 0x3FFF;
    }
}
