package dev.sluice.ingest.sink.spill;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Records of bytes one behind the other, known by their address. They lie in the heap while the budget allows, then in a
 * file. Addresses are multiples of 8 and begin at 0. Not thread-safe.
 *
 * <p>Layout of a record: int32 length, the bytes, padding up to a multiple of 8. No record crosses the end of a chunk; one
 * that is larger than a chunk has a buffer of its own, which counts for as many chunks as it would fill.
 */
public final class ByteArena implements AutoCloseable {
    private static final int CHUNK_BITS = 20;
    private static final int CHUNK = 1 << CHUNK_BITS;
    private static final int FIRST_CHUNK = 16 << 10;
    private static final int CHUNKS_PER_MAPPING_MAX = 64;

    private final HeapBudget budget;
    /** Null where a larger buffer before it reaches. */
    private ByteBuffer[] chunks = new ByteBuffer[4];

    private int count;
    /** Offset in the last buffer where the next record goes. */
    private int used;

    private int lastIndex;

    private long heapBytes;
    private SpillFile file;
    private ByteBuffer mapping;
    /** Of the next mapping: each is twice as large as the one before. */
    private int chunksPerMapping = 1;

    /** @param budget for the heap; a first small chunk is not asked for */
    public ByteArena(HeapBudget budget) {
        this.budget = budget;
    }

    /** Adds a record and returns its address. */
    public long add(byte[] bytes, int offset, int length) {
        int size = padded(length);
        if (count == 0 || last().capacity() - used < size) {
            addChunk(size);
        }
        int at = used;
        ByteBuffer chunk = last();
        chunk.putInt(at, length);
        chunk.put(at + 4, bytes, offset, length);
        used += size;
        return ((long) lastIndex << CHUNK_BITS) + at;
    }

    private ByteBuffer last() {
        return chunks[lastIndex];
    }

    private static int padded(int length) {
        return Math.addExact(length, 4 + 7) & ~7;
    }

    public int length(long address) {
        return chunk(address).getInt(offset(address));
    }

    /** A copy of the record. */
    public byte[] get(long address) {
        ByteBuffer chunk = chunk(address);
        byte[] bytes = new byte[chunk.getInt(offset(address))];
        chunk.get(offset(address) + 4, bytes);
        return bytes;
    }

    /** Whether the record is equal to {@code bytes} up to {@code length}. */
    public boolean isEqual(long address, byte[] bytes, int length) {
        ByteBuffer chunk = chunk(address);
        int at = offset(address);
        if (chunk.getInt(at) != length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (chunk.get(at + 4 + i) != bytes[i]) {
                return false;
            }
        }
        return true;
    }

    /** Sets the first byte of a record. */
    public void mark(long address, byte value) {
        chunk(address).put(offset(address) + 4, value);
    }

    /** What is done with each record. */
    public interface Reader {
        void accept(byte[] bytes) throws IOException;
    }

    /** Reads all records in the order in which they were added; none of them may be empty. */
    public void forEach(Reader reader) throws IOException {
        for (int i = 0; i < count; i++) {
            ByteBuffer chunk = chunks[i];
            int end = chunk == null ? -1 : chunk.capacity() - 8;
            for (int at = 0; at <= end && chunk.getInt(at) != 0; at += padded(chunk.getInt(at))) {
                reader.accept(get(((long) i << CHUNK_BITS) + at));
            }
        }
    }

    private ByteBuffer chunk(long address) {
        return chunks[(int) (address >>> CHUNK_BITS)];
    }

    private static int offset(long address) {
        return (int) (address & CHUNK - 1);
    }

    /** Whether anything of it lies in a file. */
    public boolean isSpilled() {
        return file != null;
    }

    private void addChunk(int size) {
        int capacity = count == 0 && size <= FIRST_CHUNK ? FIRST_CHUNK : Math.max(CHUNK, size);
        ByteBuffer buffer = capacity == FIRST_CHUNK ? ByteBuffer.allocate(capacity) : buffer(capacity);
        int spans = (capacity + CHUNK - 1) >>> CHUNK_BITS;
        if (count + spans > chunks.length) {
            chunks = Arrays.copyOf(chunks, Math.max(chunks.length * 2, count + spans));
        }
        chunks[count] = buffer;
        lastIndex = count;
        count += spans;
        used = 0;
    }

    private ByteBuffer buffer(int capacity) {
        if (file == null && budget.take(capacity)) {
            heapBytes += capacity;
            return ByteBuffer.allocate(capacity);
        }
        if (file == null) {
            file = SpillFile.create();
        }
        if (capacity > CHUNK) {
            return file.append(capacity);
        }
        if (mapping == null || !mapping.hasRemaining()) {
            mapping = file.append((long) CHUNK * chunksPerMapping);
            chunksPerMapping = Math.min(CHUNKS_PER_MAPPING_MAX, chunksPerMapping * 2);
        }
        ByteBuffer chunk = mapping.slice(mapping.position(), CHUNK);
        mapping.position(mapping.position() + CHUNK);
        return chunk;
    }

    /** Forgets all records; the object can be filled again. */
    public void clear() {
        close();
        chunks = new ByteBuffer[4];
        count = 0;
        lastIndex = 0;
        used = 0;
    }

    @Override
    public void close() {
        budget.giveBack(heapBytes);
        heapBytes = 0;
        mapping = null;
        chunksPerMapping = 1;
        if (file != null) {
            file.close();
            file = null;
        }
        chunks = new ByteBuffer[0];
        count = 0;
    }
}
