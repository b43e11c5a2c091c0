package dev.sluice.clickhouse.server;

import java.util.Map;

/**
 * What goes to the engine in one call.
 *
 * @param format output format of a query, input format of an insert; a FORMAT clause in {@code sql} wins over it
 * @param parameters values of {@code {name:Type}} placeholders, escaped as in TabSeparated
 */
record EngineStatement(String sql, String format, Map<String, String> parameters) {
    static EngineStatement of(String sql) {
        return new EngineStatement(sql, "TabSeparated", Map.of());
    }
}
