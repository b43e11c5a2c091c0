package dev.sluice.verify;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/**
 * Writes real and double precision as PostgreSQL 12 and later do: the shortest digits that lie strictly between the
 * neighbouring half-way points, in plain notation where the exponent is small. Source: PostgreSQL documentation,
 * "Floating-Point Types", and what servers print, to which a test holds it.
 */
final class ShortestFloat {
    private static final int DOUBLE_DIGITS = 17;
    private static final int FLOAT_DIGITS = 9;
    private static final int DOUBLE_PLAIN = 15;
    private static final int FLOAT_PLAIN = 6;
    /** Outside of these, Java's shortest digits may differ: it accepts half-way points, and prints two digits at least. */
    private static final double DOUBLE_SAFE_MIN = 1e-290;

    private static final double DOUBLE_SAFE_MAX = 0x1p51;
    private static final float FLOAT_SAFE_MIN = 1e-30f;
    private static final float FLOAT_SAFE_MAX = 0x1p22f;

    private ShortestFloat() {}

    static String of(double value) {
        if (Double.isNaN(value) || Double.isInfinite(value)) {
            return Double.toString(value);
        }
        double size = Math.abs(value);
        String sign = Double.doubleToRawLongBits(value) < 0 ? "-" : "";
        if (size == Math.rint(size) && size < 1e15) {
            return sign + (long) size;
        }
        BigDecimal digits = size > DOUBLE_SAFE_MIN && size < DOUBLE_SAFE_MAX
                ? new BigDecimal(Double.toString(size))
                : shortest(size);
        return sign + notation(digits, DOUBLE_PLAIN);
    }

    static String of(float value) {
        if (Float.isNaN(value) || Float.isInfinite(value)) {
            return Float.toString(value);
        }
        float size = Math.abs(value);
        String sign = Float.floatToRawIntBits(value) < 0 ? "-" : "";
        if (size == Math.rint(size) && size < 1e6f) {
            return sign + (long) size;
        }
        BigDecimal digits =
                size > FLOAT_SAFE_MIN && size < FLOAT_SAFE_MAX ? new BigDecimal(Float.toString(size)) : shortest(size);
        return sign + notation(digits, FLOAT_PLAIN);
    }

    private static BigDecimal shortest(double size) {
        BigDecimal exact = new BigDecimal(size);
        BigDecimal above = Double.isInfinite(Math.nextUp(size))
                ? exact.add(exact.subtract(new BigDecimal(Math.nextDown(size))))
                : new BigDecimal(Math.nextUp(size));
        return shortest(exact, new BigDecimal(Math.nextDown(size)), above, DOUBLE_DIGITS);
    }

    private static BigDecimal shortest(float size) {
        BigDecimal exact = new BigDecimal(size);
        BigDecimal above = Float.isInfinite(Math.nextUp(size))
                ? exact.add(exact.subtract(new BigDecimal(Math.nextDown(size))))
                : new BigDecimal(Math.nextUp(size));
        return shortest(exact, new BigDecimal(Math.nextDown(size)), above, FLOAT_DIGITS);
    }

    private static BigDecimal shortest(BigDecimal exact, BigDecimal below, BigDecimal above, int mostDigits) {
        BigDecimal two = BigDecimal.valueOf(2);
        BigDecimal low = exact.add(below).divide(two);
        BigDecimal high = exact.add(above).divide(two);
        for (int digits = 1; digits < mostDigits; digits++) {
            BigDecimal down = exact.round(new MathContext(digits, RoundingMode.DOWN));
            BigDecimal up = exact.round(new MathContext(digits, RoundingMode.UP));
            boolean downFits = down.compareTo(low) > 0;
            boolean upFits = up.compareTo(high) < 0;
            // At a power of two the gap below is half the gap above, so the nearer one may be outside.
            if (downFits && upFits) {
                int nearer = exact.subtract(down).compareTo(up.subtract(exact));
                return nearer < 0
                        ? down
                        : nearer > 0 ? up : exact.round(new MathContext(digits, RoundingMode.HALF_EVEN));
            }
            if (downFits || upFits) {
                return downFits ? down : up;
            }
        }
        return exact.round(new MathContext(mostDigits, RoundingMode.HALF_EVEN));
    }

    private static String notation(BigDecimal value, int plainBelow) {
        BigDecimal digits = value.stripTrailingZeros();
        int exponent = digits.precision() - digits.scale() - 1;
        if (exponent >= -4 && exponent < plainBelow) {
            return digits.toPlainString();
        }
        String unscaled = digits.unscaledValue().toString();
        String mantissa = unscaled.length() == 1 ? unscaled : unscaled.charAt(0) + "." + unscaled.substring(1);
        int size = Math.abs(exponent);
        return mantissa + (exponent < 0 ? "e-" : "e+") + (size < 10 ? "0" : "") + size;
    }
}
