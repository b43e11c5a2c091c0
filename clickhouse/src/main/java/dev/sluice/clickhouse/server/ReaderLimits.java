package dev.sluice.clickhouse.server;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;

/**
 * What a reader may take: memory, threads and time of a query, rows of a result, and how many queries at once, so that
 * readers do not keep the hot sink's inserts waiting. A request may ask for less, never for more. Thread-safe.
 */
final class ReaderLimits {
    private static final int QUERIES_MAX = 8;
    private static final int MEMORY_SHARE = 4;
    /** Settings that change what a result looks like, not what it costs. */
    private static final Set<String> HARMLESS_PREFIXES = Set.of("output_format_", "format_", "date_time_");

    private static final Set<String> HARMLESS = Set.of(
            "cancel_http_readonly_queries_on_client_close",
            "send_progress_in_http_headers",
            "http_headers_progress_interval_ms",
            "wait_end_of_query",
            "log_comment",
            "join_use_nulls",
            "session_timezone",
            "final");

    private final Map<String, Long> bounds;
    private final Semaphore queries = new Semaphore(QUERIES_MAX);

    /** @param memoryLimitBytes of the engine, over all queries */
    ReaderLimits(long memoryLimitBytes) {
        bounds = Map.of(
                "max_memory_usage", memoryLimitBytes / MEMORY_SHARE,
                "max_threads", 2L,
                "max_execution_time", 60L,
                "max_result_rows", 10_000_000L);
    }

    /** One query of a reader; closed when it has ended. */
    final class Place implements AutoCloseable {
        @Override
        public void close() {
            queries.release();
        }
    }

    /** Throws code 202 when as many readers as may are at it. */
    Place enter() throws EngineException {
        if (!queries.tryAcquire()) {
            throw new EngineException(
                    202,
                    "TOO_MANY_SIMULTANEOUS_QUERIES",
                    "Readers may run " + QUERIES_MAX + " queries at once; try again");
        }
        return new Place();
    }

    /**
     * The settings of a reader's query.
     *
     * @throws EngineException code 164 for a setting that a reader may not change, or not that far
     */
    Map<String, String> settings(Map<String, String> asked) throws EngineException {
        Map<String, String> settings = new LinkedHashMap<>();
        bounds.forEach((name, value) -> settings.put(name, Long.toString(value)));
        settings.put("result_overflow_mode", "throw");
        settings.put("timeout_overflow_mode", "throw");
        for (Map.Entry<String, String> setting : asked.entrySet()) {
            String name = setting.getKey();
            boolean isLess = bounds.containsKey(name) && isWithin(setting.getValue(), bounds.get(name));
            boolean isHarmless =
                    HARMLESS.contains(name) || HARMLESS_PREFIXES.stream().anyMatch(name::startsWith);
            boolean isAsItIs = name.equals("readonly") && !setting.getValue().equals("0");
            if (isAsItIs) {
                continue;
            }
            if (!isLess && !isHarmless) {
                throw new EngineException(
                        164,
                        "READONLY",
                        "A reader cannot set " + name + " to that"
                                + (bounds.containsKey(name) ? "; the most is " + bounds.get(name) : ""));
            }
            settings.put(name, setting.getValue());
        }
        return settings;
    }

    private static boolean isWithin(String value, long bound) {
        try {
            long number = Long.parseLong(value);
            return number > 0 && number <= bound;
        } catch (NumberFormatException e) {
            return false;
        }
    }
}
