package dev.sluice.ingest.postgres;

import dev.sluice.ingest.postgres.connection.PostgresConnector;
import dev.sluice.ingest.table.SourceTable;
import java.io.Serializable;
import java.util.List;

/**
 * What the source needs wherever it runs.
 *
 * @param excludeAtSource whether the publication lists the columns of tables with excluded ones
 * @param chunkBytes about how much of a table one reader takes at a time
 * @param watchMillis how often the source is looked at while nothing is committed
 */
public record SourceSettings(
        PostgresConnector connector,
        String slotName,
        String publicationName,
        List<SourceTable> tables,
        boolean excludeAtSource,
        LakePositions.Opener lake,
        long chunkBytes,
        long watchMillis)
        implements Serializable {
    /** Heap and TOAST of a chunk. */
    public static final long CHUNK_BYTES_DEFAULT = 48L << 20;

    /** A difference is to be told within 35 s. */
    public static final long WATCH_MILLIS_DEFAULT = 20_000;

    public SourceSettings {
        tables = List.copyOf(tables);
    }

    List<Integer> tableOids() {
        return tables.stream().map(SourceTable::oid).toList();
    }
}
