package dev.sluice.cli.lake;

import static dev.sluice.cli.output.Listing.number;
import static dev.sluice.cli.output.Listing.text;

import dev.sluice.cli.ExitCode;
import dev.sluice.cli.Session;
import dev.sluice.cli.output.Listing;
import dev.sluice.cli.output.OutputOption;
import dev.sluice.cli.pipeline.FileOption;
import dev.sluice.cli.pipeline.UpkeepRun;
import dev.sluice.compaction.expire.SnapshotExpiry;
import dev.sluice.compaction.health.TableHealth;
import dev.sluice.compaction.job.DerivedTables;
import dev.sluice.compaction.job.TableReport;
import dev.sluice.compaction.rewrite.RewriteGroup;
import dev.sluice.compaction.rewrite.RewritePlanner;
import dev.sluice.lake.LakeCatalog;
import dev.sluice.spec.PipelineSpec;
import dev.sluice.spec.PipelineSpec.TableSpec;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.iceberg.Table;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code sluice maintain}: one run of upkeep. */
@Command(
        name = "maintain",
        mixinStandardHelpOptions = true,
        description = {
            "Compacts the tables of a pipeline and drops old snapshots, as upkeep in sluice.yaml says;",
            "of the tables of its models, old snapshots only.",
            "  sluice maintain --dry-run              what would be done",
            "  sluice maintain --table orders,users   only these"
        })
public final class MaintainCommand implements Callable<Integer> {
    private final Session session;

    @Option(names = "--table", paramLabel = "NAME", split = ",", description = "Only these tables.")
    private List<String> tables = List.of();

    @Option(names = "--dry-run", description = "Say what would be done, and change nothing.")
    private boolean dryRun;

    @Mixin
    private OutputOption output;

    @Mixin
    private FileOption file;

    public MaintainCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        PipelineSpec spec = file.spec(session);
        return dryRun ? plan(spec) : run(spec);
    }

    private int plan(PipelineSpec spec) {
        Listing listing = new Listing(
                text("table"),
                number("data_files"),
                number("small_files"),
                number("delete_files"),
                number("files_to_rewrite"),
                number("bytes_to_rewrite"),
                number("snapshots"),
                number("snapshots_to_expire"));
        try (LakeCatalog catalog = LakeCatalog.open(spec.catalog())) {
            List<String> all =
                    spec.source().tables().stream().map(TableSpec::name).toList();
            for (String name : tables.isEmpty() ? all : tables) {
                add(listing, TableArgument.load(catalog, name), name, spec);
            }
            if (tables.isEmpty()) {
                DerivedTables.of(catalog, spec.pipeline())
                        .forEach(table -> addDerived(listing, catalog.load(table), table.toString(), spec));
            }
        }
        listing.write(output.format(), session.out());
        return ExitCode.OK;
    }

    private static void add(Listing listing, Table table, String name, PipelineSpec spec) {
        TableHealth health = TableHealth.of(table, name, spec.upkeep());
        List<RewriteGroup> groups = RewritePlanner.plan(table, name, spec.upkeep());
        listing.row(
                name,
                (long) health.dataFiles(),
                (long) health.smallFiles(),
                (long) health.equalityDeleteFiles() + health.positionDeleteFiles(),
                groups.stream().mapToLong(group -> group.tasks().size()).sum(),
                groups.stream()
                        .flatMap(group -> group.tasks().stream())
                        .mapToLong(task -> task.file().fileSizeInBytes())
                        .sum(),
                (long) health.snapshots(),
                (long) new SnapshotExpiry(table, spec.upkeep(), Clock.systemUTC())
                        .plan()
                        .size());
    }

    /** Outputs of models are written anew as wholes: only their old snapshots go. */
    private static void addDerived(Listing listing, Table table, String name, PipelineSpec spec) {
        TableHealth health = TableHealth.of(table, name, spec.upkeep());
        listing.row(
                name,
                (long) health.dataFiles(),
                (long) health.smallFiles(),
                (long) health.deleteFiles(),
                0L,
                0L,
                (long) health.snapshots(),
                (long) new SnapshotExpiry(table, spec.upkeep(), Clock.systemUTC())
                        .plan()
                        .size());
    }

    private int run(PipelineSpec spec) {
        Map<String, TableReport> reports = new UpkeepRun(session).run(spec, tables);
        Listing listing = new Listing(
                text("table"),
                number("files_before"),
                number("files_after"),
                number("deletes_before"),
                number("deletes_after"),
                number("rewritten"),
                number("expired"),
                text("problem"));
        boolean well = true;
        for (Map.Entry<String, TableReport> entry : reports.entrySet()) {
            TableReport report = entry.getValue();
            well &= report.error().isEmpty();
            listing.row(
                    entry.getKey(),
                    (long) report.before().dataFiles(),
                    (long) report.after().dataFiles(),
                    deletes(report.before()),
                    deletes(report.after()),
                    (long) report.removedFiles(),
                    (long) report.expiredSnapshots(),
                    report.error());
        }
        listing.write(output.format(), session.out());
        return well ? ExitCode.OK : ExitCode.FAILED;
    }

    private static long deletes(TableHealth health) {
        return (long) health.equalityDeleteFiles() + health.positionDeleteFiles();
    }
}
