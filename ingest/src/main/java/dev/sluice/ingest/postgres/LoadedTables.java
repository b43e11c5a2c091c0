package dev.sluice.ingest.postgres;

import dev.sluice.ingest.batch.RowBatch;
import java.util.List;

/**
 * A load: tables read at one LSN.
 *
 * @param lsn the rows are those of every transaction with a commit LSN up to here, and of no other
 * @param timeMicros the server's clock at that moment, microseconds since 1970
 * @param tables indexes of the tables in the pipeline
 * @param rows rows read of each, in that order; empty when not known
 */
public record LoadedTables(long lsn, long timeMicros, List<Integer> tables, List<Long> rows) {
    public LoadedTables {
        tables = List.copyOf(tables);
        rows = List.copyOf(rows);
    }

    /** Whether this was the first load: a later one is of the tables that the lake did not have then. */
    boolean isOfAll(int tableCount) {
        return tables.size() == tableCount;
    }

    /** The sign that a reader sends down. */
    public RowBatch toBatch() {
        return RowBatch.loaded(
                lsn,
                timeMicros,
                tables.stream().mapToInt(Integer::intValue).toArray(),
                rows.stream().mapToLong(Long::longValue).toArray());
    }

    LoadedTables withRows(List<Long> counted) {
        return new LoadedTables(lsn, timeMicros, tables, counted);
    }
}
