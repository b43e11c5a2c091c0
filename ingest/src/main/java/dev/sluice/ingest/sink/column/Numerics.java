package dev.sluice.ingest.sink.column;

import dev.sluice.ingest.row.BigEndian;
import java.nio.charset.StandardCharsets;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.io.api.Binary;

/**
 * numeric. PostgreSQL sends int16 number of digits, weight of the first digit, sign and display scale, then the digits
 * to the base of 10,000. Source: {@code numeric_send} in PostgreSQL's {@code numeric.c}.
 */
final class Numerics {
    static final int HEADER_BYTES = 8;
    static final int NEGATIVE = 0x4000;
    static final int NAN = 0xC000;
    static final int PLUS_INFINITY = 0xD000;
    static final int MINUS_INFINITY = 0xF000;
    private static final int LONG_DIGITS_MAX = 18;
    private static final long[] POWERS_OF_TEN = new long[LONG_DIGITS_MAX + 1];

    static {
        POWERS_OF_TEN[0] = 1;
        for (int i = 1; i < POWERS_OF_TEN.length; i++) {
            POWERS_OF_TEN[i] = POWERS_OF_TEN[i - 1] * 10;
        }
    }

    private Numerics() {}

    static int decimalDigits(int digit) {
        if (digit >= 1000) {
            return 4;
        }
        if (digit >= 100) {
            return 3;
        }
        return digit >= 10 ? 2 : 1;
    }

    /** Checks of the header that all numeric encoders share. */
    abstract static class NumericEncoder extends ColumnEncoder {
        NumericEncoder(String name, ColumnDescriptor descriptor) {
            super(name, descriptor);
        }

        final int digitCount(byte[] bytes, int offset, int length) {
            int count = length < HEADER_BYTES ? -1 : BigEndian.int16(bytes, offset);
            if (count < 0 || HEADER_BYTES + 2 * count != length) {
                throw misfit("a malformed numeric");
            }
            return count;
        }

        final int digit(byte[] bytes, int offset, int index) {
            int digit = BigEndian.int16(bytes, offset + HEADER_BYTES + 2 * index);
            if (digit < 0 || digit > 9999) {
                throw misfit("a malformed numeric");
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

    /** decimal(precision, scale) as INT32, INT64 or FIXED_LEN_BYTE_ARRAY of its unscaled value. */
    static final class DecimalEncoder extends NumericEncoder {
        private static final int INT32_DIGITS_MAX = 9;

        private final int precision;
        private final int scale;
        private final byte[] unscaled;
        private final WideInteger wide = new WideInteger();

        /** @param fixedLength length of the FIXED_LEN_BYTE_ARRAY; unused up to 18 digits */
        DecimalEncoder(String name, ColumnDescriptor descriptor, int precision, int scale, int fixedLength) {
            super(name, descriptor);
            this.precision = precision;
            this.scale = scale;
            this.unscaled = new byte[Math.max(fixedLength, 0)];
        }

        @Override
        void write(byte[] bytes, int offset, int length, int repetition) {
            expect(ColumnFits.decimal(bytes, offset, length, precision, scale));
            int count = digitCount(bytes, offset, length);
            int sign = sign(bytes, offset);
            int magnitude = count == 0 ? 0 : 4 * weight(bytes, offset) + decimalDigits(digit(bytes, offset, 0)) + scale;
            if (magnitude <= LONG_DIGITS_MAX) {
                long value = longValue(bytes, offset, count);
                writeLong(sign == 0 ? value : -value, repetition);
                return;
            }
            wideValue(bytes, offset, count);
            wide.toBytes(sign != 0, unscaled);
            writer().write(Binary.fromReusedByteArray(unscaled), repetition, definitionLevel());
        }

        private void writeLong(long value, int repetition) {
            if (precision <= INT32_DIGITS_MAX) {
                writer().write((int) value, repetition, definitionLevel());
                return;
            }
            if (precision <= LONG_DIGITS_MAX) {
                writer().write(value, repetition, definitionLevel());
                return;
            }
            long rest = value;
            for (int i = unscaled.length - 1; i >= 0; i--) {
                unscaled[i] = (byte) rest;
                rest >>= 8;
            }
            writer().write(Binary.fromReusedByteArray(unscaled), repetition, definitionLevel());
        }

        /** The magnitude has been checked, so nothing here can overflow. */
        private long longValue(byte[] bytes, int offset, int count) {
            long value = 0;
            int exponent = 4 * weight(bytes, offset) + scale;
            for (int i = 0; i < count; i++, exponent -= 4) {
                int digit = digit(bytes, offset, i);
                value += exponent >= 0 ? digit * POWERS_OF_TEN[exponent] : cut(digit, exponent);
            }
            return value;
        }

        private void wideValue(byte[] bytes, int offset, int count) {
            wide.clear();
            int exponent = 4 * weight(bytes, offset) + scale;
            for (int i = 0; i < count; i++, exponent -= 4) {
                int digit = digit(bytes, offset, i);
                if (exponent >= 0) {
                    wide.multiplyAdd(10_000, digit);
                } else if (exponent > -4) {
                    wide.multiplyAdd((int) POWERS_OF_TEN[4 + exponent], cut(digit, exponent));
                } else {
                    cut(digit, exponent);
                }
            }
            for (int rest = exponent + 4; rest > 0; rest -= 4) {
                wide.multiplyAdd((int) POWERS_OF_TEN[Math.min(rest, 4)], 0);
            }
        }

        /** The part of a digit above the scale; what lies below must be zero, as nothing is ever rounded. */
        private int cut(int digit, int exponent) {
            int divisor = exponent > -4 ? (int) POWERS_OF_TEN[-exponent] : 10_000;
            if (digit % divisor != 0) {
                throw misfit(ColumnFits.tooManyDecimals(scale));
            }
            return digit / divisor;
        }
    }

    /** numeric as PostgreSQL prints it, with all digits of its display scale. */
    static final class TextEncoder extends NumericEncoder {
        private static final byte[] NAN_TEXT = "NaN".getBytes(StandardCharsets.US_ASCII);
        private static final byte[] PLUS_TEXT = "Infinity".getBytes(StandardCharsets.US_ASCII);
        private static final byte[] MINUS_TEXT = "-Infinity".getBytes(StandardCharsets.US_ASCII);

        private byte[] text = new byte[64];

        TextEncoder(String name, ColumnDescriptor descriptor) {
            super(name, descriptor);
        }

        @Override
        void write(byte[] bytes, int offset, int length, int repetition) {
            int count = digitCount(bytes, offset, length);
            Binary value = switch (sign(bytes, offset)) {
                case NAN -> Binary.fromConstantByteArray(NAN_TEXT);
                case PLUS_INFINITY -> Binary.fromConstantByteArray(PLUS_TEXT);
                case MINUS_INFINITY -> Binary.fromConstantByteArray(MINUS_TEXT);
                case 0, NEGATIVE -> rendered(bytes, offset, count);
                default -> throw misfit("a malformed numeric");
            };
            writer().write(value, repetition, definitionLevel());
        }

        private Binary rendered(byte[] bytes, int offset, int count) {
            // In this order: rendering may put a longer buffer in place.
            int length = render(bytes, offset, count);
            return Binary.fromReusedByteArray(text, 0, length);
        }

        private int render(byte[] bytes, int offset, int count) {
            int weight = weight(bytes, offset);
            int decimals = displayScale(bytes, offset);
            int capacity = 4 * Math.max(weight + 1, 1) + decimals + 8;
            if (text.length < capacity) {
                text = new byte[capacity];
            }
            int at = 0;
            if (sign(bytes, offset) == NEGATIVE) {
                text[at++] = '-';
            }
            at = renderInteger(bytes, offset, count, weight, at);
            if (decimals == 0) {
                return at;
            }
            text[at++] = '.';
            int end = at + decimals;
            for (int position = weight + 1; at < end; position++) {
                // A number below 0.0001 begins with groups that are not sent.
                int digit = position >= 0 && position < count ? digit(bytes, offset, position) : 0;
                for (int power = 1000; power > 0 && at < end; power /= 10) {
                    text[at++] = (byte) ('0' + digit / power % 10);
                }
            }
            return at;
        }

        private int renderInteger(byte[] bytes, int offset, int count, int weight, int start) {
            if (weight < 0) {
                text[start] = '0';
                return start + 1;
            }
            int at = start;
            for (int index = 0; index <= weight; index++) {
                int digit = index < count ? digit(bytes, offset, index) : 0;
                int shown = index == 0 ? decimalDigits(digit) : 4;
                for (int power = (int) POWERS_OF_TEN[shown - 1]; power > 0; power /= 10) {
                    text[at++] = (byte) ('0' + digit / power % 10);
                }
            }
            return at;
        }
    }
}
