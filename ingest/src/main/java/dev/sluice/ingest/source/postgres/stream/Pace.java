package dev.sluice.ingest.source.postgres.stream;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Decides when the reading thread pauses. Under backlog a pause of a millisecond lets the server fill the socket, so that
 * one read brings many messages; idle, pauses grow to a few milliseconds, so that waiting costs next to nothing. Not
 * thread-safe.
 */
final class Pace {
    private static final int MESSAGES_PER_PAUSE = 256;
    /** 256 messages in less than this is a backlog. */
    private static final long BACKLOG_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long IDLE_SHORT_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
    private static final long IDLE_LONG_NANOS = TimeUnit.SECONDS.toNanos(2);

    private int messages;
    private long lastPauseNanos = System.nanoTime();
    private long idleSinceNanos;

    void message() {
        idleSinceNanos = 0;
        if (++messages < MESSAGES_PER_PAUSE) {
            return;
        }
        messages = 0;
        long now = System.nanoTime();
        if (now - lastPauseNanos < BACKLOG_NANOS) {
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        lastPauseNanos = System.nanoTime();
    }

    /** Nothing is at hand. The read that found this out has itself waited about a millisecond. */
    void idle() {
        long now = System.nanoTime();
        if (idleSinceNanos == 0) {
            idleSinceNanos = now;
            return;
        }
        long idle = now - idleSinceNanos;
        if (idle > IDLE_LONG_NANOS) {
            LockSupport.parkNanos(12 * PAUSE_NANOS);
        } else if (idle > IDLE_SHORT_NANOS) {
            LockSupport.parkNanos(6 * PAUSE_NANOS);
        }
    }
}
