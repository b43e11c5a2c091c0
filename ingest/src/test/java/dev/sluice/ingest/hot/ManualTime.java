package dev.sluice.ingest.hot;

/** Time that passes when the test says so. */
final class ManualTime {
    private volatile long nowMillis = System.currentTimeMillis();

    long getCurrentProcessingTime() {
        return nowMillis;
    }

    void pass(long millis) {
        nowMillis += millis;
    }
}
