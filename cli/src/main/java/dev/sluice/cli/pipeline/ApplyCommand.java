package dev.sluice.cli.pipeline;

import dev.sluice.cli.ExitCode;
import dev.sluice.cli.Session;
import dev.sluice.spec.PipelineSpec;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code sluice apply}: makes a pipeline run as its file says. */
@Command(
        name = "apply",
        mixinStandardHelpOptions = true,
        description = {
            "Starts a pipeline, or starts it anew when its file has changed. Checks file and source first.",
            "  sluice apply -f demo/shop/sluice.yaml"
        })
public final class ApplyCommand implements Callable<Integer> {
    private final Session session;

    @Option(names = "--restart", description = "Start the job anew even when nothing has changed.")
    private boolean restart;

    @Mixin
    private FileOption file;

    public ApplyCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        Path path = file.existing(session);
        PipelineSpec spec = FileOption.parse(session, path);
        PipelineControl.Outcome outcome = new PipelineControl(session).apply(spec, path, restart);
        String what = switch (outcome) {
            case STARTED -> "is started";
            case RESTARTED -> "is started anew";
            case UNCHANGED -> "runs already, and nothing in its file has changed";
        };
        session.say("pipeline " + spec.pipeline() + " " + what + " ("
                + spec.source().tables().size() + " tables)");
        session.say("Next: sluice pipelines");
        return ExitCode.OK;
    }
}
