package dev.sluice.ingest.hot;

/**
 * numeric(precision, scale) as Decimal: the unscaled value in 4, 8 or 16 bytes. Computed in 128 bits by hand;
 * nothing is ever rounded.
 */
final class DecimalCodec implements ValueCodec {
    private static final int DIGITS_OF_4_BYTES = 9;
    private static final int DIGITS_OF_8_BYTES = 18;
    private static final long INT_MASK = 0xFFFF_FFFFL;

    private final int precision;
    private final int scale;
    private final int bytesPerValue;
    /** The magnitude as four 32-bit limbs, lowest first. */
    private final long[] limbs = new long[4];

    DecimalCodec(int precision, int scale) {
        this.precision = precision;
        this.scale = scale;
        this.bytesPerValue = precision <= DIGITS_OF_4_BYTES ? 4 : precision <= DIGITS_OF_8_BYTES ? 8 : 16;
    }

    @Override
    public String type() {
        return "Decimal(" + precision + ", " + scale + ")";
    }

    /** There is no place for NaN and the infinities; what becomes of such a row in the lake is its policy's. */
    @Override
    public boolean isTotal() {
        return false;
    }

    @Override
    public boolean write(byte[] bytes, int offset, int length, RowBinary out) {
        int count = PgNumeric.digits(bytes, offset, length);
        int sign = PgNumeric.sign(bytes, offset);
        if (sign != 0 && sign != PgNumeric.NEGATIVE) {
            return false;
        }
        if (!fits(bytes, offset, count)) {
            return false;
        }
        return bytesPerValue < 16
                ? writeLong(bytes, offset, count, sign != 0, out)
                : writeWide(bytes, offset, count, sign != 0, out);
    }

    private boolean fits(byte[] bytes, int offset, int count) {
        if (count == 0) {
            return true;
        }
        int first = PgNumeric.digit(bytes, offset, count, 0);
        int digitsOfFirst = first >= 1000 ? 4 : first >= 100 ? 3 : first >= 10 ? 2 : 1;
        return 4 * PgNumeric.weight(bytes, offset) + digitsOfFirst + scale <= precision;
    }

    /** At most 18 digits, so nothing overflows. */
    private boolean writeLong(byte[] bytes, int offset, int count, boolean isNegative, RowBinary out) {
        long value = 0;
        int exponent = 4 * PgNumeric.weight(bytes, offset) + scale;
        for (int i = 0; i < count; i++, exponent -= 4) {
            long digit = PgNumeric.digit(bytes, offset, count, i);
            if (exponent < 0) {
                long divisor = powerOfTen(Math.min(-exponent, 4));
                if (digit % divisor != 0) {
                    return false;
                }
                digit /= divisor;
            }
            value += exponent > 0 ? digit * powerOfTen(exponent) : digit;
        }
        long signed = isNegative ? -value : value;
        if (bytesPerValue == 4) {
            out.int32((int) signed);
        } else {
            out.int64(signed);
        }
        return true;
    }

    private boolean writeWide(byte[] bytes, int offset, int count, boolean isNegative, RowBinary out) {
        java.util.Arrays.fill(limbs, 0);
        int exponent = 4 * PgNumeric.weight(bytes, offset) + scale;
        for (int i = 0; i < count; i++, exponent -= 4) {
            int digit = PgNumeric.digit(bytes, offset, count, i);
            int dropped = Math.max(0, Math.min(-exponent, 4));
            int divisor = (int) powerOfTen(dropped);
            if (digit % divisor != 0) {
                return false;
            }
            multiplyAdd((int) powerOfTen(4 - dropped), digit / divisor);
        }
        for (int rest = exponent + 4; count > 0 && rest > 0; rest -= 4) {
            multiplyAdd((int) powerOfTen(Math.min(rest, 4)), 0);
        }
        long low = limbs[0] | limbs[1] << 32;
        long high = limbs[2] | limbs[3] << 32;
        if (isNegative) {
            low = -low;
            high = ~high + (low == 0 ? 1 : 0);
        }
        out.int64(low);
        out.int64(high);
        return true;
    }

    private void multiplyAdd(int factor, int summand) {
        long carry = summand;
        for (int i = 0; i < limbs.length; i++) {
            long product = limbs[i] * factor + carry;
            limbs[i] = product & INT_MASK;
            carry = product >>> 32;
        }
    }

    private static long powerOfTen(int exponent) {
        long power = 1;
        for (int i = 0; i < exponent; i++) {
            power *= 10;
        }
        return power;
    }

    @Override
    public void writeDefault(RowBinary out) {
        out.zeros(bytesPerValue);
    }

    @Override
    public int skip(byte[] rowBinary, int at) {
        return at + bytesPerValue;
    }
}
