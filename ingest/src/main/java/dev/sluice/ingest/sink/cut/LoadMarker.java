package dev.sluice.ingest.sink.cut;

import dev.sluice.lake.Position;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * The load of {@code tables} at {@code position} is complete.
 *
 * @param timeMicros time of the consistent point, microseconds since 1970; 0 when not known
 * @param rows rows that the source read per table, in the order of {@code tables}; empty when it did not count
 */
public record LoadMarker(Position position, long timeMicros, int[] tables, long[] rows) {

    /** The order of its position. */
    public long lsn() {
        return position.order();
    }

    /** The same load, as far as the other tables are concerned. */
    public LoadMarker without(Set<Integer> stopped) {
        int[] kept = IntStream.range(0, tables.length)
                .filter(i -> !stopped.contains(tables[i]))
                .toArray();
        return new LoadMarker(
                position,
                timeMicros,
                IntStream.of(kept).map(i -> tables[i]).toArray(),
                rows.length == 0
                        ? rows
                        : IntStream.of(kept).mapToLong(i -> rows[i]).toArray());
    }

    /** Both, of loads at one LSN. */
    LoadMarker with(LoadMarker other) {
        boolean isCounted = rows.length == tables.length && other.rows.length == other.tables.length;
        return new LoadMarker(
                position,
                timeMicros,
                IntStream.concat(IntStream.of(tables), IntStream.of(other.tables))
                        .toArray(),
                isCounted
                        ? LongStream.concat(LongStream.of(rows), LongStream.of(other.rows))
                                .toArray()
                        : new long[0]);
    }
}
