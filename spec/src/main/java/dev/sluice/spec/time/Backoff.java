package dev.sluice.spec.time;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Pauses between attempts: each twice as long as the one before, up to {@code max}, and by chance up to a half shorter, so
 * that two writers who have met do not meet again.
 *
 * @param first the longest that the first pause can be
 */
public record Backoff(Duration first, Duration max) {
    private static final int DOUBLINGS_MAX = 20;

    /** The longest that the pause after an attempt can be; the first attempt is number 0. */
    public Duration longest(int attempt) {
        Duration grown = first.multipliedBy(1L << Math.min(attempt, DOUBLINGS_MAX));
        return grown.compareTo(max) < 0 ? grown : max;
    }

    /** Waits after an attempt that failed. */
    public void pause(int attempt, Ticker ticker) throws InterruptedException {
        long nanos = longest(attempt).toNanos();
        ticker.sleep(Duration.ofNanos(nanos / 2 + ThreadLocalRandom.current().nextLong(nanos / 2 + 1)));
    }
}
