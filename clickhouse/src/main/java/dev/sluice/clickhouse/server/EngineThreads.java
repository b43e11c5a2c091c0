package dev.sluice.clickhouse.server;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Threads that may call the engine. Its stack check trusts the size of the native stack: with Java's usual 1 MB a deep
 * query kills the process, with 16 MB it is refused (code 306). Virtual threads are no good for the same reason.
 */
final class EngineThreads {
    private static final long STACK_BYTES = 16L << 20;
    private static final int QUEUED_REQUESTS_MAX = 1024;

    private EngineThreads() {}

    static Thread unstarted(String name, Runnable task) {
        return new Thread(null, task, name, STACK_BYTES);
    }

    /** A bounded pool; a request beyond its queue is refused by closing the connection. */
    static ThreadPoolExecutor pool(int threads) {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                threads, threads, 1, TimeUnit.MINUTES, new ArrayBlockingQueue<>(QUEUED_REQUESTS_MAX), task -> {
                    Thread thread = unstarted("query", task);
                    thread.setDaemon(true);
                    return thread;
                });
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }
}
