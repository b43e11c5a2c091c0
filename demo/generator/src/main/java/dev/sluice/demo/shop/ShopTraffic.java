package dev.sluice.demo.shop;

import dev.sluice.demo.shop.ShopSession.Outcome;
import dev.sluice.demo.shop.TrafficOptions.Shares;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Live changes of a seeded shop, in a thread of its own: orders at a steady rate, their completion or cancellation after
 * a delay, and now and then everything else that happens in a shop. The tally counts what was committed, and nothing
 * else, through restarts of PostgreSQL too.
 */
public final class ShopTraffic implements AutoCloseable {
    private static final int COMPLETED_PERCENT = 60;
    private static final int CANCELLED_PERCENT = 25;
    private static final int FAILURES_IN_A_BURST = 4;
    /** Ends of orders that wait; more are not kept, their orders stay as they are. */
    private static final int MAX_PENDING = 1_000_000;
    /** After an outage the rate is resumed, not made up for, beyond this. */
    private static final long MAX_CATCH_UP_NANOS = Duration.ofSeconds(1).toNanos();

    private static final long REPORT_EVERY_NANOS = Duration.ofSeconds(10).toNanos();
    private static final int MAX_REFUSED_IN_A_ROW = 100;

    private final ShopDatabase database;
    private final TrafficOptions options;
    private final Consumer<String> report;
    private final SplittableRandom random;
    private final ShopTally tally = new ShopTally();
    private final PriorityQueue<OrderEnd> pending = new PriorityQueue<>();
    private final Thread thread;
    private final long begunNanos = System.nanoTime();
    private volatile boolean stopping;
    private volatile long orders;
    private volatile long reconnects;
    private volatile @Nullable RuntimeException failure;
    private long lastOrder = 1;
    private int refusedInARow;

    /** What becomes of an order, and when. */
    private record OrderEnd(long dueNanos, long order, boolean completed) implements Comparable<OrderEnd> {
        @Override
        public int compareTo(OrderEnd other) {
            return Long.compare(dueNanos - other.dueNanos, 0);
        }
    }

    /** A business event that touches the database. */
    private interface Change {
        Outcome run() throws SQLException;
    }

    private ShopTraffic(ShopDatabase database, TrafficOptions options, Consumer<String> report) {
        this.database = database;
        this.options = options;
        this.report = report;
        this.random = new SplittableRandom(options.seed());
        this.thread = Thread.ofPlatform().name("shop-traffic").unstarted(this::run);
    }

    /** Starts the traffic. {@code report} gets a line every ten seconds. */
    public static ShopTraffic start(ShopDatabase database, TrafficOptions options, Consumer<String> report) {
        if (!(options.rate() > 0) || options.rate() > 100_000) {
            throw new SluiceException(
                    ErrorCode.E0102, "--rate is " + options.rate(), "give orders a second, above 0 and up to 100000");
        }
        ShopTraffic traffic = new ShopTraffic(database, options, report);
        traffic.thread.start();
        return traffic;
    }

    /** What was committed so far. */
    public ShopTally tally() {
        ShopTally copy = new ShopTally();
        copy.add(tally);
        return copy;
    }

    /** Orders placed so far. */
    public long orders() {
        return orders;
    }

    /** How often PostgreSQL was lost and found again. */
    public long reconnects() {
        return reconnects;
    }

    public boolean isRunning() {
        return thread.isAlive();
    }

    /** Waits until the duration is over or the traffic failed; false when it still runs after {@code atMost}. */
    public boolean await(Duration atMost) throws InterruptedException {
        boolean ended = thread.join(atMost);
        if (ended && failure != null) {
            throw failure;
        }
        return ended;
    }

    /** Ends the traffic after the transaction at hand and returns the final tally; throws what made it fail, if it did. */
    public ShopTally stop() {
        ShopTally last = end();
        if (failure != null) {
            throw failure;
        }
        return last;
    }

    /** The same, whether the traffic failed or not. */
    ShopTally end() {
        close();
        try {
            if (!thread.join(options.reconnectFor().plusSeconds(30))) {
                throw new SluiceException(ErrorCode.E1203, "the traffic did not stop in time", "");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return tally();
    }

    @Override
    public void close() {
        stopping = true;
        LockSupport.unpark(thread);
    }

    private void run() {
        try (ShopSession session = new ShopSession(database, options.reconnectFor(), options.dryRun())) {
            ShopChanges changes = new ShopChanges(session, random, options.unicodeNames());
            pace(session, changes);
        } catch (SQLException e) {
            failure = database.failure("the traffic stopped", e);
        } catch (RuntimeException e) {
            failure = e;
        }
    }

    private void pace(ShopSession session, ShopChanges changes) throws SQLException {
        long periodNanos = (long) (1e9 / options.rate());
        long endNanos = options.duration().isZero()
                ? Long.MAX_VALUE
                : options.duration().toNanos();
        long dueNanos = 0;
        long nextReportNanos = REPORT_EVERY_NANOS;
        while (!stopping && elapsedNanos() < endNanos) {
            long now = elapsedNanos();
            if (now >= nextReportNanos) {
                report.accept(progress());
                nextReportNanos += REPORT_EVERY_NANOS;
            }
            OrderEnd end = pending.peek();
            if (end != null && end.dueNanos() <= now) {
                pending.poll();
                attempt(
                        changes,
                        () -> end.completed()
                                ? changes.completeOrder(end.order(), time())
                                : changes.cancelOrder(end.order(), time()));
            } else if (dueNanos <= now) {
                tick(changes);
                dueNanos = Math.max(dueNanos + periodNanos, elapsedNanos() - MAX_CATCH_UP_NANOS);
            } else {
                long wake =
                        Math.min(Math.min(dueNanos, nextReportNanos), end == null ? Long.MAX_VALUE : end.dueNanos());
                LockSupport.parkNanos(wake - now);
            }
            reconnects = session.reconnects();
        }
    }

    /** One order, and by chance other events. */
    private void tick(ShopChanges changes) throws SQLException {
        Shares shares = options.shares();
        if (chance(shares.paymentFailureBurst())) {
            failureBurst(changes);
        } else {
            boolean stuck = chance(shares.stuckOrder());
            LocalDateTime time = stuck ? time().minusHours(random.nextInt(2, 7)) : time();
            boolean big = chance(shares.bigOrder());
            Optional<Outcome> placed = attempt(changes, () -> changes.placeOrder(changes.pickUser(), time, big));
            placed.ifPresent(outcome -> orderPlaced(outcome, stuck ? 100 : random.nextInt(100)));
        }
        happen(shares.newUser(), changes, () -> changes.addUser(time()));
        happen(shares.reprice(), changes, () -> changes.reprice(timeOrForgotten()));
        happen(shares.profileChange(), changes, () -> changes.changeProfile(timeOrForgotten()));
        happen(shares.softDelete(), changes, () -> changes.softDelete(time()));
        happen(shares.hardDelete(), changes, () -> changes.hardDelete(lastOrder));
        happen(shares.categoryDelete(), changes, changes::deleteCategory);
        happen(shares.manyRowsUpdate(), changes, () -> changes.updateManyRows(time()));
    }

    /** Several orders of one user whose payments fail shortly after. */
    private void failureBurst(ShopChanges changes) throws SQLException {
        long user = changes.pickUser();
        for (int i = 0; i < FAILURES_IN_A_BURST; i++) {
            attempt(changes, () -> changes.placeOrder(user, time(), false))
                    .ifPresent(outcome -> orderPlaced(outcome, COMPLETED_PERCENT));
        }
    }

    private void orderPlaced(Outcome outcome, int draw) {
        if (outcome.key() == 0) {
            return;
        }
        orders++;
        lastOrder = Math.max(lastOrder, outcome.key());
        if (draw < COMPLETED_PERCENT + CANCELLED_PERCENT && pending.size() < MAX_PENDING) {
            long spread =
                    Math.max(1, options.maxDelay().minus(options.minDelay()).toNanos());
            long due = elapsedNanos() + options.minDelay().toNanos() + random.nextLong(spread);
            pending.add(new OrderEnd(due, outcome.key(), draw < COMPLETED_PERCENT));
        }
    }

    private void happen(double share, ShopChanges changes, Change change) throws SQLException {
        if (chance(share)) {
            attempt(changes, change);
        }
    }

    /** Runs one transaction. One that the server refuses, as when someone else deleted a row, is left out. */
    private Optional<Outcome> attempt(ShopChanges changes, Change change) throws SQLException {
        try {
            Outcome outcome = change.run();
            tally.add(outcome.tally());
            refusedInARow = 0;
            return Optional.of(outcome);
        } catch (SQLException e) {
            if (++refusedInARow > MAX_REFUSED_IN_A_ROW) {
                throw e;
            }
            changes.refresh();
            return Optional.empty();
        }
    }

    private boolean chance(double share) {
        return share > 0 && random.nextDouble() < share;
    }

    private @Nullable LocalDateTime timeOrForgotten() {
        return chance(options.shares().forgetUpdatedAt()) ? null : time();
    }

    private LocalDateTime time() {
        Instant now = options.start().plusNanos(elapsedNanos());
        return LocalDateTime.ofInstant(now, ZoneOffset.UTC);
    }

    private long elapsedNanos() {
        return System.nanoTime() - begunNanos;
    }

    private String progress() {
        ShopTally.Counts total = tally.total();
        double seconds = elapsedNanos() / 1e9;
        return String.format(
                "%.0f s: %d orders (%.1f/s), rows inserted %d, updated %d, deleted %d, orders waiting for their end %d",
                seconds, orders, orders / seconds, total.inserted(), total.updated(), total.deleted(), pending.size());
    }
}
