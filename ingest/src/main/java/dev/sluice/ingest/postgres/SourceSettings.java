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
 * @param chunkBytes about how much of a table one reader takes at a time
 */
public record SourceSettings(
        PostgresConnector connector,
        String slotName,
        String publicationName,
        List<SourceTable> tables,
        Set<Integer> listedOids,
        LakePositions.Opener lake,
        long chunkBytes)
        implements Serializable {
    /** Heap and TOAST of a chunk. */
    public static final long CHUNK_BYTES_DEFAULT = 48L << 20;

    public SourceSettings {
        tables = List.copyOf(tables);
        listedOids = Set.copyOf(listedOids);
    }

    List<Integer> tableOids() {
        return tables.stream().map(SourceTable::oid).toList();
    }
}
