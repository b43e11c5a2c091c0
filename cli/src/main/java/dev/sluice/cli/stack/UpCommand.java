package dev.sluice.cli.stack;

import dev.sluice.cli.ExitCode;
import dev.sluice.cli.Session;
import dev.sluice.cli.pipeline.PipelineControl;
import dev.sluice.stack.LocalStack;
import dev.sluice.stack.StackConfig.Store;
import dev.sluice.stack.StackServer;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sluice up}: starts the local stack, and the pipelines that ran on it. */
@Command(
        name = "up",
        mixinStandardHelpOptions = true,
        description = {
            "Starts the local stack: PostgreSQL, object store, catalog, Flink, ClickHouse, Trino.",
            "Harmless when it runs already. Pipelines that were applied and not stopped are started again.",
            "  sluice up                      everything",
            "  sluice up postgres catalog     some servers, and what they need"
        })
public final class UpCommand implements Callable<Integer> {
    private final Session session;

    @Parameters(
            paramLabel = "SERVER",
            arity = "0..*",
            description =
                    "postgres, object-store, catalog, jobmanager," + " taskmanager, clickhouse, trino; all without.")
    private List<String> names;

    @Option(names = "--store", defaultValue = "AUTO", description = "auto, minio or s3proxy. Default: auto.")
    private Store store;

    public UpCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        Set<StackServer> servers = ServerArguments.read(names);
        LocalStack stack = StackEnvironment.open(session, store);
        stack.up(servers);
        if (servers.contains(StackServer.TASKMANAGER)) {
            new PipelineControl(session).resume();
        }
        session.say("The local stack is up, on 127.0.0.1 only. It is made for trying things out: not for production.");
        session.say("Next: sluice apply -f demo/shop/sluice.yaml, or sluice status");
        return ExitCode.OK;
    }
}
