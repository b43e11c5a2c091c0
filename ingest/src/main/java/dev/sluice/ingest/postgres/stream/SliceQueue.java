package dev.sluice.ingest.postgres.stream;

import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;

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

    /** Waits for room; returns false when the queue was closed. */
    synchronized boolean put(StreamSlice slice, int sliceBytes) throws InterruptedException {
        while (!closed && !entries.isEmpty() && bytes + (long) sliceBytes > bytesMax) {
            wait();
        }
        if (closed) {
            return false;
        }
        entries.add(new Entry(slice, sliceBytes));
        bytes += sliceBytes;
        wakeUp();
        return true;
    }

    /** The stream ends here; the slices before are still handed out. */
    synchronized void fail(Throwable cause) {
        failure = cause;
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

    /** The next slice; waits for it. */
    public synchronized StreamSlice take() throws StreamFailedException, InterruptedException {
        while (entries.isEmpty() && failure == null && !closed) {
            wait();
        }
        if (closed) {
            throw new InterruptedException("the stream was closed inside a transaction");
        }
        return poll();
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

    synchronized void close() {
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
