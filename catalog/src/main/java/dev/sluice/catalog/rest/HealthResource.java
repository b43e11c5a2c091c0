package dev.sluice.catalog.rest;

import dev.sluice.catalog.http.Call;
import dev.sluice.catalog.http.Reply;
import dev.sluice.catalog.tables.PostgresCatalog;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;

/** Whether the catalog works, asked by whoever starts it; it says no more than that. */
final class HealthResource {
    private final PostgresCatalog catalog;

    HealthResource(PostgresCatalog catalog) {
        this.catalog = catalog;
    }

    Reply health(Call call) {
        try {
            catalog.check();
            return Reply.ok(Map.of("status", "up"));
        } catch (SQLException e) {
            return new Reply(503, Optional.of(Map.of("status", "database not reachable")));
        }
    }
}
