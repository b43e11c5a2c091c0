package dev.sluice.ingest;

import dev.sluice.ingest.sink.CatalogLakePositions;
import dev.sluice.ingest.source.postgres.connection.PostgresConnector;
import dev.sluice.ingest.source.postgres.connection.SqlErrors;
import dev.sluice.ingest.source.postgres.slot.OtherRun;
import dev.sluice.ingest.table.SourceTable;
import dev.sluice.lake.LakeCatalog;
import dev.sluice.lake.Progress;
import dev.sluice.lake.ProgressRecord;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.sql.Connection;
import java.sql.SQLException;
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
     * Takes the pipeline over for the run that {@code connector} names. E0227 when another run of it is alive.
     *
     * @param slot of the pipeline, empty when it has none yet
     */
    public static void take(
            LakeCatalog catalog, PostgresConnector connector, String pipeline, String slot, List<SourceTable> tables) {
        String runId = connector.applicationName();
        Progress progress = new Progress(catalog, pipeline);
        String holder = progress.read().map(ProgressRecord::runId).orElse("");
        try (Connection connection = connector.query()) {
            new OtherRun(slot, holder).awaitEnd(connection);
        } catch (SQLException e) {
            throw new SluiceException(
                    ErrorCode.E0201, "looking for another run of the pipeline failed: " + SqlErrors.message(e), "", e);
        }
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
