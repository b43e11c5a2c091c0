package dev.sluice.cli.stack;

import dev.sluice.cli.ExitCode;
import dev.sluice.cli.Session;
import dev.sluice.stack.StackConfig.Store;
import dev.sluice.stack.StackServer;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sluice logs}: the end of a server's log. */
@Command(name = "logs", mixinStandardHelpOptions = true, description = "Shows the end of the log of a server.")
public final class LogsCommand implements Callable<Integer> {
    private final Session session;

    @Parameters(
            paramLabel = "SERVER",
            description = "postgres, object-store, catalog, jobmanager, taskmanager, clickhouse or trino.")
    private String name;

    @Option(names = "-n", defaultValue = "100", paramLabel = "LINES", description = "How many lines. Default: 100.")
    private int lines;

    public LogsCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        StackServer server = ServerArguments.one(name);
        if (SessionStack.exists(session)) {
            SessionStack.open(session, Store.AUTO).logs(server, lines).forEach(session.out()::println);
        }
        return ExitCode.OK;
    }
}
