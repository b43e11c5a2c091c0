package dev.sluice.ingest.sink.row;

import java.util.Arrays;

/**
 * What a cut has done to each key that it touched: where the key's row lies in the files of this cut, or that it is
 * gone. Open addressing over one byte arena: about 25 bytes a key plus the key itself, no object per key.
 *
 * <p>Bounded by what one cut touches; a cut is closed by every checkpoint, and never splits a source transaction.
 */
public final class CutKeys {
    /** The cut has not touched the key. */
    public static final long UNTOUCHED = -1;
    /** The cut has deleted the key's row, and not written another. */
    public static final long GONE = -2;

    private static final long FIRST_CARRIED = -3;
    private static final int INITIAL_SLOTS = 1 << 10;
    private static final int ARENA_CHUNK_BITS = 20;
    private static final int ARENA_CHUNK = 1 << ARENA_CHUNK_BITS;

    private int[] hashes = new int[INITIAL_SLOTS];
    private long[] keyStarts = new long[INITIAL_SLOTS];
    private int[] keyLengths = new int[INITIAL_SLOTS];
    private long[] states = new long[INITIAL_SLOTS];
    private int size;
    private byte[][] arena = new byte[1][];
    private int chunk;
    private int used;

    /** State of a row at {@code position} of the cut's data file number {@code file}. */
    public static long rowAt(int file, long position) {
        return (long) file << 40 | position;
    }

    /** State of a row that is carried: number {@code index} of those, not in a file yet. */
    public static long carriedAt(int index) {
        return FIRST_CARRIED - index;
    }

    public static boolean isCarried(long state) {
        return state <= FIRST_CARRIED;
    }

    public static int carriedIndexOf(long state) {
        return (int) (FIRST_CARRIED - state);
    }

    public static int fileOf(long state) {
        return (int) (state >>> 40);
    }

    public static long positionOf(long state) {
        return state & (1L << 40) - 1;
    }

    public int size() {
        return size;
    }

    /** {@link #UNTOUCHED}, {@link #GONE}, {@link #rowAt} or {@link #carriedAt}. */
    public long state(KeyBytes key) {
        int slot = slotOf(key, hash(key));
        return keyLengths[slot] == 0 ? UNTOUCHED : states[slot];
    }

    /** Sets the state of a key to {@link #GONE}, {@link #rowAt} or {@link #carriedAt}. */
    public void put(KeyBytes key, long state) {
        int hash = hash(key);
        int slot = slotOf(key, hash);
        if (keyLengths[slot] == 0) {
            if (size * 2 >= hashes.length) {
                grow();
                slot = slotOf(key, hash);
            }
            hashes[slot] = hash;
            keyStarts[slot] = store(key);
            keyLengths[slot] = key.length();
            size++;
        }
        states[slot] = state;
    }

    public void clear() {
        hashes = new int[INITIAL_SLOTS];
        keyStarts = new long[INITIAL_SLOTS];
        keyLengths = new int[INITIAL_SLOTS];
        states = new long[INITIAL_SLOTS];
        size = 0;
        arena = new byte[1][];
        chunk = 0;
        used = 0;
    }

    private static int hash(KeyBytes key) {
        long hash = 0xcbf29ce484222325L;
        byte[] bytes = key.bytes();
        for (int i = 0; i < key.length(); i++) {
            hash = (hash ^ bytes[i]) * 0x100000001b3L;
        }
        hash *= 0x9E3779B97F4A7C15L;
        return (int) (hash >>> 32);
    }

    /** The slot of the key, or the free one where it belongs. A key is never empty, so length 0 marks a free slot. */
    private int slotOf(KeyBytes key, int hash) {
        int mask = hashes.length - 1;
        int slot = hash & mask;
        while (keyLengths[slot] != 0) {
            if (hashes[slot] == hash && isAt(slot, key)) {
                return slot;
            }
            slot = slot + 1 & mask;
        }
        return slot;
    }

    private boolean isAt(int slot, KeyBytes key) {
        int start = (int) (keyStarts[slot] & ARENA_CHUNK - 1);
        byte[] stored = arena[(int) (keyStarts[slot] >>> ARENA_CHUNK_BITS)];
        return keyLengths[slot] == key.length()
                && Arrays.equals(stored, start, start + key.length(), key.bytes(), 0, key.length());
    }

    private long store(KeyBytes key) {
        if (arena[chunk] == null || arena[chunk].length - used < key.length()) {
            if (arena[chunk] != null) {
                chunk++;
            }
            if (chunk == arena.length) {
                arena = Arrays.copyOf(arena, arena.length * 2);
            }
            int small = chunk == 0 ? 1 << 14 : ARENA_CHUNK;
            arena[chunk] = new byte[Math.max(small, key.length())];
            used = 0;
        }
        System.arraycopy(key.bytes(), 0, arena[chunk], used, key.length());
        long start = (long) chunk << ARENA_CHUNK_BITS | used;
        used += key.length();
        return start;
    }

    private void grow() {
        int[] oldHashes = hashes;
        long[] oldStarts = keyStarts;
        int[] oldLengths = keyLengths;
        long[] oldStates = states;
        hashes = new int[oldHashes.length * 2];
        keyStarts = new long[hashes.length];
        keyLengths = new int[hashes.length];
        states = new long[hashes.length];
        int mask = hashes.length - 1;
        for (int i = 0; i < oldHashes.length; i++) {
            if (oldLengths[i] == 0) {
                continue;
            }
            int slot = oldHashes[i] & mask;
            while (keyLengths[slot] != 0) {
                slot = slot + 1 & mask;
            }
            hashes[slot] = oldHashes[i];
            keyStarts[slot] = oldStarts[i];
            keyLengths[slot] = oldLengths[i];
            states[slot] = oldStates[i];
        }
    }
}
