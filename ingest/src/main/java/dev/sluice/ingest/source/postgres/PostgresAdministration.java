package dev.sluice.ingest.source.postgres;

import dev.sluice.ingest.source.LakePositions;
import dev.sluice.ingest.source.SourceAdapter;
import dev.sluice.ingest.source.SourceAdministration;
import dev.sluice.ingest.source.SourceStatus;
import dev.sluice.ingest.source.SourceSurvey;
import dev.sluice.ingest.source.postgres.catalogue.SourceCatalogue;
import dev.sluice.ingest.source.postgres.connection.PostgresConnector;
import dev.sluice.ingest.source.postgres.connection.SqlErrors;
import dev.sluice.ingest.source.postgres.slot.OtherRun;
import dev.sluice.ingest.source.postgres.slot.Publication;
import dev.sluice.ingest.source.postgres.slot.ReplicationSlot;
import dev.sluice.ingest.table.SourceTable;
import dev.sluice.spec.PipelineSpec.PostgresSourceSpec;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A PostgreSQL database from the outside; the pipeline's name there is that of its slot and of its publication. */
public final class PostgresAdministration implements SourceAdministration {
    private final PostgresSourceSpec spec;
    private final PostgresConnector connector;

    public PostgresAdministration(PostgresSourceSpec spec, String application) {
        this.spec = spec;
        this.connector = new PostgresConnector(spec, application);
    }

    @Override
    public String target() {
        return connector.target();
    }

    @Override
    public SourceSurvey survey(String name) {
        return SourceCatalogue.survey(connector, spec, name);
    }

    @Override
    public List<String> remarks(List<SourceTable> tables) {
        List<String> remarks = new ArrayList<>();
        WalPolicy.check(connector, spec.wal()).ifPresent(remarks::add);
        List<String> generated = SourceCatalogue.generatedColumns(connector, tables);
        if (!generated.isEmpty()) {
            remarks.add("left out, because PostgreSQL computes them itself: " + String.join(", ", generated)
                    + "; a model can compute them in the lake");
        }
        return remarks;
    }

    @Override
    public void awaitEndOf(String name, String runId) {
        try (Connection connection = connector.query()) {
            new OtherRun(name, runId).awaitEnd(connection);
        } catch (SQLException e) {
            throw new SluiceException(
                    ErrorCode.E0201, "looking for another run of the pipeline failed: " + SqlErrors.message(e), "", e);
        }
    }

    @Override
    public SourceAdapter adapter(String name, List<SourceTable> tables, LakePositions.Opener lake) {
        return new PostgresAdapter(
                connector,
                name,
                name,
                tables,
                spec.excludeAtSource(),
                lake,
                PostgresAdapter.CHUNK_BYTES_DEFAULT,
                PostgresAdapter.WATCH_MILLIS_DEFAULT,
                PostgresAdapter.ROW_BYTES_OF_THE_HEAP);
    }

    @Override
    public SourceStatus status(String pipeline, Optional<String> name) {
        return SlotStatus.read(connector, pipeline, name).status(spec.wal());
    }

    @Override
    public void remove(String name) {
        try (Connection connection = connector.query()) {
            new ReplicationSlot(name).drop(connection);
            Publication.drop(connection, name);
        } catch (SQLException e) {
            throw new SluiceException(ErrorCode.E0201, connector.target() + ": " + SqlErrors.message(e), "", e);
        }
    }
}
