package dev.sluice.e2e.checkpoint;

import dev.sluice.torture.proxy.FaultyProxy;
import dev.sluice.torture.proxy.ProxyFault;
import java.time.Duration;

/** A fault of a proxy that ends once it has hit, so that one request meets it. */
final class NetworkFault implements AutoCloseable {
    private static final long LOOK_MILLIS = 2;

    private final FaultyProxy proxy;
    private final Thread ending;
    private volatile long hits;
    private volatile boolean over;

    NetworkFault(FaultyProxy proxy, ProxyFault fault, Duration delay) {
        this.proxy = proxy;
        proxy.begin(fault, delay);
        ending = Thread.ofPlatform().daemon().start(this::endOnceItHit);
    }

    private void endOnceItHit() {
        try {
            while (!over && proxy.fired() == 0) {
                Thread.sleep(LOOK_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            hits = proxy.fired();
            proxy.end();
        }
    }

    void mustHaveHit() throws InterruptedException {
        over = true;
        ending.join();
        if (hits == 0) {
            throw new IllegalStateException("the commit did not meet the fault of " + proxy.name());
        }
    }

    @Override
    public void close() throws InterruptedException {
        over = true;
        ending.join();
    }
}
