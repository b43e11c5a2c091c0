package dev.sluice.ingest.removal;

import dev.sluice.ingest.sink.poison.DeadLetterTable;
import dev.sluice.lake.LakeCatalog;
import dev.sluice.lake.LakeErrors;
import dev.sluice.lake.Progress;
import dev.sluice.lake.SlotNames;
import dev.sluice.lake.StampProperties;
import dev.sluice.lake.UnlistedPartitions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.io.SupportsPrefixOperations;

/** Drops the tables of the bronze namespace that a pipeline owns, and what it recorded there. The namespace stays. */
final class LakeRemoval {
    private final LakeCatalog lake;
    private final String pipeline;

    LakeRemoval(LakeCatalog lake, String pipeline) {
        this.lake = lake;
        this.pipeline = pipeline;
    }

    List<String> run() {
        return LakeErrors.calling("dropping the tables of pipeline " + pipeline, () -> {
            List<String> dropped = new ArrayList<>();
            if (!lake.rest().namespaceExists(lake.bronzeNamespace())) {
                return dropped;
            }
            for (TableIdentifier identifier : lake.rest().listTables(lake.bronzeNamespace())) {
                Optional<Table> own = lake.find(identifier).filter(this::isOwn);
                if (own.isPresent()) {
                    drop(identifier, own.get());
                    dropped.add(identifier.toString());
                }
            }
            lake.find(DeadLetterTable.of(pipeline)).filter(this::isOwn).ifPresent(letters -> {
                drop(DeadLetterTable.of(pipeline), letters);
                dropped.add(DeadLetterTable.of(pipeline).toString());
            });
            TableIdentifier progress = new Progress(lake, pipeline).table();
            lake.find(progress).filter(this::isOwn).ifPresent(table -> drop(progress, table));
            // The slot goes after this, and its name must be known then, also when removing it is tried again.
            if (SlotNames.of(lake, pipeline).isPresent()) {
                SlotNames.claim(lake, pipeline);
            }
            // After the tables: as long as one of them is there, the pipeline must know how far it had come.
            forget();
            return dropped;
        });
    }

    private boolean isOwn(Table table) {
        return pipeline.equals(table.properties().get(StampProperties.PIPELINE));
    }

    /**
     * The files go by their prefix, not by what the snapshots list: a job that was cancelled may have left some that no
     * snapshot knows. Only a catalog that insists on a FileIO of its own, which cannot do that, is asked to purge.
     */
    private void drop(TableIdentifier identifier, Table table) {
        if (table.io() instanceof SupportsPrefixOperations files) {
            lake.rest().dropTable(identifier, false);
            files.deletePrefix(table.location().replaceFirst("/*$", "/"));
        } else {
            lake.rest().dropTable(identifier, true);
        }
    }

    private void forget() {
        Set<String> keys = new HashSet<>(Set.of(
                StampProperties.ACKNOWLEDGED_LSN_PREFIX + pipeline,
                StampProperties.SOURCE_IDENTITY_PREFIX + pipeline,
                StampProperties.PUBLICATION_PREFIX + pipeline,
                UnlistedPartitions.property(pipeline)));
        keys.retainAll(lake.rest().loadNamespaceMetadata(lake.bronzeNamespace()).keySet());
        if (!keys.isEmpty()) {
            lake.rest().removeProperties(lake.bronzeNamespace(), keys);
        }
    }
}
