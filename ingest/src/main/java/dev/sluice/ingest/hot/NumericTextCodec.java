package dev.sluice.ingest.hot;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** numeric without a precision as PostgreSQL prints it, with all digits of its display scale. */
final class NumericTextCodec implements ValueCodec {
    private static final byte[] NAN = "NaN".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] PLUS_INFINITY = "Infinity".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] MINUS_INFINITY = "-Infinity".getBytes(StandardCharsets.US_ASCII);

    private byte[] text = new byte[64];

    @Override
    public String type() {
        return "String";
    }

    @Override
    public boolean isTotal() {
        return true;
    }

    @Override
    public boolean write(byte[] bytes, int offset, int length, RowBinary out) {
        int count = PgNumeric.digits(bytes, offset, length);
        switch (PgNumeric.sign(bytes, offset)) {
            case PgNumeric.NAN -> out.string(NAN, 0, NAN.length);
            case PgNumeric.PLUS_INFINITY -> out.string(PLUS_INFINITY, 0, PLUS_INFINITY.length);
            case PgNumeric.MINUS_INFINITY -> out.string(MINUS_INFINITY, 0, MINUS_INFINITY.length);
            case 0, PgNumeric.NEGATIVE -> out.string(text, 0, render(bytes, offset, count));
            default -> throw ScalarCodec.malformed("a malformed numeric");
        }
        return true;
    }

    private int render(byte[] bytes, int offset, int count) {
        int weight = PgNumeric.weight(bytes, offset);
        int decimals = PgNumeric.displayScale(bytes, offset);
        int capacity = 4 * Math.max(weight + 1, 1) + decimals + 8;
        if (text.length < capacity) {
            text = Arrays.copyOf(text, capacity);
        }
        int at = 0;
        if (PgNumeric.sign(bytes, offset) == PgNumeric.NEGATIVE) {
            text[at++] = '-';
        }
        int integerStart = at;
        for (int index = 0; index <= weight; index++) {
            int digit = PgNumeric.digit(bytes, offset, count, index);
            for (int power = 1000; power > 0; power /= 10) {
                int shown = digit / power % 10;
                if (shown != 0 || at > integerStart) {
                    text[at++] = (byte) ('0' + shown);
                }
            }
        }
        if (at == integerStart) {
            text[at++] = '0';
        }
        if (decimals > 0) {
            text[at++] = '.';
        }
        int end = at + decimals;
        for (int index = weight + 1; at < end; index++) {
            int digit = PgNumeric.digit(bytes, offset, count, index);
            for (int power = 1000; power > 0 && at < end; power /= 10) {
                text[at++] = (byte) ('0' + digit / power % 10);
            }
        }
        return at;
    }

    @Override
    public void writeDefault(RowBinary out) {
        out.zeros(1);
    }

    @Override
    public int skip(byte[] rowBinary, int at) {
        return RowBinary.afterString(rowBinary, at);
    }
}
