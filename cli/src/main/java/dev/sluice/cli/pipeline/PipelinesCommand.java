package dev.sluice.cli.pipeline;

import static dev.sluice.cli.output.Listing.number;
import static dev.sluice.cli.output.Listing.text;

import dev.sluice.cli.ExitCode;
import dev.sluice.cli.Session;
import dev.sluice.cli.output.Listing;
import dev.sluice.cli.output.OutputOption;
import dev.sluice.trino.query.OutputFormat;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code sluice pipelines}: how the applied pipelines are. */
@Command(
        name = "pipelines",
        mixinStandardHelpOptions = true,
        description = "Shows the applied pipelines: whether they are well, and how far behind the source.")
public final class PipelinesCommand implements Callable<Integer> {
    private final Session session;

    @Mixin
    private OutputOption output;

    public PipelinesCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        List<PipelineHealth> pipelines = new HealthProbe(session).all();
        if (output.isJson()) {
            var array = new com.fasterxml.jackson.databind.ObjectMapper().createArrayNode();
            pipelines.forEach(pipeline -> array.add(pipeline.toJson()));
            session.out().println(array.toPrettyString());
        } else {
            write(pipelines, output.format(), session);
        }
        return pipelines.stream().allMatch(PipelineHealth::isWell) ? ExitCode.OK : ExitCode.UNHEALTHY;
    }

    /** As a table, with the problems below it. */
    public static void write(List<PipelineHealth> pipelines, OutputFormat format, Session session) {
        Listing listing = new Listing(
                text("pipeline"),
                text("health"),
                text("job"),
                text("acknowledged"),
                text("source_at"),
                number("behind_bytes"),
                text("newest_commit"),
                number("dead_letters"),
                text("slot"),
                number("retained_wal_bytes"));
        for (PipelineHealth pipeline : pipelines) {
            listing.row(
                    pipeline.pipeline(),
                    pipeline.health().name().toLowerCase(Locale.ROOT),
                    pipeline.jobState(),
                    pipeline.acknowledged().map(Object::toString).orElse(null),
                    pipeline.sourceAt().map(Object::toString).orElse(null),
                    pipeline.behindBytes().orElse(null),
                    pipeline.newestCommit().map(Object::toString).orElse(null),
                    pipeline.deadLetters(),
                    pipeline.slot(),
                    pipeline.retainedBytes().orElse(null));
        }
        listing.write(format, session.out());
        for (PipelineHealth pipeline : pipelines) {
            pipeline.problems().forEach(problem -> session.out().println("  " + pipeline.pipeline() + ": " + problem));
        }
        session.out().flush();
    }
}
