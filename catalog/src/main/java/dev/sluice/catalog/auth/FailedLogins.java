package dev.sluice.catalog.auth;

import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Counts requests without a known token, by the address that they come from: beyond a number per minute they are told
 * to go away, and are no longer written to the log one by one. A known token always passes: else anybody at the same
 * address could keep a pipeline out by failing in its stead. Guessing is bounded by the length of tokens, not by this.
 * Thread-safe.
 */
public final class FailedLogins {
    static final int PER_MINUTE_MAX = 20;

    private static final long WINDOW_MILLIS = 60_000;
    private static final int ADDRESSES_MAX = 10_000;

    private final Clock clock;
    private final Map<String, Window> windows = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Window> eldest) {
            return size() > ADDRESSES_MAX;
        }
    };

    public FailedLogins() {
        this(Clock.systemUTC());
    }

    FailedLogins(Clock clock) {
        this.clock = clock;
    }

    private record Window(long beganMillis, int failures) {}

    /** What to do with a failure. */
    public enum Verdict {
        REFUSE,
        /** The first over the limit: the one that is worth a line in the log. */
        LIMIT_REACHED,
        LIMITED
    }

    /** Counts a failure from this address. */
    public synchronized Verdict failed(String address) {
        long now = clock.millis();
        Window window = windows.get(address);
        if (window == null || now - window.beganMillis >= WINDOW_MILLIS) {
            window = new Window(now, 0);
        }
        int failures = Math.min(window.failures + 1, PER_MINUTE_MAX + 2);
        windows.put(address, new Window(window.beganMillis, failures));
        if (failures <= PER_MINUTE_MAX) {
            return Verdict.REFUSE;
        }
        return failures == PER_MINUTE_MAX + 1 ? Verdict.LIMIT_REACHED : Verdict.LIMITED;
    }
}
