package dev.sluice.ingest.sink.column;

/** An unsigned number of 128 bits that can be multiplied by a small one: enough for 38 decimal digits. Reused. */
final class WideInteger {
    private static final long LOW_32 = 0xFFFF_FFFFL;

    private final int[] limbs = new int[4];

    void clear() {
        limbs[0] = 0;
        limbs[1] = 0;
        limbs[2] = 0;
        limbs[3] = 0;
    }

    /** this = this * factor + summand. The caller has checked that the result fits. */
    void multiplyAdd(int factor, int summand) {
        long carry = summand;
        for (int i = 0; i < limbs.length; i++) {
            long sum = (limbs[i] & LOW_32) * factor + carry;
            limbs[i] = (int) sum;
            carry = sum >>> 32;
        }
    }

    /** Writes the number, or its negative, as big-endian two's complement into all of {@code target}. */
    void toBytes(boolean negative, byte[] target) {
        int borrow = negative ? 1 : 0;
        for (int i = 0; i < target.length; i++) {
            int limb = i / 4 < limbs.length ? limbs[i / 4] : 0;
            int octet = limb >>> (8 * (i % 4)) & 0xFF;
            if (negative) {
                octet = (~octet & 0xFF) + borrow;
                borrow = octet >>> 8;
            }
            target[target.length - 1 - i] = (byte) octet;
        }
    }
}
