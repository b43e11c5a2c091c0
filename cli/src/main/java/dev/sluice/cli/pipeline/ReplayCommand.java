package dev.sluice.cli.pipeline;

import static dev.sluice.cli.output.Listing.text;

import dev.sluice.cli.ExitCode;
import dev.sluice.cli.Session;
import dev.sluice.cli.output.Listing;
import dev.sluice.cli.output.OutputOption;
import dev.sluice.ingest.sink.PipelineTables;
import dev.sluice.ingest.sink.poison.DeadLetterTable;
import dev.sluice.ingest.sink.poison.PoisonPolicies;
import dev.sluice.ingest.sink.poison.Replay;
import dev.sluice.ingest.source.Sources;
import dev.sluice.ingest.table.SourceTable;
import dev.sluice.lake.LakeCatalog;
import dev.sluice.lake.SlotNames;
import dev.sluice.spec.PipelineSpec;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sluice replay}: dead letters, listed or brought back. */
@Command(
        name = "replay",
        mixinStandardHelpOptions = true,
        description = {
            "Brings dead letters back into their tables, as far as the policies of the pipeline have a place for them",
            "(poison: text): change sluice.yaml, `sluice apply`, then this. Each table and its letters change in one",
            "commit; the pipeline may run meanwhile.",
            "Exit code 1 when letters are left. Without letters it does nothing."
        })
public final class ReplayCommand implements Callable<Integer> {
    private final Session session;

    @Parameters(paramLabel = "TABLE", arity = "0..*", description = "orders, or public.orders; all without one.")
    private List<String> tables = List.of();

    @Option(names = "--dry-run", description = "Only list the open dead letters, and which of them would come back.")
    private boolean isDryRun;

    @Mixin
    private OutputOption output;

    @Mixin
    private FileOption file;

    public ReplayCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        PipelineSpec spec = file.spec(session);
        List<String> wanted = TableResync.find(spec, tables).stream()
                .map(table -> table.name())
                .toList();
        Listing listing = new Listing(
                text("table"), text("key"), text("position"), text("column"), text("reason"), text("outcome"));
        int left = 0;
        try (LakeCatalog catalog = LakeCatalog.open(spec.catalog())) {
            String slot = SlotNames.of(catalog, spec.pipeline()).orElse("");
            PipelineTables taken = PipelineTables.of(
                    catalog,
                    spec.pipeline(),
                    Sources.of(spec.source(), "sluice replay").survey(slot));
            List<SourceTable> sources = taken.tables();
            PoisonPolicies policies = PoisonPolicies.of(taken.specs(), sources);
            Replay replay = new Replay(catalog, spec.pipeline());
            for (int i = 0; i < sources.size(); i++) {
                SourceTable source = sources.get(i);
                if (!wanted.isEmpty() && !wanted.contains(source.name())) {
                    continue;
                }
                Replay.Outcome outcome =
                        isDryRun ? replay.look(source, policies.of(i)) : replay.run(source, policies.of(i));
                outcome.replayed().forEach(filed -> add(listing, filed, isDryRun ? "fits now" : "replayed"));
                outcome.left().forEach(filed -> add(listing, filed, "left"));
                left += isDryRun ? 0 : outcome.left().size();
            }
        }
        listing.write(output.format(), session.out());
        session.out().flush();
        if (left > 0) {
            session.say(left
                    + " dead letters are left: their columns need poison: text in sluice.yaml, and sluice apply; or"
                    + " sluice resync after the values were changed at the source");
        }
        return left == 0 ? ExitCode.OK : ExitCode.FAILED;
    }

    private static void add(Listing listing, DeadLetterTable.Filed filed, String outcome) {
        listing.row(
                filed.letter().table(),
                filed.letter().key(),
                filed.position(),
                filed.letter().column(),
                filed.letter().reason(),
                outcome);
    }
}
