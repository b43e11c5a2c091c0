package dev.sluice.ingest.postgres;

import dev.sluice.ingest.postgres.connection.PostgresConnector;
import dev.sluice.ingest.table.SourceTable;
import java.io.Serializable;
import java.util.List;
import java.util.Set;

/**
 * What the source needs wherever it runs.
 *
 * @param listedOids object ids of the tables whose columns the publication lists one by one
 */
public record SourceSettings(
        PostgresConnector connector,
        String slotName,
        String publicationName,
        List<SourceTable> tables,
        Set<Integer> listedOids,
        LakePositions.Opener lake)
        implements Serializable {
    public SourceSettings {
        tables = List.copyOf(tables);
        listedOids = Set.copyOf(listedOids);
    }

    List<Integer> tableOids() {
        return tables.stream().map(SourceTable::oid).toList();
    }
}
