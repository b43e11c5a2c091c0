package dev.sluice.ingest.source.toy;

import dev.sluice.ingest.row.Batch;
import dev.sluice.ingest.source.ChangeFeed;
import dev.sluice.ingest.source.FeedStart;
import dev.sluice.ingest.source.LoadedTables;
import dev.sluice.ingest.source.SliceQueue;
import dev.sluice.ingest.source.StreamSlice;
import dev.sluice.ingest.source.toy.ToyDatabase.Change;
import dev.sluice.ingest.source.toy.ToyDatabase.Transaction;
import dev.sluice.lake.Position;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Hands over one transaction after the other. */
final class ToyFeed implements ChangeFeed {
    private final ToyDatabase source;
    private final FeedStart start;
    private final int cutsBefore;
    private final SliceQueue queue = new SliceQueue(1 << 16);
    private final Deque<LoadedTables> toAnnounce;
    private final Thread thread;
    private volatile boolean closed;
    private volatile long lastNanos = System.nanoTime();

    ToyFeed(ToyDatabase source, FeedStart start) {
        this.source = source;
        this.start = start;
        this.cutsBefore = source.cuts.get();
        this.toAnnounce = new ArrayDeque<>(start.loaded());
        this.thread = new Thread(this::run, "toy-feed");
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        try {
            long number = Position.max(start.known(), start.position()).order();
            announceUpTo(number);
            while (!closed) {
                if (source.cuts.get() != cutsBefore) {
                    source.brokenFeeds.incrementAndGet();
                    throw new SluiceException(ErrorCode.E0201, "the feed was cut by a test", "");
                }
                Transaction next = source.after(number);
                lastNanos = System.nanoTime();
                if (next != null) {
                    announceUpTo(next.number() - 1);
                    number = next.number();
                    put(batches(next), number);
                    announceUpTo(number);
                }
            }
        } catch (InterruptedException e) {
            queue.fail(e);
        } catch (RuntimeException e) {
            queue.fail(e);
        }
    }

    /** A load comes between the changes up to its position and those behind it. */
    private void announceUpTo(long number) throws InterruptedException {
        while (!toAnnounce.isEmpty() && toAnnounce.element().lsn() <= number) {
            LoadedTables load = toAnnounce.remove();
            put(
                    List.of(new Batch.Loaded(
                            load.lsn(),
                            load.timeMicros(),
                            load.tables().stream().mapToInt(i -> i).toArray(),
                            load.rows().stream().mapToLong(i -> i).toArray(),
                            load.position().text())),
                    Math.max(number, load.lsn()));
        }
    }

    private void put(List<Batch> batches, long number) throws InterruptedException {
        List<Batch> all = new ArrayList<>(batches);
        all.add(new Batch.Progress(number, number, ToyAdapter.position(number).text()));
        while (!queue.offer(new StreamSlice(all, true, ToyAdapter.position(number)), 100, 50)) {
            if (closed) {
                return;
            }
        }
    }

    private List<Batch> batches(Transaction transaction) {
        Map<Integer, List<Change>> byTable = new HashMap<>();
        for (Change change : transaction.changes()) {
            boolean isWanted = start.skipTo().get(change.table()).order() < transaction.number()
                    && !start.stopped().contains(change.table())
                    && source.dropped() != change.table();
            if (isWanted) {
                byTable.computeIfAbsent(change.table(), any -> new ArrayList<>())
                        .add(change);
            }
        }
        List<Batch> batches = new ArrayList<>();
        byTable.forEach((table, changes) -> {
            Map<Long, String> rows = source.rowsAt(table, transaction.number() - 1);
            List<Boolean> existed = new ArrayList<>();
            for (Change change : changes) {
                existed.add(rows.containsKey(change.id()));
                rows.put(change.id(), "");
                if (change.value() == null) {
                    rows.remove(change.id());
                }
            }
            batches.add(ToyRows.changes(table, transaction.number(), changes, existed));
        });
        return batches;
    }

    @Override
    public SliceQueue slices() {
        return queue;
    }

    @Override
    public void acknowledge(Position position) {
        source.acknowledge(position.order());
    }

    @Override
    public long silentNanos() {
        return System.nanoTime() - lastNanos;
    }

    @Override
    public boolean isServed() {
        return true;
    }

    @Override
    public void cut() {
        thread.interrupt();
    }

    @Override
    public void fail(Throwable cause) {
        queue.fail(cause);
        cut();
    }

    @Override
    public void close() throws InterruptedException {
        closed = true;
        queue.close();
        thread.join(2_000);
    }
}
