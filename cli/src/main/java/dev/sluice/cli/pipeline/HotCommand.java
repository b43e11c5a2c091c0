package dev.sluice.cli.pipeline;

import dev.sluice.cli.ExitCode;
import dev.sluice.cli.Session;
import dev.sluice.ingest.hot.HotRebuild;
import dev.sluice.ingest.hot.HotRebuild.Standing;
import dev.sluice.spec.PipelineSpec;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import dev.sluice.spec.time.Waiting;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sluice hot}: the hot tables of a pipeline. */
@Command(name = "hot", mixinStandardHelpOptions = true, description = "Looks after the hot tables of a pipeline.")
public final class HotCommand {
    private static final Duration POLL = Duration.ofMillis(500);

    private HotCommand() {}

    /** The verb with its own verbs. */
    public static CommandLine with(Session session) {
        return new CommandLine(new HotCommand()).addSubcommand(new Rebuild(session));
    }

    /** {@code sluice hot rebuild}. */
    @Command(
            name = "rebuild",
            mixinStandardHelpOptions = true,
            description = {
                "Fills hot tables anew from the lake, while the pipeline goes on; all of them, or those that are named.",
                "Readers find the old rows until the new ones are complete.",
                "  sluice hot rebuild orders"
            })
    static final class Rebuild implements Callable<Integer> {
        private final Session session;

        @Parameters(paramLabel = "TABLE", arity = "0..*", description = "orders; all hot tables when none is named.")
        private List<String> tables = List.of();

        @Option(
                names = "--wait",
                paramLabel = "SECONDS",
                defaultValue = "600",
                description = "How long to wait until it is done; 0 only asks. Default: ${DEFAULT-VALUE}.")
        private int waitSeconds;

        @Mixin
        private FileOption file;

        Rebuild(Session session) {
            this.session = session;
        }

        @Override
        public Integer call() throws InterruptedException {
            PipelineSpec spec = file.spec(session);
            List<String> asked = tables.isEmpty() ? spec.hot().tables() : tables;
            asked.stream()
                    .filter(table -> !spec.hot().tables().contains(table))
                    .findFirst()
                    .ifPresent(table -> {
                        throw new SluiceException(
                                ErrorCode.E0103,
                                "the pipeline " + spec.pipeline() + " has no hot table " + table,
                                "name one of hot.tables, or add it there and run `sluice apply`");
                    });
            if (asked.isEmpty()) {
                throw new SluiceException(
                        ErrorCode.E0103, "the pipeline has no hot tables", "add hot.tables and run `sluice apply`");
            }
            HotRebuild rebuild = new HotRebuild(spec.hot());
            rebuild.request(asked);
            session.say("asked for: " + String.join(", ", asked) + "; the job of the pipeline does it");
            return waitSeconds == 0 ? ExitCode.OK : await(rebuild, asked);
        }

        private int await(HotRebuild rebuild, List<String> asked) throws InterruptedException {
            Waiting patience = Waiting.atMost(Duration.ofSeconds(waitSeconds)).every(POLL);
            if (patience.until(() -> open(rebuild, asked).isEmpty())) {
                session.say("done: " + String.join(", ", asked));
                return ExitCode.OK;
            }
            List<Standing> open = open(rebuild, asked);
            throw new SluiceException(
                    ErrorCode.E0903,
                    "not done within " + waitSeconds + " s: "
                            + String.join(", ", open.stream().map(Rebuild::text).toList()),
                    "see with `sluice status` that the pipeline runs; the request stands, and the job does it when it can");
        }

        private static List<Standing> open(HotRebuild rebuild, List<String> asked) {
            return rebuild.standings().stream()
                    .filter(standing -> asked.contains(standing.table()) && standing.isRequested())
                    .toList();
        }

        private static String text(Standing standing) {
            return standing.table() + " is " + standing.state()
                    + (standing.reason().isEmpty() ? "" : " (" + standing.reason() + ")");
        }
    }
}
