package dev.sluice.cli.stack;

import dev.sluice.cli.ExitCode;
import dev.sluice.cli.Session;
import dev.sluice.cli.pipeline.PipelineControl;
import dev.sluice.spec.errors.SluiceException;
import dev.sluice.stack.LocalStack;
import dev.sluice.stack.StackConfig.Store;
import dev.sluice.stack.StackServer;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
    private static final Set<StackServer> PIPELINE_NEEDS =
            EnumSet.of(StackServer.CATALOG, StackServer.OBJECT_STORE, StackServer.JOBMANAGER, StackServer.TASKMANAGER);

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

    /** What could not be started; the servers that do not need it run all the same. */
    private static Optional<SluiceException> start(LocalStack stack, Set<StackServer> servers) {
        try {
            stack.up(servers);
            return Optional.empty();
        } catch (SluiceException e) {
            return Optional.of(e);
        }
    }

    /** A pipeline needs neither Trino nor, for its lake, ClickHouse: it is started as soon as Flink can take it. */
    private Map<String, SluiceException> resume(LocalStack stack) {
        boolean canRun =
                PIPELINE_NEEDS.stream().allMatch(server -> stack.pid(server).isPresent());
        return canRun ? new PipelineControl(session).resume() : Map.of();
    }

    @Override
    public Integer call() {
        Set<StackServer> servers = ServerArguments.read(names);
        LocalStack stack = SessionStack.open(session, store);
        Optional<SluiceException> notStarted = start(stack, servers);
        Map<String, SluiceException> notResumed = resume(stack);
        notResumed.forEach((pipeline, failure) -> session.say("pipeline " + pipeline + ": " + failure.getMessage()));
        if (notStarted.isPresent()) {
            throw notStarted.get();
        }
        if (!notResumed.isEmpty()) {
            return ExitCode.UNHEALTHY;
        }
        session.say("The local stack is up, on 127.0.0.1 only. It is made for trying things out: not for production.");
        session.say("Next: sluice apply -f demo/shop/sluice.yaml, or sluice status");
        return ExitCode.OK;
    }
}
