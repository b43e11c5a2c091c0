package dev.sluice.ingest.postgres.stream;

import dev.sluice.ingest.postgres.LakePositions;
import dev.sluice.ingest.postgres.connection.PostgresConnector;
import dev.sluice.ingest.postgres.slot.ReplicationSlot;
import dev.sluice.spec.Lsn;
import dev.sluice.spec.errors.SluiceException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries the recorded acknowledgement from the lake to the slot, about once a second, and looks after a stream that has
 * fallen silent. A failure here only delays the acknowledgement, so it is logged and tried again.
 */
public final class Acknowledger implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Acknowledger.class);
    private static final long INTERVAL_MILLIS = 1_000;
    private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long PROBE_EVERY_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long CLOSE_WAIT_MILLIS = 3_000;

    private final LakePositions.Opener lake;
    private final PostgresConnector connector;
    private final ReplicationSlot slot;
    private final ChangeStream stream;
    private final Thread thread;
    private boolean closed;
    private boolean commitsExpected = true;
    private long lastProbeNanos = System.nanoTime();
    private boolean failing;

    public Acknowledger(LakePositions.Opener lake, PostgresConnector connector, String slotName, ChangeStream stream) {
        this.lake = lake;
        this.connector = connector;
        this.slot = new ReplicationSlot(slotName);
        this.stream = stream;
        this.thread = new Thread(this::run, "sluice-acknowledge-" + slotName);
        thread.setDaemon(true);
        thread.start();
    }

    /** A checkpoint is complete: its lake commit happens now or soon. */
    public synchronized void checkpointCompleted() {
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
        try (LakePositions positions = lake.open()) {
            while (pause()) {
                carry(positions);
                probe();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.warn("The slot is not acknowledged any more; it keeps its WAL until the pipeline restarts", e);
            stream.cut();
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
        try (Connection connection = connector.query()) {
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
