package dev.sluice.catalog.rest;

import dev.sluice.catalog.http.Call;
import dev.sluice.catalog.http.Reply;
import dev.sluice.catalog.tables.PostgresCatalog;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;

/**
 * Whether the catalog works, asked by whoever starts it; it says no more than that. Anybody may ask, so the database is
 * asked at most once per second: the others get the same answer. Thread-safe.
 */
final class HealthResource {
    static final long KEPT_NANOS = 1_000_000_000L;

    private final PostgresCatalog catalog;
    private Reply last;
    private long askedNanos;

    HealthResource(PostgresCatalog catalog) {
        this.catalog = catalog;
    }

    synchronized Reply health(Call call) {
        if (last == null || System.nanoTime() - askedNanos >= KEPT_NANOS) {
            last = ask();
            askedNanos = System.nanoTime();
        }
        return last;
    }

    private Reply ask() {
        try {
            catalog.check();
            return Reply.ok(Map.of("status", "up"));
        } catch (SQLException e) {
            return new Reply(503, Optional.of(Map.of("status", "database not reachable")));
        }
    }
}
