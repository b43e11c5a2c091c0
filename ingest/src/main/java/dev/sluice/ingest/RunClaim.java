package dev.sluice.ingest;

import dev.sluice.ingest.sink.CatalogLakePositions;
import dev.sluice.ingest.source.SourceAdministration;
import dev.sluice.ingest.table.SourceTable;
import dev.sluice.lake.LakeCatalog;
import dev.sluice.lake.Progress;
import dev.sluice.lake.ProgressRecord;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The moment at which a submission of a pipeline becomes the run that writes: once, before it touches anything. A run
 * that loses the pipeline to another one later never gets it back.
 */
public final class RunClaim {
    private static final Logger LOG = LoggerFactory.getLogger(RunClaim.class);

    private RunClaim() {}

    /**
     * Takes the pipeline over for this run. E0227 when another run of it is alive.
     *
     * @param name of the pipeline at the source, empty when it has none yet
     */
    public static void take(
            LakeCatalog catalog,
            SourceAdministration source,
            String pipeline,
            String runId,
            String name,
            List<SourceTable> tables) {
        Progress progress = new Progress(catalog, pipeline);
        String holder = progress.read().map(ProgressRecord::runId).orElse("");
        source.awaitEndOf(name, holder);
        // After that: what the other run committed last is seen.
        List<String> names = tables.stream().map(SourceTable::name).toList();
        boolean isAnew = new CatalogLakePositions(catalog, pipeline, runId, names)
                .stamps()
                .isEmpty();
        progress.claim(runId, isAnew);
        LOG.info("{} has the pipeline now; commits of any other run are refused", runId);
        if (!catalog.commitsTogether()) {
            LOG.warn("The catalog commits one table at a time: tables of one cut appear one after the other");
        }
    }
}
