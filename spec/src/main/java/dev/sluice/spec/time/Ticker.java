package dev.sluice.spec.time;

import java.time.Duration;

/** Time as it passes; a test has one of its own, by which waiting takes none. Implementations are safe to share. */
public interface Ticker {
    /** The machine's. */
    Ticker SYSTEM = new Ticker() {
        @Override
        public long nanos() {
            return System.nanoTime();
        }

        @Override
        public void sleep(Duration pause) throws InterruptedException {
            Thread.sleep(pause.toMillis(), pause.toNanosPart() % 1_000_000);
        }
    };

    /** Nanoseconds since some moment: only differences mean anything. */
    long nanos();

    void sleep(Duration pause) throws InterruptedException;
}
