package dev.sluice.torture.fault;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Waits for what real servers do in their own time. */
final class Patience {
    private static final Duration POLL = Duration.ofMillis(500);

    private Patience() {}

    /** Returns whether the condition came true within {@code atMost}. */
    static boolean await(Duration atMost, BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + atMost.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            Thread.sleep(POLL);
        }
        return true;
    }
}
