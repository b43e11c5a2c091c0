package dev.sluice.cli.pipeline;

import dev.sluice.cli.ExitCode;
import dev.sluice.cli.Session;
import dev.sluice.spec.PipelineSpec;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code sluice resync}: loads single tables anew. */
@Command(
        name = "resync",
        mixinStandardHelpOptions = true,
        description = {
            "Loads tables of a pipeline anew, at a position of their own; the other tables go on where they are.",
            "Snapshots and tags of the tables stay. It is the way out for a table that was stopped.",
            "  sluice resync orders payments"
        })
public final class ResyncCommand implements Callable<Integer> {
    private final Session session;

    @Parameters(paramLabel = "TABLE", arity = "1..*", description = "orders, or public.orders as the source names it.")
    private List<String> tables;

    @Mixin
    private FileOption file;

    public ResyncCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        PipelineSpec spec = file.spec(session);
        TableResync.find(spec, tables);
        new PipelineControl(session).resync(spec, tables);
        session.say("loading anew: " + String.join(", ", tables) + "; the other tables go on");
        session.say("Next: sluice pipelines");
        return ExitCode.OK;
    }
}
