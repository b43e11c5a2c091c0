package dev.sluice.ingest.hot;

import dev.sluice.ingest.hot.HotProgress.State;
import dev.sluice.ingest.row.Batch;
import dev.sluice.ingest.row.ChangeRows;
import dev.sluice.ingest.row.LoadRows;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes what the task has left in the inbox and brings it into ClickHouse, in order: inserts when the flush interval has
 * passed, when enough has come together, and when a checkpoint asks for it. Nothing that happens here fails the job: a
 * table of which changes have got lost is filled from the lake, one that ClickHouse refuses says so. Runs in a thread of
 * its own; assumes that all changes of a table come through the same inbox in commit order.
 */
final class HotFlusher implements Runnable {
    private static final Logger log = LoggerFactory.getLogger(HotFlusher.class);
    private static final int TABLE_BYTES_MAX = 8 << 20;
    private static final int ALL_BYTES_MAX = 32 << 20;
    private static final long REQUESTS_MILLIS = 2_000;

    /** ClickHouse does not answer, and changes have been given up. */
    private static final class ChangesLost extends RuntimeException {
        private static final long serialVersionUID = 1L;

        ChangesLost() {
            super(null, null, false, false);
        }
    }

    private final HotInbox inbox;
    private final ClickHouseClient client;
    private final HotTables store;
    private final HotFlows flows;
    private final HotProgress progress;
    private final HotInserts inserts;
    private final HotMarks marks;
    private final HotOutage outage;
    private final LongSupplier nowMillis;
    private final long flushIntervalMillis;
    private long dirtySinceNanos;
    private long requestsAtNanos = System.nanoTime();
    private boolean isPrepared;

    HotFlusher(
            HotInbox inbox,
            ClickHouseClient client,
            HotTables store,
            HotFlows flows,
            HotProgress progress,
            HotInserts inserts,
            HotMarks marks,
            LongSupplier nowMillis,
            long flushIntervalMillis) {
        this.inbox = inbox;
        this.client = client;
        this.store = store;
        this.flows = flows;
        this.progress = progress;
        this.inserts = inserts;
        this.marks = marks;
        this.outage = new HotOutage(inbox, client, marks, flows, progress);
        this.nowMillis = nowMillis;
        this.flushIntervalMillis = flushIntervalMillis;
    }

    @Override
    public void run() {
        try {
            while (!inbox.isClosed()) {
                step();
            }
        } catch (HotOutage.Closed e) {
            log.debug("The hot sink ends while ClickHouse is away");
        } catch (RuntimeException | Error e) {
            if (inbox.isClosed()) {
                log.debug("The hot sink was interrupted by its end", e);
                return;
            }
            log.error("The hot sink failed; the lake goes on, the hot tables do not until the job is started anew", e);
            inbox.fail();
            marks.failed(progress, flows, e);
        } finally {
            flows.close();
        }
    }

    private void step() {
        try {
            if (!isPrepared) {
                outage.insist(this::prepare);
                isPrepared = true;
            }
            Batch batch = inbox.take(millisUntilFlush());
            if (batch != null) {
                handle(batch);
            }
            if (inbox.isOverflowed()) {
                throw new ChangesLost();
            }
            flushWhenDue();
            if (inbox.leads()) {
                endRefills();
                lookForRequests();
                marks.update(flows, progress, outage, inbox.hasBacklog());
            }
        } catch (HotOutage.Overflow | ChangesLost e) {
            beginAnew();
        }
    }

    /** Makes the tables; one that does not fit is told of, and does not keep others away. */
    private void prepare() {
        store.createDatabase();
        progress.create();
        progress.read();
        for (HotFlow flow : flows.all()) {
            try {
                if (!store.create(flow.table)) {
                    flow.lose("the table is of an earlier version of Sluice");
                }
            } catch (SluiceException e) {
                refused(flow, e);
            }
        }
    }

    private void refused(HotFlow flow, SluiceException e) {
        if (e.code() == ErrorCode.E0901) {
            throw e;
        }
        log.error("{} the hot table {} does not follow: {}\nFix: {}", e.code(), flow.table.name(), e.reason(), e.fix());
        flow.fail(e.code() + " " + e.reason(), nowMillis.getAsLong());
        progress.set(flow.number, flow.state(), flow.reason());
    }

    private void beginAnew() {
        log.warn("ClickHouse has been away for longer than changes could be kept; hot tables are filled from the lake");
        for (HotFlow flow : flows.all()) {
            flow.lose("ClickHouse was away for longer than changes could be kept");
            progress.set(flow.number, flow.state(), flow.reason());
        }
        dirtySinceNanos = 0;
        outage.awaitAnswer();
        inbox.resume();
    }

    private void handle(Batch batch) {
        if (batch instanceof LoadRows rows) {
            flows.find(rows.table()).ifPresent(flow -> flow.buffer.load(rows, nowMicros()));
        } else if (batch instanceof ChangeRows changes) {
            flows.find(changes.table()).ifPresent(flow -> changes(flow, changes));
        } else if (batch instanceof Batch.Start start) {
            flows.all().forEach(flow -> start(flow, start.firstAfter()[flow.number]));
        } else if (batch instanceof Batch.Stop stop) {
            flows.find(stop.table()).ifPresent(flow -> stop(flow, stop));
        } else if (batch instanceof Batch.Progress reached) {
            flows.all().forEach(flow -> reached(flow, reached));
        } else if (batch instanceof Batch.Loaded loaded) {
            loaded(loaded);
        } else if (!(batch instanceof Batch.ChunkEnd || batch instanceof Batch.Open)) {
            throw new IllegalStateException("nobody has said what " + batch + " is for the hot store");
        }
        if (dirtySinceNanos == 0 && (progress.hasNews() || flows.anyDirty())) {
            dirtySinceNanos = System.nanoTime();
        }
        flushWhenFull();
    }

    /** Whether the table has everything that came before. */
    private void start(HotFlow flow, long firstAfter) {
        flow.isStopped = firstAfter == Batch.Start.NOT_STREAMED;
        if (!flow.isStopped) {
            flow.reached = firstAfter;
        }
        long there = progress.lsn(flow.number);
        boolean wasLive = progress.state(flow.number) == State.LIVE || progress.state(flow.number) == State.STOPPED;
        if (flow.isLive() && (!wasLive || !flow.isStopped && Long.compareUnsigned(there, firstAfter) < 0)) {
            flow.lose(there == 0 ? "the table was made hot after it had been loaded" : "changes are missing");
        }
        if (flow.isLive()) {
            flow.skipTo = there;
        }
        progress.set(flow.number, flow.state(), flow.reason());
    }

    private void stop(HotFlow flow, Batch.Stop stop) {
        flow.isStopped = true;
        progress.set(
                flow.number,
                flow.state(),
                stop.reason().code() + " " + stop.reason().code().title());
    }

    private void reached(HotFlow flow, Batch.Progress batch) {
        if (flow.isStopped) {
            return;
        }
        flow.reached = batch.lsn();
        if (flow.isLive()) {
            progress.advance(flow.number, batch.lsn(), batch.commitTimeMicros());
        } else if (flow.waiting != null) {
            keepWaiting(flow, batch);
        } else if (flow.mayRefill(nowMillis.getAsLong())) {
            flows.startRefill(flow);
            progress.set(flow.number, flow.state(), flow.reason());
        }
    }

    private void changes(HotFlow flow, ChangeRows batch) {
        if (flow.waiting != null) {
            keepWaiting(flow, batch);
        } else if (flow.isLive()) {
            try {
                apply(flow, batch);
            } catch (SluiceException e) {
                refused(flow, e);
            }
        }
    }

    private void keepWaiting(HotFlow flow, Batch batch) {
        if (!flow.waiting.add(batch)) {
            flow.fail("more changes came during the refill than could be kept", nowMillis.getAsLong());
            progress.set(flow.number, flow.state(), flow.reason());
        }
    }

    private void apply(HotFlow flow, ChangeRows batch) {
        if (flow.buffer.holdsLoad()) {
            flush(List.of(flow));
        }
        for (int i = 0; i < batch.count() && flow.isLive(); i++) {
            if (Long.compareUnsigned(batch.lsns()[i], flow.skipTo) <= 0) {
                continue;
            }
            if (batch.operations()[i] == ChangeRows.TRUNCATE) {
                flow.buffer.clear();
                deleteBelow(flow.table, flow.buffer.next(batch.lsns()[i]), "truncate the hot table ");
            } else {
                flow.buffer.change(batch, i, nowMicros());
            }
        }
    }

    private void deleteBelow(HotTable table, HotVersion version, String purpose) {
        outage.insist(() -> {
            client.awaitLateStatements(table.qualifiedName());
            if (!client.text(purpose + table.name(), table.existsBelow(version)).equals("0")) {
                client.run(purpose + table.name(), table.deleteBelow(version));
            }
        });
    }

    /** The load is complete if all its rows are there; what is older was left behind by a load that never was. */
    private void loaded(Batch.Loaded batch) {
        flush(flows.dirty());
        for (int i = 0; i < batch.tables().length; i++) {
            long rows = i < batch.rows().length ? batch.rows()[i] : -1;
            flows.find(batch.tables()[i]).filter(HotFlow::canBeLoaded).ifPresent(flow -> {
                try {
                    loaded(flow, batch, rows);
                } catch (SluiceException e) {
                    refused(flow, e);
                }
            });
        }
    }

    private void loaded(HotFlow flow, Batch.Loaded batch, long rows) {
        String purpose = "count the rows of the load of " + flow.table.name();
        long[] found = new long[1];
        outage.insist(() -> found[0] = Long.parseLong(client.text(purpose, flow.table.countOfLoad(batch.lsn()))));
        if (rows != found[0]) {
            flow.lose("the load brought " + found[0] + " rows of " + (rows < 0 ? "an unknown number" : rows));
        } else {
            deleteBelow(flow.table, HotVersion.whole(batch.lsn()), "clean the hot table ");
            flow.live();
            flow.skipTo = batch.lsn();
            progress.advance(flow.number, batch.lsn(), batch.commitTimeMicros());
        }
        flow.reached = batch.lsn();
        progress.set(flow.number, flow.state(), flow.reason());
    }

    private void endRefills() {
        for (HotFlow flow : flows.refilling()) {
            try {
                flow.refill.result().ifPresent(result -> follow(flow, result));
            } catch (RuntimeException e) {
                if (e instanceof ChangesLost || e instanceof HotOutage.Overflow || e instanceof HotOutage.Closed) {
                    throw e;
                }
                log.warn("The hot table {} could not be filled from the lake; trying again", flow.table.name(), e);
                flow.fail(HotRefill.reason(e), nowMillis.getAsLong());
                progress.set(flow.number, flow.state(), flow.reason());
            }
        }
    }

    /** The table equals the lake at a position: what waited meanwhile follows. */
    private void follow(HotFlow flow, HotRefill.Result result) {
        BatchSpool waiting = flow.takeWaiting();
        log.info("The hot table {} was filled from the lake", flow.table.name());
        progress.rebuilt(flow.number, flow.requestedMicros);
        flow.requestedMicros = 0;
        flow.live();
        flow.skipTo = result.lsn();
        progress.advance(flow.number, result.lsn(), result.commitMicros());
        progress.set(flow.number, flow.state(), flow.reason());
        try (waiting) {
            for (Batch batch = waiting.poll(); batch != null && flow.isLive(); batch = waiting.poll()) {
                if (batch instanceof Batch.Progress reached) {
                    progress.advance(flow.number, reached.lsn(), reached.commitTimeMicros());
                } else if (batch instanceof ChangeRows changes) {
                    changes(flow, changes);
                    flushWhenFull();
                }
                if (inbox.isOverflowed()) {
                    throw new ChangesLost();
                }
            }
        }
        dirtySinceNanos = System.nanoTime();
    }

    private void lookForRequests() {
        if (System.nanoTime() - requestsAtNanos < TimeUnit.MILLISECONDS.toNanos(REQUESTS_MILLIS)) {
            return;
        }
        requestsAtNanos = System.nanoTime();
        List<HotProgress.Request> requests = new ArrayList<>();
        outage.insist(() -> {
            requests.clear();
            requests.addAll(progress.requests());
        });
        for (HotProgress.Request request : requests) {
            flows.find(request.table())
                    .filter(flow -> flow.requestedMicros != request.requestedMicros())
                    .ifPresent(flow -> {
                        flow.lose("a rebuild was asked for");
                        flow.retryNow();
                        flow.requestedMicros = request.requestedMicros();
                        progress.set(flow.number, flow.state(), flow.reason());
                    });
        }
    }

    private void flushWhenFull() {
        for (HotFlow flow : flows.all()) {
            if (flow.buffer.bytes() >= TABLE_BYTES_MAX) {
                flush(List.of(flow));
            }
        }
        if (flows.bytes() >= ALL_BYTES_MAX) {
            flushAll();
        }
    }

    private void flushWhenDue() {
        if (inbox.isFlushDue() || dirtySinceNanos != 0 && millisUntilFlush() == 0) {
            flushAll();
        }
    }

    private long millisUntilFlush() {
        if (dirtySinceNanos == 0) {
            return flushIntervalMillis;
        }
        long passed = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - dirtySinceNanos);
        return Math.max(0, flushIntervalMillis - passed);
    }

    private void flushAll() {
        flush(flows.dirty());
        if (progress.hasNews() && inbox.leads()) {
            outage.insist(() -> progress.write(nowMicros()));
        }
        dirtySinceNanos = 0;
        inbox.stored();
    }

    private void flush(List<HotFlow> dirty) {
        if (dirty.isEmpty()) {
            return;
        }
        List<HotInserts.Refused> refused = new ArrayList<>();
        outage.insist(() -> {
            refused.clear();
            refused.addAll(inserts.run(dirty));
        });
        refused.forEach(one -> refused(one.flow(), one.why()));
    }

    private long nowMicros() {
        return TimeUnit.MILLISECONDS.toMicros(nowMillis.getAsLong());
    }
}
