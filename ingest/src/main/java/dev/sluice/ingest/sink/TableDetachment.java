package dev.sluice.ingest.sink;

import dev.sluice.lake.Following;
import dev.sluice.lake.LakeCatalog;
import dev.sluice.lake.LakeErrors;
import dev.sluice.lake.Position;
import dev.sluice.lake.Progress;
import dev.sluice.lake.StampProperties;
import dev.sluice.lake.TableStamps;
import dev.sluice.spec.PipelineSpec.TableSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;

/**
 * Marks the lake tables that the pipeline does not follow any more. That happens at a start, before the publication loses
 * them: one that comes back later has a gap, and is loaded anew.
 */
public final class TableDetachment {
    private TableDetachment() {}

    /**
     * @param tables of the pipeline, as it is applied now, whether they can be followed or not
     * @return names of the tables that were marked
     */
    public static List<String> ofOthers(LakeCatalog catalog, String pipeline, List<TableSpec> tables) {
        Set<String> followed = tables.stream().map(TableSpec::lakeName).collect(Collectors.toSet());
        Position reached = new Progress(catalog, pipeline).acknowledged().orElse(Position.ZERO);
        List<String> detached = new ArrayList<>();
        for (TableIdentifier identifier : LakeErrors.calling(
                "listing the tables of " + catalog.bronzeNamespace(),
                () -> catalog.rest().listTables(catalog.bronzeNamespace()))) {
            if (followed.contains(identifier.name())) {
                continue;
            }
            Optional<Table> own = catalog.find(identifier)
                    .filter(table -> pipeline.equals(table.properties().get(StampProperties.PIPELINE)))
                    .filter(table -> Following.of(table).isFollowed());
            own.ifPresent(table -> {
                Position stamp = TableStamps.current(table)
                        .map(there -> there.position())
                        .orElse(Position.ZERO);
                boolean stopped = Following.of(table).stop().isPresent();
                Following.detach(table, (stopped ? stamp : Position.max(stamp, reached)).toString());
                detached.add(identifier.name());
            });
        }
        return detached;
    }
}
