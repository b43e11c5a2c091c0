package dev.sluice.verify;

import dev.sluice.spec.Sha256;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/**
 * Hash of a row: the first 16 bytes of SHA-256 over its columns, each as a sign (NULL or value), a length and the bytes
 * of its canonical text. Not thread-safe.
 */
public final class RowHash {
    private final MessageDigest digest = Sha256.digest();
    private final byte[] prefix = new byte[5];
    /** First and second half of the last hash. */
    long high;

    long low;

    /** Hashes {@code row}; a null column is NULL. */
    public void of(byte[][] row) {
        for (byte[] value : row) {
            prefix[0] = (byte) (value == null ? 0 : 1);
            int length = value == null ? 0 : value.length;
            prefix[1] = (byte) (length >>> 24);
            prefix[2] = (byte) (length >>> 16);
            prefix[3] = (byte) (length >>> 8);
            prefix[4] = (byte) length;
            digest.update(prefix);
            if (value != null) {
                digest.update(value);
            }
        }
        ByteBuffer hash = ByteBuffer.wrap(digest.digest());
        high = hash.getLong();
        low = hash.getLong();
    }

    /** The first half of the last hash. */
    public long high() {
        return high;
    }

    /** The second half of the last hash. */
    public long low() {
        return low;
    }

    /** A quick 64-bit hash of some columns, the same on both sides; for grouping only. */
    static long ofKey(byte[][] row, int[] keyColumns) {
        long hash = 0xCBF29CE484222325L;
        for (int column : keyColumns) {
            hash = add(hash, row[column]);
        }
        return mix(hash);
    }

    /** A quick 64-bit hash of one value. */
    static long ofValue(byte @Nullable [] value) {
        return mix(add(0xCBF29CE484222325L, value));
    }

    private static long add(long start, byte @Nullable [] value) {
        if (value == null) {
            return start * 0x9E3779B97F4A7C15L + 1;
        }
        long hash = start;
        for (byte b : value) {
            hash = (hash ^ (b & 0xFF)) * 0x100000001B3L;
        }
        return hash * 0x9E3779B97F4A7C15L + 2;
    }

    private static long mix(long hash) {
        long mixed = (hash ^ hash >>> 32) * 0xD6E8FEB86659FD93L;
        return mixed ^ mixed >>> 32;
    }
}
