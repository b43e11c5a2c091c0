package dev.sluice.ingest.postgres;

import java.util.List;

/**
 * A load: tables read at one LSN.
 *
 * @param lsn the rows are those of every transaction with a commit LSN up to here, and of no other
 * @param timeMicros the server's clock at that moment, microseconds since 1970
 * @param tables indexes of the tables in the pipeline
 */
public record LoadedTables(long lsn, long timeMicros, List<Integer> tables) {
    public LoadedTables {
        tables = List.copyOf(tables);
    }
}
