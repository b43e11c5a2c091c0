package dev.sluice.ingest.hot;

import dev.sluice.ingest.row.RowCursor;
import dev.sluice.spec.PipelineSpec.HotSpec;
import dev.sluice.spec.errors.SluiceException;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Fills one hot table from the lake: waits until the lake holds every change that the hot table may have lost, writes
 * that state into a table of its own, and puts it in the place of the old one. Changes of the table wait meanwhile, and
 * follow when this is done. Has a thread of its own; one refill of a process reads at a time.
 */
final class HotRefill {
    private static final Semaphore ONE_AT_A_TIME = new Semaphore(1, true);
    private static final long POLL_MILLIS = 500;
    private static final int INSERT_BYTES = 8 << 20;

    private final HotSpec hot;
    private final HotLake.Opener lake;
    private final HotTable table;
    /** The lake must hold everything up to here. */
    private final long from;

    private final ClickHouseClient client;
    private final CompletableFuture<Result> done = new CompletableFuture<>();
    private final Thread thread;
    private volatile boolean isCancelled;
    private final AtomicBoolean isWaiting = new AtomicBoolean(true);

    /** The table equals its source at {@code lsn}. */
    record Result(long lsn, long commitMicros) {}

    private HotRefill(HotSpec hot, HotLake.Opener lake, HotTable table, long from) {
        this.hot = hot;
        this.lake = lake;
        this.table = table;
        this.from = from;
        this.client = new ClickHouseClient(hot, 10_000);
        this.thread = new Thread(this::run, "sluice-hot-refill-" + table.name());
        thread.setDaemon(true);
    }

    static HotRefill start(HotSpec hot, HotLake.Opener lake, HotTable table, long from) {
        HotRefill refill = new HotRefill(hot, lake, table, from);
        refill.thread.start();
        return refill;
    }

    /** Empty while it is under way. Throws what it failed by. */
    Optional<Result> result() {
        try {
            return Optional.ofNullable(done.getNow(null));
        } catch (java.util.concurrent.CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    /** Ends it and waits until it has ended: it puts no table in place after that. */
    void cancel() {
        isCancelled = true;
        thread.interrupt();
        boolean wasInterrupted = false;
        while (thread.isAlive() && !wasInterrupted) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                wasInterrupted = true;
            }
        }
        if (wasInterrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends it unless it reads the lake already; says whether it has ended. */
    boolean cancelIfWaiting() {
        if (!isWaiting.compareAndSet(true, false)) {
            return false;
        }
        cancel();
        return true;
    }

    private void run() {
        try (HotLake opened = lake.open()) {
            awaitLake(opened);
            ONE_AT_A_TIME.acquire();
            try {
                if (!isWaiting.compareAndSet(true, false)) {
                    throw new InterruptedException("the refill was cancelled");
                }
                // Read again: the newer the state, the fewer changes have to follow.
                HotLake.Point point = opened.reached(table.name(), from).orElseThrow();
                fill(point);
                done.complete(new Result(point.lsn(), micros(point.commitTime())));
            } finally {
                ONE_AT_A_TIME.release();
            }
        } catch (InterruptedException e) {
            done.completeExceptionally(e);
        } catch (IOException | RuntimeException | OutOfMemoryError e) {
            done.completeExceptionally(e);
        }
    }

    private void awaitLake(HotLake opened) throws InterruptedException {
        while (opened.reached(table.name(), from).isEmpty()) {
            checkCancelled();
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        }
    }

    private void fill(HotLake.Point point) throws IOException, InterruptedException {
        HotTables store = new HotTables(hot, client);
        String id = "sluice-refill " + UUID.randomUUID();
        store.createForRefill(table, id);
        Filling filling = new Filling(point);
        new LakeTableRows(point.table(), table.source()).read(filling);
        filling.insert();
        checkCancelled();
        store.swap(table, id);
    }

    private void checkCancelled() throws InterruptedException {
        if (isCancelled || Thread.interrupted()) {
            throw new InterruptedException("the refill was cancelled");
        }
    }

    /** Time of the lake's position, so that no row outlives a newer one of its key; now, when nobody knows. */
    private static long micros(Instant commitTime) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, commitTime.equals(Instant.EPOCH) ? Instant.now() : commitTime);
    }

    /** Rows on their way into ClickHouse, with versions that let it apply the lake's equality deletes. */
    private final class Filling implements LakeTableRows.Receiver {
        private final HotBuffer buffer = new HotBuffer(table);
        private final long lsn;
        private final long micros;

        Filling(HotLake.Point point) {
            this.lsn = point.lsn();
            this.micros = micros(point.commitTime());
        }

        @Override
        public void row(RowCursor row, long dataSequenceNumber) {
            buffer.append(row, new HotVersion(lsn, HotVersion.WHOLE + 2 * dataSequenceNumber), micros);
            insertWhenFull();
        }

        @Override
        public void deleted(RowCursor key, long dataSequenceNumber) {
            buffer.appendDeleted(key, new HotVersion(lsn, HotVersion.WHOLE + 2 * dataSequenceNumber - 1), micros);
            insertWhenFull();
        }

        private void insertWhenFull() {
            if (buffer.bytes() >= INSERT_BYTES) {
                insert();
            }
        }

        void insert() {
            if (isCancelled) {
                throw new java.util.concurrent.CancellationException("the refill was cancelled");
            }
            if (!buffer.isEmpty()) {
                HotBuffer.SealedRows rows = buffer.seal(null);
                client.finish(client.startInsert(
                        "fill the hot table " + table.name() + " from the lake",
                        table.insertStatement(table.refillName()),
                        rows.bytes(),
                        rows.length()));
                buffer.clear();
            }
        }
    }

    /** What a person should read of a failure. */
    static String reason(RuntimeException e) {
        return e instanceof SluiceException ours ? ours.code() + " " + ours.reason() : e.toString();
    }
}
