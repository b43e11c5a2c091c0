package dev.sluice.ingest.source;

import dev.sluice.lake.Position;
import dev.sluice.spec.errors.SluiceException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries the recorded acknowledgement from the lake to the source, about once a second, looks after a stream that has
 * fallen silent, and goes the rounds of the source. A failure here only delays the acknowledgement, so it is logged and
 * tried again, for as long as the stream lives.
 */
final class Acknowledger implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Acknowledger.class);
    private static final long INTERVAL_MILLIS = 1_000;
    private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long PROBE_EVERY_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long CLOSE_WAIT_MILLIS = 3_000;

    private final SourceAdapter adapter;
    private final SourcePatrol patrol;
    private final ChangeFeed feed;
    private final Thread thread;
    private boolean closed;
    private boolean commitsExpected = true;
    private long lastProbeNanos = System.nanoTime();
    private boolean failing;

    /** @param patrol closed by this object's thread */
    Acknowledger(SourceAdapter adapter, ChangeFeed feed, SourcePatrol patrol) {
        this.adapter = adapter;
        this.feed = feed;
        this.patrol = patrol;
        this.thread = new Thread(this::run, "sluice-acknowledge-" + adapter.name());
        thread.setDaemon(true);
        thread.start();
    }

    /** A checkpoint is complete: its lake commit happens now or soon. */
    synchronized void checkpointCompleted() {
        commitsExpected = true;
    }

    @Override
    public void close() throws InterruptedException {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        thread.join(CLOSE_WAIT_MILLIS);
        thread.interrupt();
    }

    private void run() {
        try (patrol) {
            boolean open = true;
            while (open) {
                open = carryUntilFailure();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Returns whether to begin again: with another connection to the lake, after a pause. */
    private boolean carryUntilFailure() throws InterruptedException {
        try (LakePositions positions = adapter.lake().open()) {
            while (pause()) {
                carry(positions);
                patrol.round(positions);
                probe();
            }
            return false;
        } catch (RuntimeException e) {
            if (!failing) {
                LOG.warn(
                        "The source is not told for now what it may forget, and keeps it; trying again every second",
                        e);
            }
            failing = true;
            return pause();
        }
    }

    private synchronized boolean pause() throws InterruptedException {
        if (!closed) {
            wait(INTERVAL_MILLIS);
        }
        return !closed;
    }

    private void carry(LakePositions positions) {
        synchronized (this) {
            if (!commitsExpected) {
                return;
            }
            commitsExpected = false;
        }
        try {
            Optional<Position> recorded = positions.acknowledged();
            recorded.ifPresent(feed::acknowledge);
            failing = false;
        } catch (RuntimeException e) {
            if (!failing) {
                LOG.warn("The recorded acknowledgement cannot be read; trying again every second", e);
            }
            failing = true;
            checkpointCompleted();
        }
    }

    /** A peer that vanished without a word would leave the stream waiting for ever. */
    private void probe() {
        long now = System.nanoTime();
        if (feed.silentNanos() < SILENCE_NANOS || now - lastProbeNanos < PROBE_EVERY_NANOS) {
            return;
        }
        lastProbeNanos = now;
        try {
            if (!feed.isServed()) {
                LOG.warn("Nobody reads {} on the server's side: cutting the stream", adapter.name());
                feed.cut();
            }
        } catch (SluiceException e) {
            LOG.warn("The stream is silent and the server cannot be reached: cutting the stream", e);
            feed.cut();
        }
    }
}
