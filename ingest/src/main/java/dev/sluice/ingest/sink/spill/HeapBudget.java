package dev.sluice.ingest.sink.spill;

import java.util.concurrent.atomic.AtomicLong;

/**
 * A share of the heap. Who is refused spills to disk, so nobody ever waits for it. Thread-safe: the writers of a process
 * share one.
 */
public final class HeapBudget {
    /** For what cuts know of their keys and of carried rows: an eighth of the heap, 64 MB of the shipped one. */
    public static final HeapBudget PROCESS = new HeapBudget(Runtime.getRuntime().maxMemory() / 8);

    private final long bytesMax;
    private final AtomicLong bytes = new AtomicLong();

    public HeapBudget(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    /** Takes so many bytes, or none and returns false. */
    public boolean take(long more) {
        if (bytes.addAndGet(more) <= bytesMax) {
            return true;
        }
        bytes.addAndGet(-more);
        return false;
    }

    public void giveBack(long less) {
        bytes.addAndGet(-less);
    }

    /** Bytes that are taken. */
    public long taken() {
        return bytes.get();
    }
}
