package dev.sluice.cli.pipeline;

import dev.sluice.cli.ExitCode;
import dev.sluice.cli.Session;
import dev.sluice.spec.PipelineSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sluice drop}: ends a pipeline for good. */
@Command(
        name = "drop",
        mixinStandardHelpOptions = true,
        description = {
            "Ends a pipeline for good: its job, and its slot and publication at the source.",
            "Its tables stay as they are, unless --tables is given: then `sluice apply` loads everything anew."
        })
public final class DropCommand implements Callable<Integer> {
    private final Session session;

    @Parameters(paramLabel = "PIPELINE", arity = "0..1", description = "Its name; without it the one of -f.")
    private String pipeline;

    @Mixin
    private FileOption file;

    @Option(
            names = "--tables",
            description = "Drop its tables in the lake and in ClickHouse as well, with all snapshots and tags.")
    private boolean tables;

    @Option(names = "--yes", description = "Do it. Without this the command only says what it would remove.")
    private boolean isConfirmed;

    public DropCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        PipelineSpec spec = spec();
        if (!isConfirmed) {
            session.say("This would remove for good:");
            removed(spec).forEach(what -> session.say("  " + what));
            session.say("Nothing is done yet; repeat the command with --yes.");
            return ExitCode.USAGE;
        }
        new PipelineControl(session).drop(spec, tables);
        session.say("pipeline " + spec.pipeline() + " is gone"
                + (tables ? "; sluice apply loads it anew" : ", its tables are as they were"));
        return ExitCode.OK;
    }

    /** As it was applied last, because that is what there is to remove; a file may have been edited since. */
    private PipelineSpec spec() {
        PipelineFiles files = new PipelineFiles(session.home());
        if (pipeline != null) {
            return files.spec(pipeline);
        }
        PipelineSpec written = file.spec(session);
        return files.findSpec(written.pipeline()).orElse(written);
    }

    private List<String> removed(PipelineSpec spec) {
        List<String> removed = new ArrayList<>();
        removed.add("the job of pipeline " + spec.pipeline());
        removed.add("the slot and the publication of this pipeline, as the lake names them, in database "
                + spec.source().database());
        if (tables) {
            removed.add("all tables of this pipeline in " + spec.catalog().bronzeNamespace()
                    + ", with their snapshots, tags and files");
            if (!spec.hot().tables().isEmpty()) {
                removed.add("in ClickHouse's database " + spec.hot().database() + " the tables "
                        + String.join(", ", spec.hot().tables()) + " and the views of this pipeline");
            }
        }
        return removed;
    }
}
