package dev.sluice.cli.pipeline;

import dev.sluice.cli.ExitCode;
import dev.sluice.cli.Session;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code sluice stop}: stops a pipeline. */
@Command(
        name = "stop",
        mixinStandardHelpOptions = true,
        description = {
            "Stops a pipeline; `sluice apply` goes on where it was.",
            "Its replication slot stays, so PostgreSQL keeps the WAL that the pipeline has not read."
        })
public final class StopCommand implements Callable<Integer> {
    private final Session session;

    @Parameters(paramLabel = "PIPELINE", arity = "0..1", description = "Its name; without it the one of -f.")
    private String pipeline;

    @Mixin
    private FileOption file;

    public StopCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        String name = pipeline == null ? file.spec(session).pipeline() : pipeline;
        boolean ran = new PipelineControl(session).stop(name);
        session.say("pipeline " + name + (ran ? " is stopped" : " did not run; it stays stopped"));
        session.say("Its slot sluice_" + name + " keeps WAL at the source until the pipeline runs again.");
        return ExitCode.OK;
    }
}
