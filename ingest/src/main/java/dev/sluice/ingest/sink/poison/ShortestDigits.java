package dev.sluice.ingest.sink.poison;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/** real and double precision as PostgreSQL prints them: the fewest digits that read back as the same number. */
final class ShortestDigits {
    private static final int DOUBLE_DIGITS_MAX = 17;
    private static final int FLOAT_DIGITS_MAX = 9;
    /** From this exponent on, and below -4, an exponent is written. */
    private static final int DOUBLE_PLAIN = 15;

    private static final int FLOAT_PLAIN = 6;

    private ShortestDigits() {}

    static String of(double value) {
        if (Double.isNaN(value) || Double.isInfinite(value)) {
            return Double.toString(value);
        }
        double size = Math.abs(value);
        String text = of(size, Math.nextDown(size), Math.nextUp(size), DOUBLE_DIGITS_MAX, DOUBLE_PLAIN);
        return Double.doubleToRawLongBits(value) < 0 ? "-" + text : text;
    }

    static String of(float value) {
        if (Float.isNaN(value) || Float.isInfinite(value)) {
            return Float.toString(value);
        }
        float size = Math.abs(value);
        String text = of(size, Math.nextDown(size), Math.nextUp(size), FLOAT_DIGITS_MAX, FLOAT_PLAIN);
        return Float.floatToRawIntBits(value) < 0 ? "-" + text : text;
    }

    /** Every float is a double: the neighbours say which of the two it was. */
    private static String of(double size, double nextBelow, double nextAbove, int digitsMax, int plain) {
        if (size == 0) {
            return "0";
        }
        BigDecimal exact = new BigDecimal(size);
        BigDecimal below = new BigDecimal(nextBelow);
        BigDecimal above = Double.isInfinite(nextAbove) ? exact.add(exact.subtract(below)) : new BigDecimal(nextAbove);
        return notation(shortest(exact, below, above, digitsMax), plain);
    }

    private static BigDecimal shortest(BigDecimal exact, BigDecimal below, BigDecimal above, int digitsMax) {
        BigDecimal low = exact.add(below).divide(BigDecimal.valueOf(2));
        BigDecimal high = exact.add(above).divide(BigDecimal.valueOf(2));
        for (int digits = 1; digits < digitsMax; digits++) {
            BigDecimal near = exact.round(new MathContext(digits, RoundingMode.HALF_EVEN));
            if (isBetween(low, near, high)) {
                return near;
            }
            // At a power of two the gap below is half of that above: the nearest may miss it, and the other one hit.
            BigDecimal up = exact.round(new MathContext(digits, RoundingMode.UP));
            if (isBetween(low, up, high)) {
                return up;
            }
        }
        return exact.round(new MathContext(digitsMax, RoundingMode.HALF_EVEN));
    }

    private static boolean isBetween(BigDecimal low, BigDecimal value, BigDecimal high) {
        return value.compareTo(low) > 0 && value.compareTo(high) < 0;
    }

    private static String notation(BigDecimal value, int plain) {
        BigDecimal digits = value.stripTrailingZeros();
        int exponent = digits.precision() - digits.scale() - 1;
        if (exponent >= -4 && exponent < plain) {
            return digits.toPlainString();
        }
        String all = digits.unscaledValue().toString();
        String mantissa = all.length() == 1 ? all : all.charAt(0) + "." + all.substring(1);
        return mantissa + "e" + (exponent < 0 ? "-" : "+") + String.format("%02d", Math.abs(exponent));
    }
}
