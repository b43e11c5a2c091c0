package dev.sluice.torture.check;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;

/** The exact commits so far, by the time of the source. Thread-safe. */
public final class ExactCommits {
    private final ConcurrentSkipListMap<Instant, ExactCommit> bySourceTime = new ConcurrentSkipListMap<>();

    synchronized void add(ExactCommit commit) {
        bySourceTime.putIfAbsent(commit.sourceTime(), commit);
        notifyAll();
    }

    public int count() {
        return bySourceTime.size();
    }

    /** The first one that holds something which the source committed after {@code time}. */
    public Optional<ExactCommit> after(Instant time) {
        return Optional.ofNullable(bySourceTime.higherEntry(time)).map(java.util.Map.Entry::getValue);
    }

    /** Waits for it; empty when the time is up. */
    public synchronized Optional<ExactCommit> awaitAfter(Instant time, Duration atMost) throws InterruptedException {
        long deadline = System.nanoTime() + atMost.toNanos();
        while (after(time).isEmpty()) {
            long leftMillis = (deadline - System.nanoTime()) / 1_000_000;
            if (leftMillis <= 0) {
                return Optional.empty();
            }
            wait(leftMillis);
        }
        return after(time);
    }
}
