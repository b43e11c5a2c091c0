package dev.sluice.torture.workload;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;

/** The application: some sessions that write at the same time. Thread-safe. */
public final class Workload implements AutoCloseable {
    private static final int SESSIONS = 2;
    private static final long PAUSE_MILLIS = 70;
    private static final long ENDED_WITHIN_MILLIS = 20_000;

    private final AtomicBoolean over = new AtomicBoolean();
    /** Shared by the sessions for each transaction. */
    private final ReentrantReadWriteLock pausing = new ReentrantReadWriteLock();

    private final List<WorkloadSession> sessions = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();

    /** What was done so far. */
    public record Tally(long committed, long rolledBack, long failed) {}

    private Workload(SourceDatabase database, long seed) {
        for (int i = 0; i < SESSIONS; i++) {
            WorkloadSession session = new WorkloadSession(
                    new TransactionDraw(seed, i, SESSIONS), database::connect, PAUSE_MILLIS, over, pausing.readLock());
            sessions.add(session);
            threads.add(
                    Thread.ofPlatform().name("torture-workload-" + i).daemon().start(session));
        }
    }

    public static Workload start(SourceDatabase database, long seed) {
        return new Workload(database, seed);
    }

    /** Returns when no transaction is open; none begins until {@link #resume}, which the same thread has to call. */
    public void pause() {
        pausing.writeLock().lock();
    }

    public void resume() {
        pausing.writeLock().unlock();
    }

    public Tally tally() {
        return new Tally(
                sum(session -> session.committed), sum(session -> session.rolledBack), sum(session -> session.failed));
    }

    private long sum(Function<WorkloadSession, AtomicLong> figure) {
        return sessions.stream()
                .mapToLong(session -> figure.apply(session).get())
                .sum();
    }

    /** Returns when no session writes any more. */
    @Override
    public void close() {
        over.set(true);
        for (Thread thread : threads) {
            try {
                thread.join(ENDED_WITHIN_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
