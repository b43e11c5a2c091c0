package dev.sluice.clickhouse.server;

import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * The server's command line.
 *
 * @param library libchdb.so
 * @param data the data folder; created when missing
 * @param port 0 for any free one
 * @param memoryLimitBytes the most that the engine may hold over all queries
 */
record ServerOptions(Path library, Path data, String bind, int port, long memoryLimitBytes) {
    static final String USAGE =
            "clickhouse-server --library FILE --data DIR --port N [--bind 127.0.0.1] [--memory-limit 2000000000]";
    private static final Set<String> NAMES = Set.of("--library", "--data", "--port", "--bind", "--memory-limit");
    private static final long MEMORY_LIMIT_BYTES = 2_000_000_000L;
    private static final long MEMORY_LIMIT_BYTES_MIN = 256_000_000L;
    private static final int PORT_MAX = 65535;

    ServerOptions {
        if (port < 0 || port > PORT_MAX) {
            throw invalid("--port is a number from 0 to " + PORT_MAX);
        }
        if (memoryLimitBytes < MEMORY_LIMIT_BYTES_MIN) {
            throw invalid("--memory-limit is a number of bytes, " + MEMORY_LIMIT_BYTES_MIN + " at least");
        }
    }

    /** Parses the arguments; throws E0102 with the usage. */
    static ServerOptions parse(String[] arguments) {
        Map<String, String> given = new HashMap<>();
        for (int i = 0; i < arguments.length; i += 2) {
            if (!NAMES.contains(arguments[i]) || i + 1 == arguments.length) {
                throw invalid("what is " + arguments[i] + "?");
            }
            given.put(arguments[i], arguments[i + 1]);
        }
        try {
            return new ServerOptions(
                    Path.of(required(given, "--library")),
                    Path.of(required(given, "--data")),
                    given.getOrDefault("--bind", "127.0.0.1"),
                    Integer.parseInt(required(given, "--port")),
                    Long.parseLong(given.getOrDefault("--memory-limit", Long.toString(MEMORY_LIMIT_BYTES))));
        } catch (NumberFormatException e) {
            throw invalid("--port and --memory-limit are whole numbers");
        }
    }

    private static String required(Map<String, String> given, String name) {
        if (!given.containsKey(name)) {
            throw invalid(name + " is missing");
        }
        return given.get(name);
    }

    private static SluiceException invalid(String reason) {
        return new SluiceException(ErrorCode.E0102, reason, "Usage: " + USAGE);
    }
}
