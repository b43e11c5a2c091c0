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
 * @param rowBytesMax the largest row that a load takes; 0 for what fits in the heap where it is read
 */
public record SourceSettings(
        PostgresConnector connector,
        String slotName,
        String publicationName,
        List<SourceTable> tables,
        boolean excludeAtSource,
        LakePositions.Opener lake,
        long chunkBytes,
        long watchMillis,
        int rowBytesMax)
        implements Serializable {
    /** Heap and TOAST of a chunk. */
    public static final long CHUNK_BYTES_DEFAULT = 48L << 20;

    /** A difference is to be told within 35 s. */
    public static final long WATCH_MILLIS_DEFAULT = 20_000;

    public static final int ROW_BYTES_OF_THE_HEAP = 0;

    public SourceSettings {
        tables = List.copyOf(tables);
    }

    List<Integer> tableOids() {
        return tables.stream().map(SourceTable::oid).toList();
    }
}
