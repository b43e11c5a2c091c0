package dev.sluice.ingest.sink.spill;

import java.nio.MappedByteBuffer;

/**
 * A hash table of keys in mapped files: 16 bytes a slot, at most three quarters of them taken, and the key in an arena.
 * The heap holds nothing per key. Not thread-safe.
 *
 * <p>Layout of a slot: int64 with the key's hash above and the address of its record in the arena, divided by 8 and plus
 * 1, below, or 0 if the slot is free; then int64, the state.
 */
public final class SpilledKeys implements AutoCloseable {
    private static final int SLOT_BITS = 4;
    private static final int SEGMENT_BITS = 30;
    private static final int SLOTS_PER_SEGMENT_BITS = SEGMENT_BITS - SLOT_BITS;
    private static final long SLOTS_MIN = 1 << 16;

    /** No heap for keys that are here because the heap had no room. */
    private final ByteArena arena = new ByteArena(new HeapBudget(0));

    private SpillFile file;
    private MappedByteBuffer[] segments;
    private long mask;
    private long size;

    /** @param expected number of keys that will come at least */
    public SpilledKeys(long expected) {
        long slots = SLOTS_MIN;
        while (slots < expected * 2) {
            slots <<= 1;
        }
        allocate(slots);
    }

    private void allocate(long slots) {
        file = SpillFile.create();
        long bytes = slots << SLOT_BITS;
        segments = new MappedByteBuffer[(int) Math.max(1, bytes >>> SEGMENT_BITS)];
        for (int i = 0; i < segments.length; i++) {
            segments[i] = file.append(Math.min(bytes, 1L << SEGMENT_BITS));
        }
        mask = slots - 1;
    }

    public long size() {
        return size;
    }

    /** The state of a key, or {@code absent}. */
    public long state(byte[] key, int length, int hash, long absent) {
        long slot = slotOf(key, length, hash);
        return head(slot) == 0 ? absent : segment(slot).getLong(offset(slot) + 8);
    }

    public void put(byte[] key, int length, int hash, long state) {
        long slot = slotOf(key, length, hash);
        if (head(slot) == 0) {
            if (size * 4 >= (mask + 1) * 3) {
                grow();
                slot = slotOf(key, length, hash);
            }
            segment(slot).putLong(offset(slot), (long) hash << 32 | reference(arena.add(key, 0, length)));
            size++;
        }
        segment(slot).putLong(offset(slot) + 8, state);
    }

    private static long reference(long address) {
        long reference = (address >>> 3) + 1;
        if (reference >>> 32 != 0) {
            throw new IllegalStateException("a cut with more than 32 GB of keys");
        }
        return reference;
    }

    private long slotOf(byte[] key, int length, int hash) {
        long slot = hash & 0xFFFF_FFFFL & mask;
        for (long head = head(slot); head != 0; head = head(slot)) {
            if ((int) (head >>> 32) == hash && arena.isEqual(((head & 0xFFFF_FFFFL) - 1) << 3, key, length)) {
                return slot;
            }
            slot = slot + 1 & mask;
        }
        return slot;
    }

    private long head(long slot) {
        return segment(slot).getLong(offset(slot));
    }

    private MappedByteBuffer segment(long slot) {
        return segments[(int) (slot >>> SLOTS_PER_SEGMENT_BITS)];
    }

    private static int offset(long slot) {
        return (int) (slot & (1L << SLOTS_PER_SEGMENT_BITS) - 1) << SLOT_BITS;
    }

    /** Reads the old table from its beginning to its end, and so writes the new one in two places that move along. */
    private void grow() {
        SpillFile oldFile = file;
        MappedByteBuffer[] old = segments;
        long oldSlots = mask + 1;
        allocate(oldSlots * 2);
        for (long i = 0; i < oldSlots; i++) {
            MappedByteBuffer from = old[(int) (i >>> SLOTS_PER_SEGMENT_BITS)];
            long head = from.getLong(offset(i));
            if (head == 0) {
                continue;
            }
            long slot = head >>> 32 & mask;
            while (head(slot) != 0) {
                slot = slot + 1 & mask;
            }
            segment(slot).putLong(offset(slot), head);
            segment(slot).putLong(offset(slot) + 8, from.getLong(offset(i) + 8));
        }
        oldFile.close();
    }

    @Override
    public void close() {
        arena.close();
        if (file != null) {
            file.close();
            file = null;
            segments = null;
        }
    }
}
