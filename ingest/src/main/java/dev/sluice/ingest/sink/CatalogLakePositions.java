package dev.sluice.ingest.sink;

import dev.sluice.ingest.postgres.LakePositions;
import dev.sluice.lake.Following;
import dev.sluice.lake.LakeCatalog;
import dev.sluice.lake.LakeErrors;
import dev.sluice.lake.Position;
import dev.sluice.lake.Progress;
import dev.sluice.lake.StampProperties;
import dev.sluice.lake.TableStamps;
import dev.sluice.spec.Lsn;
import dev.sluice.spec.PipelineSpec;
import dev.sluice.spec.PipelineSpec.CatalogSpec;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The positions as the catalog shows them: stamps of the tables, and the recorded acknowledgement of the pipeline. */
public final class CatalogLakePositions implements LakePositions {
    private final LakeCatalog catalog;
    private final Progress progress;
    private final List<String> tables;
    private final String sourceIdentityKey;

    /**
     * @param catalog closed with this
     * @param tables names in the lake, in the order of the pipeline
     */
    public CatalogLakePositions(LakeCatalog catalog, String pipeline, List<String> tables) {
        this.catalog = catalog;
        this.progress = new Progress(catalog, pipeline);
        this.sourceIdentityKey = StampProperties.SOURCE_IDENTITY_PREFIX + pipeline;
        this.tables = List.copyOf(tables);
    }

    /** Opens positions where the source runs: with a connection of its own. */
    public static Opener opener(PipelineSpec spec, List<String> tables) {
        return new CatalogOpener(spec.catalog(), spec.pipeline(), List.copyOf(tables));
    }

    private record CatalogOpener(CatalogSpec spec, String pipeline, List<String> tables) implements Opener {
        @Override
        public LakePositions open() {
            return new CatalogLakePositions(LakeCatalog.open(spec), pipeline, tables);
        }
    }

    @Override
    public Map<Integer, Lsn> stamps() {
        Map<Integer, Lsn> stamps = new HashMap<>();
        for (int i = 0; i < tables.size(); i++) {
            int table = i;
            catalog.find(catalog.bronze(tables.get(i)))
                    .filter(lakeTable -> Following.of(lakeTable).isFollowed())
                    .flatMap(TableStamps::current)
                    .map(stamp -> stamp.position().lsn())
                    .ifPresent(lsn -> stamps.put(table, lsn));
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
    public Optional<Lsn> acknowledged() {
        return progress.acknowledged().map(Position::lsn);
    }

    @Override
    public Optional<String> sourceIdentity() {
        return LakeErrors.edge(
                "reading the source of the pipeline",
                () -> Optional.ofNullable(catalog.rest()
                        .loadNamespaceMetadata(catalog.bronzeNamespace())
                        .get(sourceIdentityKey)));
    }

    @Override
    public void recordSourceIdentity(String identity) {
        // Not Map.of: Iceberg's request asks it for a null key, which that refuses.
        LakeErrors.edge(
                "recording the source of the pipeline",
                () -> catalog.rest()
                        .setProperties(
                                catalog.bronzeNamespace(), Collections.singletonMap(sourceIdentityKey, identity)));
    }

    @Override
    public void close() {
        catalog.close();
    }
}
