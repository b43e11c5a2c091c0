package dev.sluice.cli.lake;

import static dev.sluice.cli.output.Listing.number;
import static dev.sluice.cli.output.Listing.text;

import dev.sluice.cli.ExitCode;
import dev.sluice.cli.Session;
import dev.sluice.cli.output.Listing;
import dev.sluice.cli.output.OutputOption;
import dev.sluice.cli.pipeline.FileOption;
import dev.sluice.lake.LakeCatalog;
import dev.sluice.spec.PipelineSpec;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import dev.sluice.trino.asof.AsOfPoint;
import dev.sluice.trino.asof.SnapshotLookup.LakeTable;
import dev.sluice.trino.model.Model;
import dev.sluice.trino.model.ModelFolder;
import dev.sluice.trino.model.ModelGraph;
import dev.sluice.trino.model.ModelRun;
import dev.sluice.trino.model.ModelRunner;
import dev.sluice.trino.query.TrinoQuery;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code sluice models}: the SQL models of a pipeline. */
@Command(
        name = "models",
        mixinStandardHelpOptions = true,
        description = "Runs or lists the SQL models (silver and gold) of a pipeline.")
public final class ModelsCommand {
    private ModelsCommand() {}

    /** The verb with its own verbs. */
    public static CommandLine with(Session session) {
        return new CommandLine(new ModelsCommand())
                .addSubcommand(new RunModels(session))
                .addSubcommand(new ListModels(session));
    }

    private static List<Model> load(PipelineSpec spec) {
        String folder = spec.models()
                .directory()
                .orElseThrow(() -> new SluiceException(
                        ErrorCode.E0103, "the pipeline has no models", "add models.directory to sluice.yaml"));
        return ModelFolder.load(Path.of(folder), spec.models().trinoCatalog());
    }

    /** {@code sluice models run}. */
    @Command(
            name = "run",
            mixinStandardHelpOptions = true,
            description = "Runs models at one LSN and publishes their outputs together.")
    static final class RunModels implements Callable<Integer> {
        private final Session session;

        @Option(names = "--as-of", paramLabel = "POSITION", description = "Run at an LSN, a time or a tag of the past.")
        private String asOf;

        @Option(
                names = "--model",
                paramLabel = "NAME",
                description = "Run only this model and what it reads (gold.daily_user); may be repeated.")
        private List<String> names = List.of();

        @Mixin
        private OutputOption output;

        @Mixin
        private FileOption file;

        RunModels(Session session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            Optional<AsOfPoint> position = Optional.ofNullable(asOf).map(AsOfPoint::parse);
            PipelineSpec spec = file.spec(session);
            List<Model> models = load(spec);
            try (LakeCatalog catalog = LakeCatalog.open(spec.catalog());
                    TrinoQuery trino = TrinoSessions.open(spec.models())) {
                ModelRunner runner =
                        new ModelRunner(catalog, trino, spec.models().trinoCatalog(), spec.pipeline());
                ModelRun run = runner.run(
                        runner.plan(models).upTo(names),
                        position,
                        result -> session.say("staged " + result.model() + ": " + result.rows() + " rows, "
                                + result.tests() + " tests, " + result.millis() + " ms"));
                report(run);
            }
            return ExitCode.OK;
        }

        private void report(ModelRun run) {
            Listing listing = new Listing(
                    text("model"),
                    text("outcome"),
                    number("rows"),
                    number("tests"),
                    number("millis"),
                    text("lsn"),
                    text("snapshot"));
            for (ModelRun.Result result : run.results()) {
                listing.row(
                        result.model(),
                        result.outcome().name().toLowerCase(java.util.Locale.ROOT),
                        result.rows(),
                        (long) result.tests(),
                        result.millis(),
                        run.position().toString(),
                        Long.toString(result.snapshotId()));
            }
            listing.write(output.format(), session.out());
            session.say("models are at LSN " + run.position() + ", source time " + run.sourceCommitTime());
        }
    }

    /** {@code sluice models list}. */
    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "Lists the models in the order in which they run; asks no server.")
    static final class ListModels implements Callable<Integer> {
        private final Session session;

        @Mixin
        private OutputOption output;

        @Mixin
        private FileOption file;

        ListModels(Session session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            PipelineSpec spec = file.spec(session);
            Set<LakeTable> bronze = spec.source().tables().stream()
                    .map(table -> new LakeTable(spec.catalog().bronzeNamespace(), table.lakeName()))
                    .collect(Collectors.toSet());
            Listing listing = new Listing(text("model"), text("reads"), text("file"));
            for (Model model : ModelGraph.of(load(spec), bronze).ordered()) {
                String reads =
                        model.reads().stream().map(LakeTable::toString).sorted().collect(Collectors.joining(", "));
                listing.row(model.name(), reads, model.file().toString());
            }
            listing.write(output.format(), session.out());
            return ExitCode.OK;
        }
    }
}
