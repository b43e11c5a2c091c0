package dev.sluice.cli.lake;

import static dev.sluice.cli.output.Listing.number;
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
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.util.SnapshotUtil;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sluice history}: the stamped snapshots of a table. */
@Command(
        name = "history",
        mixinStandardHelpOptions = true,
        description = {
            "Lists the snapshots of a table, newest first: at which LSN it equalled the source, and what changed.",
            "  sluice history orders",
            "  sluice history gold.daily_user -n 50 -o json"
        })
public final class HistoryCommand implements Callable<Integer> {
    private final Session session;

    @Parameters(paramLabel = "TABLE", description = "orders, or gold.daily_user.")
    private String table;

    @Option(names = "-n", defaultValue = "20", paramLabel = "COUNT", description = "How many at most.")
    private int count;

    @Mixin
    private OutputOption output;

    @Mixin
    private FileOption file;

    public HistoryCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        PipelineSpec spec = file.spec(session);
        try (LakeCatalog catalog = LakeCatalog.open(spec.catalog())) {
            Table loaded = TableArgument.load(catalog, table);
            Map<Long, List<String>> tags = Tags.list(loaded).entrySet().stream()
                    .collect(Collectors.groupingBy(
                            Map.Entry::getValue, Collectors.mapping(Map.Entry::getKey, Collectors.toList())));
            Listing listing = new Listing(
                    text("lsn"),
                    text("source_time"),
                    text("committed_at"),
                    text("kind"),
                    number("rows_inserted"),
                    number("rows_deleted"),
                    text("snapshot"),
                    text("tags"));
            int shown = 0;
            for (Snapshot snapshot : SnapshotUtil.currentAncestors(loaded)) {
                if (shown++ == count) {
                    break;
                }
                add(listing, snapshot, String.join(" ", tags.getOrDefault(snapshot.snapshotId(), List.of())));
            }
            listing.write(output.format(), session.out());
        }
        return ExitCode.OK;
    }

    private static void add(Listing listing, Snapshot snapshot, String tags) {
        Optional<Stamp> stamp = Stamp.of(snapshot);
        listing.row(
                stamp.map(at -> at.position().toString()).orElse(null),
                stamp.map(Stamp::sourceCommitTime)
                        .filter(time -> !time.equals(Instant.EPOCH))
                        .map(Instant::toString)
                        .orElse(null),
                Instant.ofEpochMilli(snapshot.timestampMillis()).toString(),
                stamp.map(at -> at.kind().text()).orElse("foreign"),
                stamp.map(Stamp::rowsInserted).orElse(null),
                stamp.map(Stamp::rowsDeleted).orElse(null),
                Long.toString(snapshot.snapshotId()),
                tags);
    }
}
