package dev.sluice.cli.lake;

import static dev.sluice.cli.output.Listing.text;

import dev.sluice.cli.ExitCode;
import dev.sluice.cli.Session;
import dev.sluice.cli.output.Listing;
import dev.sluice.cli.output.OutputOption;
import dev.sluice.cli.pipeline.FileOption;
import dev.sluice.lake.LakeCatalog;
import dev.sluice.lake.Stamp;
import dev.sluice.lake.Tags;
import dev.sluice.spec.PipelineSpec;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code sluice tags}: the named snapshots. */
@Command(
        name = "tags",
        mixinStandardHelpOptions = true,
        description = "Lists the tags of all tables, or of one: names for snapshots that upkeep keeps.")
public final class TagsCommand implements Callable<Integer> {
    private final Session session;

    @Parameters(paramLabel = "TABLE", arity = "0..1", description = "orders, or gold.daily_user.")
    private String table;

    @Mixin
    private OutputOption output;

    @Mixin
    private FileOption file;

    public TagsCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        PipelineSpec spec = file.spec(session);
        try (LakeCatalog catalog = LakeCatalog.open(spec.catalog())) {
            Listing listing =
                    new Listing(text("tag"), text("table"), text("lsn"), text("source_time"), text("snapshot"));
            if (table == null) {
                // One that is dropped meanwhile has no tags.
                TableArgument.identifiers(catalog)
                        .forEach(identifier -> catalog.find(identifier)
                                .ifPresent(found -> add(listing, identifier.toString(), found)));
            } else {
                add(listing, table, TableArgument.load(catalog, table));
            }
            listing.write(output.format(), session.out());
        }
        return ExitCode.OK;
    }

    private static void add(Listing listing, String name, Table table) {
        for (Map.Entry<String, Long> tag : Tags.list(table).entrySet()) {
            Snapshot snapshot = table.snapshot(tag.getValue());
            Optional<Stamp> stamp = snapshot == null ? Optional.empty() : Stamp.of(snapshot);
            listing.row(
                    tag.getKey(),
                    name,
                    stamp.map(at -> at.position().toString()).orElse(null),
                    stamp.map(at -> at.sourceCommitTime().toString()).orElse(null),
                    Long.toString(tag.getValue()));
        }
    }
}
