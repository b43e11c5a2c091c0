package dev.sluice.ingest.hot;

import dev.sluice.ingest.row.Batch;
import dev.sluice.ingest.row.LoadRows;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What lies between the task's thread, which also feeds the lake and so must not wait for ClickHouse, and the flusher's
 * thread. It holds a bounded number of bytes; when they are full, everything in it is given up and everything that comes
 * passes, until the flusher says that ClickHouse answers: then it begins anew at the next position, and says so by a
 * START. Thread-safe.
 */
final class HotInbox implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(HotInbox.class);
    /** A statement that takes longer than this is not waited for. */
    private static final long PATIENCE_MILLIS = 10_000;

    private final int tables;
    private final long loadBytesMax;
    private final BatchSpool spool;
    /** By table: told again when the inbox begins anew. */
    private final Map<Integer, Batch.Stop> stops = new LinkedHashMap<>();

    private long offered;
    private long taken;
    private long stored;
    private long flushAt;
    private boolean isDropping;
    private boolean mayResume;
    private boolean isFailing;
    private boolean isLate;
    private boolean isClosed;
    private boolean leads;
    private long busySinceNanos = System.nanoTime();

    /** @param loadBytesMax rows of a load wait beyond this, as long as ClickHouse answers */
    HotInbox(int tables, long loadBytesMax, BatchSpool spool) {
        this.tables = tables;
        this.loadBytesMax = loadBytesMax;
        this.spool = spool;
    }

    // ---- the task's thread ----

    /** Takes a batch over. Waits only for a load, and only while ClickHouse makes headway. */
    synchronized void offer(Batch batch) {
        leads |= batch instanceof Batch.Start || batch instanceof Batch.Loaded;
        if (batch instanceof Batch.Stop stop) {
            stops.put(stop.table(), stop);
        }
        if (isDropping && mayResume && batch instanceof Batch.Progress progress) {
            isDropping = false;
            add(new Batch.Start(startAt(progress.lsn())));
            stops.values().forEach(this::add);
        }
        if (isDropping) {
            return;
        }
        if (batch instanceof LoadRows) {
            await(() -> spool.bytes() < loadBytesMax, Long.MAX_VALUE);
        }
        if (!isDropping) {
            add(batch);
        }
        if (batch instanceof Batch.ChunkEnd && !isDropping) {
            awaitStored(Long.MAX_VALUE);
        }
    }

    /** Asks for all that was offered to be stored, and waits for it; no longer than given, and not when it is late anyway. */
    synchronized void flush(long waitMillisMax) {
        if (isDropping) {
            return;
        }
        if (isLate) {
            requestFlush();
        } else if (!awaitStored(waitMillisMax)) {
            isLate = true;
        }
    }

    private void add(Batch batch) {
        if (spool.add(batch)) {
            offered++;
        } else {
            giveUp();
        }
        notifyAll();
    }

    private void giveUp() {
        spool.clear();
        isDropping = true;
        mayResume = false;
    }

    private long[] startAt(long position) {
        long[] all = new long[tables];
        Arrays.fill(all, position);
        stops.keySet().forEach(table -> all[table] = Batch.Start.NOT_STREAMED);
        return all;
    }

    private void requestFlush() {
        flushAt = offered;
        notifyAll();
    }

    private boolean awaitStored(long millisMax) {
        requestFlush();
        long target = offered;
        return await(() -> stored >= target, millisMax);
    }

    private boolean await(java.util.function.BooleanSupplier condition, long millisMax) {
        long start = System.nanoTime();
        while (!condition.getAsBoolean()) {
            boolean isOver = millisMax != Long.MAX_VALUE
                    && System.nanoTime() - start >= TimeUnit.MILLISECONDS.toNanos(millisMax);
            if (isOver || isClosed || isDropping || !makesHeadway()) {
                return false;
            }
            pause(Math.min(50, millisMax));
        }
        return true;
    }

    private boolean makesHeadway() {
        return !isFailing && System.nanoTime() - busySinceNanos < TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
    }

    private void pause(long millis) {
        try {
            wait(Math.max(1, millis));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            isClosed = true;
        }
    }

    // ---- the flusher's thread ----

    /** The next batch; null when {@code millisMax} have passed, or when it is time to flush what was taken. */
    synchronized Batch take(long millisMax) {
        long start = System.nanoTime();
        while (!isClosed && !isOverflowed() && !isFlushDue() && spool.isEmpty()) {
            long left = millisMax - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
            if (left <= 0) {
                return null;
            }
            pause(left);
        }
        if (isClosed || isOverflowed() || isFlushDue()) {
            return null;
        }
        Batch batch = poll();
        taken += batch == null ? 0 : 1;
        return batch;
    }

    private Batch poll() {
        try {
            return spool.poll();
        } catch (UncheckedIOException e) {
            log.warn("Changes that waited for ClickHouse are lost", e);
            giveUp();
            return null;
        }
    }

    /** Whether the task waits for what has been taken. */
    synchronized boolean isFlushDue() {
        return flushAt > stored && taken >= flushAt;
    }

    /** All that was taken is in ClickHouse. */
    synchronized void stored() {
        stored = taken;
        if (spool.isEmpty()) {
            isLate = false;
        }
        notifyAll();
    }

    synchronized void statementBegins() {
        busySinceNanos = System.nanoTime();
    }

    synchronized void answered(boolean isAnswer) {
        busySinceNanos = System.nanoTime();
        isFailing = !isAnswer;
        notifyAll();
    }

    /** Whether what was held has been given up, and nobody has said yet that ClickHouse answers. */
    synchronized boolean isOverflowed() {
        return isDropping && !mayResume;
    }

    /** Whether changes pass this inbox, and not only rows of a load: then its flusher speaks for the tables. */
    synchronized boolean leads() {
        return leads;
    }

    synchronized boolean hasBacklog() {
        return isDropping || spool.isOnDisk();
    }

    /** ClickHouse answers again: begin at the next position. What was taken before is over. */
    synchronized void resume() {
        offered = taken;
        stored = taken;
        flushAt = taken;
        mayResume = true;
    }

    /** Nobody takes anything any more: let everything pass. */
    synchronized void fail() {
        giveUp();
        notifyAll();
    }

    synchronized boolean isClosed() {
        return isClosed;
    }

    @Override
    public synchronized void close() {
        isClosed = true;
        spool.close();
        notifyAll();
    }
}
