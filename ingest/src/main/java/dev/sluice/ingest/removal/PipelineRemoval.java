package dev.sluice.ingest.removal;

import dev.sluice.ingest.hot.HotRemoval;
import dev.sluice.ingest.source.postgres.connection.PostgresConnector;
import dev.sluice.ingest.source.postgres.connection.SqlErrors;
import dev.sluice.ingest.source.postgres.slot.Publication;
import dev.sluice.ingest.source.postgres.slot.ReplicationSlot;
import dev.sluice.lake.LakeCatalog;
import dev.sluice.lake.SlotNames;
import dev.sluice.spec.PipelineSpec;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/**
 * Removes what a pipeline made, one place at a time. Its job must have ended. Every step may be repeated: what is gone
 * already is no error.
 */
public final class PipelineRemoval {
    private final PipelineSpec spec;

    public PipelineRemoval(PipelineSpec spec) {
        this.spec = spec;
    }

    /**
     * Removes slot and publication, so that the source keeps no WAL for the pipeline. Only what the lake says is its own.
     *
     * @return the name that both had; empty when the lake does not know of any
     * @throws SluiceException E0201 when the source does not answer, E0205 when it needs another's privilege, E0218 when
     *     somebody reads the slot, E07xx when the lake does not answer
     */
    public Optional<String> removeFromSource() {
        PostgresConnector connector = new PostgresConnector(spec.source(), "sluice drop");
        try (LakeCatalog lake = LakeCatalog.open(spec.catalog())) {
            Optional<String> name = SlotNames.of(lake, spec.pipeline());
            if (name.isPresent()) {
                removeFromSource(connector, name.get());
                SlotNames.forget(lake, spec.pipeline());
            }
            return name;
        }
    }

    private static void removeFromSource(PostgresConnector connector, String name) {
        try (Connection connection = connector.query()) {
            new ReplicationSlot(name).drop(connection);
            Publication.drop(connection, name);
        } catch (SQLException e) {
            throw new SluiceException(ErrorCode.E0201, connector.target() + ": " + SqlErrors.message(e), "", e);
        }
    }

    /**
     * Removes the hot tables, and what the pipeline told of them. E0901, E0902.
     *
     * @return names of the tables that were there
     */
    public List<String> removeHotTables() {
        return spec.hot().tables().isEmpty() ? List.of() : new HotRemoval(spec.hot()).run();
    }

    /**
     * Removes the bronze tables with their snapshots, tags and files.
     *
     * @return names of the tables that were there
     */
    public List<String> removeLakeTables() {
        try (LakeCatalog lake = LakeCatalog.open(spec.catalog())) {
            return new LakeRemoval(lake, spec.pipeline()).run();
        }
    }
}
