package dev.sluice.cli.pipeline;

import dev.sluice.ingest.sink.poison.DeadLetterTable;
import dev.sluice.lake.Following;
import dev.sluice.lake.HotStaleness;
import dev.sluice.lake.LakeCatalog;
import dev.sluice.lake.Position;
import dev.sluice.lake.Progress;
import dev.sluice.lake.UnlistedPartitions;
import dev.sluice.spec.PipelineSpec;
import dev.sluice.spec.PipelineSpec.TableSpec;
import dev.sluice.spec.errors.SluiceException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.iceberg.Table;

/**
 * What the lake knows of a pipeline.
 *
 * @param acknowledged everything up to here is in the lake
 * @param newestCommit when a table of the pipeline last got a snapshot
 * @param deadLetters rows that their tables cannot hold
 * @param tableProblems which of its tables are stopped, or not followed by their hot table, since where, and why; and which
 *     partitions beside them are not followed at all
 */
record LakeSide(
        Optional<Position> acknowledged, Optional<Instant> newestCommit, long deadLetters, List<String> tableProblems) {
    static final LakeSide UNKNOWN = new LakeSide(Optional.empty(), Optional.empty(), 0, List.of());

    LakeSide {
        tableProblems = List.copyOf(tableProblems);
    }

    static LakeSide read(PipelineSpec spec, List<String> problems) {
        try (LakeCatalog catalog = LakeCatalog.open(spec.catalog())) {
            Optional<Instant> newest = Optional.empty();
            List<String> stopped = new ArrayList<>();
            for (TableSpec source : spec.source().tables()) {
                Optional<Table> table = catalog.find(catalog.bronze(source.name()));
                newest = later(newest, table);
                table.flatMap(found -> Following.of(found).stop())
                        .ifPresent(stop -> stopped.add("table " + source.name() + " is " + stop.text()));
                table.filter(found -> spec.hot().tables().contains(source.name()))
                        .flatMap(HotStaleness::of)
                        .ifPresent(stale -> stopped.add("table " + source.name() + ": " + stale.text()
                                + "; it catches up by itself once ClickHouse answers"));
            }
            UnlistedPartitions.of(catalog, spec.pipeline())
                    .flatMap(UnlistedPartitions::text)
                    .ifPresent(stopped::add);
            return new LakeSide(
                    new Progress(catalog, spec.pipeline()).acknowledged(),
                    newest,
                    DeadLetterTable.count(catalog, spec.pipeline()),
                    stopped);
        } catch (SluiceException e) {
            problems.add(e.reason());
            return UNKNOWN;
        }
    }

    private static Optional<Instant> later(Optional<Instant> newest, Optional<Table> table) {
        Optional<Instant> own = table.filter(found -> found.currentSnapshot() != null)
                .map(found -> Instant.ofEpochMilli(found.currentSnapshot().timestampMillis()));
        return own.filter(at -> newest.isEmpty() || at.isAfter(newest.get())).or(() -> newest);
    }
}
