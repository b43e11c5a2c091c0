package dev.sluice.ingest.sink;

import dev.sluice.ingest.source.LakePositions;
import dev.sluice.ingest.table.TableStop;
import dev.sluice.lake.Following;
import dev.sluice.lake.LakeCatalog;
import dev.sluice.lake.LakeErrors;
import dev.sluice.lake.Position;
import dev.sluice.lake.Progress;
import dev.sluice.lake.ProgressRecord;
import dev.sluice.lake.StampProperties;
import dev.sluice.lake.TableHead;
import dev.sluice.lake.TableStamps;
import dev.sluice.lake.UnlistedPartitions;
import dev.sluice.spec.PipelineSpec;
import dev.sluice.spec.PipelineSpec.CatalogSpec;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;

/** The positions as the catalog shows them: stamps of the tables, and the recorded acknowledgement of the pipeline. */
public final class CatalogLakePositions implements LakePositions {
    private final LakeCatalog catalog;
    private final Progress progress;
    private final String pipeline;
    private final String runId;
    private final List<String> tables;
    private final String sourceIdentityKey;
    private final String publicationKey;

    /**
     * @param catalog closed with this
     * @param runId the run that asks
     * @param tables names in the lake, in the order of the pipeline
     */
    public CatalogLakePositions(LakeCatalog catalog, String pipeline, String runId, List<String> tables) {
        this.catalog = catalog;
        this.pipeline = pipeline;
        this.runId = runId;
        this.progress = new Progress(catalog, pipeline);
        this.sourceIdentityKey = StampProperties.SOURCE_IDENTITY_PREFIX + pipeline;
        this.publicationKey = StampProperties.PUBLICATION_PREFIX + pipeline;
        this.tables = List.copyOf(tables);
    }

    /** Opens positions where the source runs: with a connection of its own. */
    public static Opener opener(PipelineSpec spec, String runId, List<String> tables) {
        return new CatalogOpener(spec.catalog(), spec.pipeline(), runId, List.copyOf(tables));
    }

    private record CatalogOpener(CatalogSpec spec, String pipeline, String runId, List<String> tables)
            implements Opener {
        @Override
        public LakePositions open() {
            return new CatalogLakePositions(LakeCatalog.open(spec), pipeline, runId, tables);
        }
    }

    @Override
    public void checkRun() {
        String holder = progress.read().map(ProgressRecord::runId).orElse("");
        if (!holder.equals(runId)) {
            throw new SluiceException(
                    ErrorCode.E0503,
                    "run " + runId + " of pipeline " + pipeline + " does not have it any more: run " + holder
                            + " took it over",
                    "nothing, if that run is the one to go on; otherwise stop it and start this one again");
        }
    }

    @Override
    public Map<Integer, Position> stamps() {
        Map<Integer, Position> stamps = new HashMap<>();
        for (int i = 0; i < tables.size(); i++) {
            int table = i;
            catalog.find(catalog.bronze(tables.get(i)))
                    .filter(lakeTable -> Following.of(lakeTable).isFollowed())
                    .flatMap(TableStamps::current)
                    .ifPresent(stamp -> stamps.put(table, stamp.position()));
        }
        return stamps;
    }

    @Override
    public Map<Integer, String> stops() {
        Map<Integer, String> stops = new HashMap<>();
        for (int i = 0; i < tables.size(); i++) {
            int table = i;
            catalog.find(catalog.bronze(tables.get(i)))
                    .flatMap(lakeTable -> Following.of(lakeTable).stop())
                    .ifPresent(stop -> stops.put(table, stop.text()));
        }
        return stops;
    }

    @Override
    public List<TableStop> foreignHeads() {
        // Before the tables: a commit that lands meanwhile moves them beyond what the record says, never before it.
        Map<String, Position> left = progress.read().map(ProgressRecord::tables).orElse(Map.of());
        List<TableStop> stops = new ArrayList<>();
        for (int i = 0; i < tables.size(); i++) {
            int table = i;
            TableIdentifier lakeTable = catalog.bronze(tables.get(i));
            catalog.find(lakeTable)
                    .filter(HeadWatch::isWatched)
                    .flatMap(found ->
                            TableHead.difference(found, pipeline, Optional.ofNullable(left.get(lakeTable.name()))))
                    .ifPresent(difference ->
                            stops.add(new TableStop(table, difference.code(), difference.reason(), difference.fix())));
        }
        return stops;
    }

    @Override
    public Optional<Position> acknowledged() {
        return progress.acknowledged();
    }

    @Override
    public Optional<String> sourceIdentity() {
        return property(sourceIdentityKey);
    }

    @Override
    public void recordSourceIdentity(String identity) {
        setProperty(sourceIdentityKey, identity);
    }

    @Override
    public Map<Integer, String> shapes() {
        Map<Integer, String> shapes = new HashMap<>();
        for (int i = 0; i < tables.size(); i++) {
            int table = i;
            catalog.find(catalog.bronze(tables.get(i)))
                    .map(lakeTable -> lakeTable.properties().get(StampProperties.SOURCE_SHAPE))
                    .ifPresent(shape -> shapes.put(table, shape));
        }
        return shapes;
    }

    @Override
    public void recordShape(int table, String shape) {
        Table lakeTable = catalog.load(catalog.bronze(tables.get(table)));
        LakeErrors.calling("recording what " + lakeTable.name() + " is at its source", () -> {
            lakeTable
                    .updateProperties()
                    .set(StampProperties.SOURCE_SHAPE, shape)
                    .commit();
            return true;
        });
    }

    @Override
    public List<String> recordUnlisted(Map<String, List<String>> partitions) {
        return UnlistedPartitions.record(catalog, pipeline, partitions);
    }

    @Override
    public Optional<String> sourceSetup() {
        return property(publicationKey);
    }

    @Override
    public void recordSourceSetup(String setup) {
        setProperty(publicationKey, setup);
    }

    @Override
    public boolean stop(TableStop stop) {
        Table lakeTable = catalog.load(catalog.bronze(tables.get(stop.table())));
        return Following.stop(lakeTable, stop.code(), stop.reason(), stop.fix());
    }

    private Optional<String> property(String key) {
        return LakeErrors.calling(
                "reading what the lake knows of its source",
                () -> Optional.ofNullable(catalog.rest()
                        .loadNamespaceMetadata(catalog.bronzeNamespace())
                        .get(key)));
    }

    private void setProperty(String key, String value) {
        // Not Map.of: Iceberg's request asks it for a null key, which that refuses.
        LakeErrors.calling(
                "recording what the lake knows of its source",
                () -> catalog.rest().setProperties(catalog.bronzeNamespace(), Collections.singletonMap(key, value)));
    }

    @Override
    public void close() {
        catalog.close();
    }
}
