package dev.sluice.ingest.postgres;

import dev.sluice.ingest.postgres.slot.ReplicationSlot;
import dev.sluice.ingest.postgres.stream.ChangeStream;
import dev.sluice.spec.Lsn;
import dev.sluice.spec.errors.SluiceException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries the recorded acknowledgement from the lake to the slot, about once a second, looks after a stream that has
 * fallen silent, and goes the rounds of the source. A failure here only delays the acknowledgement, so it is logged and
 * tried again, for as long as the stream lives.
 */
final class Acknowledger implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Acknowledger.class);
    private static final long INTERVAL_MILLIS = 1_000;
    private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long PROBE_EVERY_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long CLOSE_WAIT_MILLIS = 3_000;

    private final SourceSettings settings;
    private final ReplicationSlot slot;
    private final SourcePatrol patrol;
    private final ChangeStream stream;
    private final Thread thread;
    private boolean closed;
    private boolean commitsExpected = true;
    private long lastProbeNanos = System.nanoTime();
    private boolean failing;

    /** @param patrol closed by this object's thread */
    Acknowledger(SourceSettings settings, ChangeStream stream, SourcePatrol patrol) {
        this.settings = settings;
        this.slot = new ReplicationSlot(settings.slotName());
        this.stream = stream;
        this.patrol = patrol;
        this.thread = new Thread(this::run, "sluice-acknowledge-" + settings.slotName());
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
        try (LakePositions positions = settings.lake().open()) {
            while (pause()) {
                carry(positions);
                patrol.round(positions);
                probe();
            }
            return false;
        } catch (RuntimeException e) {
            if (!failing) {
                LOG.warn("The slot is not acknowledged for now and keeps its WAL; trying again every second", e);
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
            Optional<Lsn> recorded = positions.acknowledged();
            recorded.ifPresent(lsn -> stream.acknowledge(lsn.value()));
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
        if (stream.silentNanos() < SILENCE_NANOS || now - lastProbeNanos < PROBE_EVERY_NANOS) {
            return;
        }
        lastProbeNanos = now;
        try (Connection connection = settings.connector().query()) {
            boolean inUse = slot.state(connection)
                    .flatMap(ReplicationSlot.State::activePid)
                    .isPresent();
            if (!inUse) {
                LOG.warn("Nobody reads slot {} on the server's side: cutting the stream", slot.name());
                stream.cut();
            }
        } catch (SluiceException | SQLException e) {
            LOG.warn("The stream is silent and the server cannot be reached: cutting the stream", e);
            stream.cut();
        }
    }
}
