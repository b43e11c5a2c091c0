package dev.sluice.ingest.source;

import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Hands slices from the thread that reads the stream to the one that emits. Bounded by bytes, but always takes one
 * slice, so that a single large one passes. Thread-safe.
 */
public final class SliceQueue {
    private record Entry(StreamSlice slice, int bytes) {}

    private final int bytesMax;
    private final ArrayDeque<Entry> entries = new ArrayDeque<>();
    private int bytes;
    private Throwable failure;
    private boolean closed;
    private CompletableFuture<Void> available = new CompletableFuture<>();

    public SliceQueue(int bytesMax) {
        this.bytesMax = bytesMax;
    }

    /** Waits a while for room; returns whether the slice was taken. A closed queue takes everything and forgets it. */
    public synchronized boolean offer(StreamSlice slice, int sliceBytes, long waitMillis) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(waitMillis);
        while (!closed && !entries.isEmpty() && bytes + (long) sliceBytes > bytesMax) {
            long leftMillis = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (leftMillis <= 0) {
                return false;
            }
            wait(leftMillis);
        }
        if (!closed) {
            entries.add(new Entry(slice, sliceBytes));
            bytes += sliceBytes;
            wakeUp();
        }
        return true;
    }

    /** The stream ends here; the slices before are still handed out. */
    public synchronized void fail(Throwable cause) {
        // The first cause stays: what follows comes of it.
        failure = failure == null ? cause : failure;
        wakeUp();
    }

    /** The next slice, or null when there is none now. */
    public synchronized StreamSlice poll() throws StreamFailedException {
        Entry entry = entries.poll();
        if (entry == null) {
            if (failure != null) {
                throw new StreamFailedException(failure);
            }
            return null;
        }
        bytes -= entry.bytes;
        notifyAll();
        return entry.slice;
    }

    /** Done when {@link #poll} has something to give or to throw. */
    public synchronized CompletableFuture<Void> available() {
        if (!entries.isEmpty() || failure != null) {
            return CompletableFuture.completedFuture(null);
        }
        if (available.isDone()) {
            available = new CompletableFuture<>();
        }
        return available;
    }

    public synchronized void close() {
        closed = true;
        entries.clear();
        notifyAll();
    }

    private void wakeUp() {
        notifyAll();
        available.complete(null);
    }

    /** The stream broke; the task restarts and goes on from the lake. */
    public static final class StreamFailedException extends Exception {
        private static final long serialVersionUID = 1L;

        StreamFailedException(Throwable cause) {
            super(cause.getMessage(), cause);
        }
    }
}
