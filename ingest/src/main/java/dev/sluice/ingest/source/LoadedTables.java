package dev.sluice.ingest.source;

import dev.sluice.ingest.row.Batch;
import dev.sluice.lake.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Tables read at one LSN.
 *
 * @param position the rows are those of every transaction with a commit LSN up to here, and of no other
 * @param timeMicros the server's clock at that moment, microseconds since 1970
 * @param tables indexes of the tables in the pipeline
 * @param rows rows read of each, in that order; empty when not known
 * @param place where the sign that they are complete comes
 */
public record LoadedTables(Position position, long timeMicros, List<Integer> tables, List<Long> rows, Place place) {
    /** Where the announcement of a load comes. */
    public enum Place {
        /** Before the stream, which begins behind the load. */
        BEFORE_THE_STREAM,
        /** In the stream of the other tables, behind the changes up to the load's LSN. */
        IN_THE_STREAM,
        /**
         * In the stream, at the end of the transaction behind the load's LSN: that one truncates the table, so nothing was
         * read, and there is no load without it. Both belong to one cut.
         */
        WITH_ITS_TRUNCATE
    }

    public LoadedTables {
        tables = List.copyOf(tables);
        rows = List.copyOf(rows);
    }

    /** The order of the position. */
    public long lsn() {
        return position.order();
    }

    boolean isInTheStream() {
        return place != Place.BEFORE_THE_STREAM;
    }

    /** The sign that a reader sends down. */
    public Batch.Loaded toBatch() {
        return new Batch.Loaded(
                lsn(),
                timeMicros,
                tables.stream().mapToInt(Integer::intValue).toArray(),
                rows.stream().mapToLong(Long::longValue).toArray(),
                position.text());
    }

    /** These and those, when both were read at one LSN and are announced in one place. */
    Optional<LoadedTables> with(LoadedTables others) {
        if (!position.equals(others.position) || place != others.place) {
            return Optional.empty();
        }
        List<Integer> allTables = new ArrayList<>(tables);
        allTables.addAll(others.tables);
        List<Long> allRows = new ArrayList<>(rows);
        allRows.addAll(others.rows);
        return Optional.of(new LoadedTables(position, timeMicros, allTables, allRows, place));
    }
}
