package dev.sluice.clickhouse.server;

import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

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
    static ServerOptions parse(String... arguments) {
        Arguments given = new Arguments();
        try {
            new CommandLine(given).parseArgs(arguments);
        } catch (CommandLine.ParameterException e) {
            throw invalid(e.getMessage());
        }
        return new ServerOptions(given.library, given.data, given.bind, given.port, given.memoryLimitBytes);
    }

    @Command(name = "ClickHouseServer")
    private static final class Arguments {
        @Option(names = "--library", required = true)
        private Path library;

        @Option(names = "--data", required = true)
        private Path data;

        @Option(names = "--bind", defaultValue = "127.0.0.1")
        private String bind;

        @Option(names = "--port", required = true)
        private int port;

        @Option(names = "--memory-limit", defaultValue = "2000000000")
        private long memoryLimitBytes;
    }

    private static SluiceException invalid(String reason) {
        return new SluiceException(ErrorCode.E0102, reason, "Usage: " + USAGE);
    }
}
