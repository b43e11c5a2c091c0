package dev.sluice.cli.stack;

import dev.sluice.cli.ExitCode;
import dev.sluice.cli.Session;
import dev.sluice.stack.StackConfig.Store;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sluice fetch}: gets the servers without starting them. */
@Command(
        name = "fetch",
        mixinStandardHelpOptions = true,
        description = "Fetches the servers of the local stack without starting them; `sluice up` does it by itself.")
public final class FetchCommand implements Callable<Integer> {
    private final Session session;

    @Parameters(paramLabel = "SERVER", arity = "0..*", description = "As for up; all without.")
    private List<String> names;

    @Option(names = "--store", defaultValue = "AUTO", description = "auto, minio or s3proxy. Default: auto.")
    private Store store;

    public FetchCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        SessionStack.open(session, store).fetch(ServerArguments.read(names));
        return ExitCode.OK;
    }
}
