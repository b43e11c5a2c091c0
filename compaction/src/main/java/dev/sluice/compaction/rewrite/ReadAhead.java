package dev.sluice.compaction.rewrite;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BiConsumer;
import java.util.function.Function;

/** Reads some small objects ahead of their use: for these a store's latency counts, not its throughput. */
final class ReadAhead {
    private static final int OPEN_MAX = 4;

    private ReadAhead() {}

    /** Calls {@code use} in the caller's thread, in the order of the items. A failed read is thrown as it is. */
    static <T, R> void forEach(List<T> items, Function<T, R> read, BiConsumer<T, R> use) {
        if (items.isEmpty()) {
            return;
        }
        ExecutorService threads = Executors.newFixedThreadPool(Math.min(OPEN_MAX, items.size()), task -> {
            Thread thread = new Thread(task, "upkeep read ahead");
            thread.setDaemon(true);
            return thread;
        });
        try {
            Deque<Future<R>> open = new ArrayDeque<>();
            Iterator<T> next = items.iterator();
            for (T item : items) {
                while (next.hasNext() && open.size() < 2 * OPEN_MAX) {
                    T ahead = next.next();
                    open.add(threads.submit(() -> read.apply(ahead)));
                }
                use.accept(item, await(open.remove()));
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private static <R> R await(Future<R> future) {
        try {
            return future.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while reading files", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw new IllegalStateException(
                    "a file could not be read: " + e.getCause().getMessage(), e.getCause());
        }
    }
}
