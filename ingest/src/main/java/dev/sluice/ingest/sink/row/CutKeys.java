package dev.sluice.ingest.sink.row;

import dev.sluice.ingest.row.KeyBytes;
import dev.sluice.ingest.sink.spill.HeapBudget;
import dev.sluice.ingest.sink.spill.SpilledKeys;
import java.util.Arrays;

/**
 * What a cut has done to each key that it touched: where the key's row lies in the files of this cut, or that it is
 * gone. Open addressing over one byte arena: 24 bytes a slot plus the key itself, no object per key.
 *
 * <p>A cut never splits a source transaction, so there may be any number of keys. Those that do not fit in the budget
 * move to local disk, all of them, until the cut ends. Not thread-safe.
 *
 * <p>A state is a long: from 0 up, a row's file and position; -1 and -2, the two that have names; from -3 down, the
 * address of a carried row.
 */
public final class CutKeys implements AutoCloseable {
    /** The cut has not touched the key. */
    public static final long UNTOUCHED = -1;
    /** The cut has deleted the key's row, and not written another. */
    public static final long GONE = -2;

    private static final long FIRST_CARRIED = -3;
    private static final int INITIAL_SLOTS = 1 << 10;
    private static final int SLOT_BYTES = 24;
    private static final int ARENA_CHUNK_BITS = 20;
    private static final int ARENA_CHUNK = 1 << ARENA_CHUNK_BITS;

    private final HeapBudget budget;
    private long heapBytes;
    /** Null while the keys are in the heap. */
    private SpilledKeys spilled;

    private int[] hashes = new int[INITIAL_SLOTS];
    private long[] keyStarts = new long[INITIAL_SLOTS];
    private int[] keyLengths = new int[INITIAL_SLOTS];
    private long[] states = new long[INITIAL_SLOTS];
    private int size;
    private byte[][] arena = new byte[1][];
    private int chunk;
    private int used;

    /** Keys that stay in the heap, however many they are. */
    public CutKeys() {
        this(new HeapBudget(Long.MAX_VALUE));
    }

    /** @param budget for the heap; a first thousand keys is not asked for */
    public CutKeys(HeapBudget budget) {
        this.budget = budget;
    }

    /** State of a row at {@code position} of the cut's data file number {@code file}. */
    public static long rowAt(int file, long position) {
        return (long) file << 40 | position;
    }

    /** State of a row that is carried, not in a file yet: {@code address} is where it is kept, from 0 up. */
    public static long carriedAt(long address) {
        return FIRST_CARRIED - address;
    }

    public static boolean isCarried(long state) {
        return state <= FIRST_CARRIED;
    }

    public static long carriedAddressOf(long state) {
        return FIRST_CARRIED - state;
    }

    public static int fileOf(long state) {
        return (int) (state >>> 40);
    }

    public static long positionOf(long state) {
        return state & (1L << 40) - 1;
    }

    public long size() {
        return spilled != null ? spilled.size() : size;
    }

    /** Whether the keys are on disk. */
    public boolean isSpilled() {
        return spilled != null;
    }

    /** {@link #UNTOUCHED}, {@link #GONE}, {@link #rowAt} or {@link #carriedAt}. */
    public long state(KeyBytes key) {
        if (spilled != null) {
            return spilled.state(key.bytes(), key.length(), hash(key), UNTOUCHED);
        }
        int slot = slotOf(key, hash(key));
        return keyLengths[slot] == 0 ? UNTOUCHED : states[slot];
    }

    /** Sets the state of a key to {@link #GONE}, {@link #rowAt} or {@link #carriedAt}. */
    public void put(KeyBytes key, long state) {
        int hash = hash(key);
        if (spilled != null) {
            spilled.put(key.bytes(), key.length(), hash, state);
            return;
        }
        int slot = slotOf(key, hash);
        if (keyLengths[slot] == 0) {
            if (!hasRoomFor(key)) {
                spill();
                spilled.put(key.bytes(), key.length(), hash, state);
                return;
            }
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

    /** Asks the budget for what one more key needs; false when that is refused. */
    private boolean hasRoomFor(KeyBytes key) {
        if (size * 2 >= hashes.length && !take((long) hashes.length * 2 * SLOT_BYTES)) {
            return false;
        }
        return !needsChunk(key) || chunkSize(key) < ARENA_CHUNK || take(chunkSize(key));
    }

    private boolean take(long bytes) {
        if (!budget.take(bytes)) {
            return false;
        }
        heapBytes += bytes;
        return true;
    }

    private void spill() {
        SpilledKeys all = new SpilledKeys(size * 2L);
        byte[] key = new byte[64];
        for (int i = 0; i < hashes.length; i++) {
            int length = keyLengths[i];
            if (length != 0) {
                key = key.length < length ? new byte[length * 2] : key;
                int start = (int) (keyStarts[i] & ARENA_CHUNK - 1);
                System.arraycopy(arena[(int) (keyStarts[i] >>> ARENA_CHUNK_BITS)], start, key, 0, length);
                all.put(key, length, hashes[i], states[i]);
            }
        }
        clear();
        spilled = all;
    }

    public void clear() {
        close();
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
        if (needsChunk(key)) {
            int bytes = chunkSize(key);
            if (arena[chunk] != null) {
                chunk++;
            }
            if (chunk == arena.length) {
                arena = Arrays.copyOf(arena, arena.length * 2);
            }
            arena[chunk] = new byte[bytes];
            used = 0;
        }
        System.arraycopy(key.bytes(), 0, arena[chunk], used, key.length());
        long start = (long) chunk << ARENA_CHUNK_BITS | used;
        used += key.length();
        return start;
    }

    private boolean needsChunk(KeyBytes key) {
        return arena[chunk] == null || arena[chunk].length - used < key.length();
    }

    /** Of the chunk that is added for a key. */
    private int chunkSize(KeyBytes key) {
        return Math.max(arena[chunk] == null ? 1 << 14 : ARENA_CHUNK, key.length());
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
        long oldBytes = (long) oldHashes.length * SLOT_BYTES;
        if (heapBytes >= oldBytes && oldHashes.length > INITIAL_SLOTS) {
            budget.giveBack(oldBytes);
            heapBytes -= oldBytes;
        }
    }

    /** Gives back what is on disk, and the budget. */
    @Override
    public void close() {
        budget.giveBack(heapBytes);
        heapBytes = 0;
        if (spilled != null) {
            spilled.close();
            spilled = null;
        }
    }
}
