package dev.sluice.ingest.sink.file;

import dev.sluice.ingest.sink.cut.CarriedRow;
import dev.sluice.ingest.sink.row.RowCursor;
import dev.sluice.ingest.table.SourceTable;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** The rows of a cut that wait for values of their version before. They travel with the cut, so their size is bounded. */
final class CarriedRows {
    private static final long BYTES_MAX = 64L << 20;

    private final SourceTable source;
    private final RowCursor before;
    /** Null where the row was replaced or deleted again. */
    private final List<CarriedRow> rows = new ArrayList<>();

    private long bytes;

    CarriedRows(SourceTable source) {
        this.source = source;
        this.before = new RowCursor(
                source.schema() + "." + source.name(), source.columns().size());
    }

    /** Adds a row and returns its number. */
    int add(CarriedRow row) {
        bytes += row.row().length;
        if (bytes > BYTES_MAX) {
            String name = source.schema() + "." + source.name();
            throw new SluiceException(
                    ErrorCode.E0407,
                    "one cut updated more rows of table " + name
                            + " than can be completed from the lake, leaving large values unchanged",
                    "ALTER TABLE " + name
                            + " REPLICA IDENTITY FULL, then start the pipeline again with shorter commits");
        }
        rows.add(row);
        return rows.size() - 1;
    }

    /**
     * The next version of row {@code index}. Values that {@code newRow} lacks are set in it from that row, as far as it
     * has them; what is missing then still comes from the version before both.
     */
    CarriedRow next(int index, RowCursor newRow) {
        CarriedRow held = rows.get(index);
        before.moveTo(held.row(), 0);
        for (int column = 0; column < newRow.columns(); column++) {
            if (newRow.isUnchanged(column)) {
                newRow.take(column, before);
            }
        }
        return new CarriedRow(held.lakeKey(), held.file(), held.position(), newRow.toRow());
    }

    boolean isComplete(RowCursor row) {
        for (int column = 0; column < row.columns(); column++) {
            if (row.isUnchanged(column)) {
                return false;
            }
        }
        return true;
    }

    void drop(int index) {
        bytes -= rows.get(index).row().length;
        rows.set(index, null);
    }

    List<CarriedRow> all() {
        return rows.stream().filter(Objects::nonNull).toList();
    }

    void clear() {
        rows.clear();
        bytes = 0;
    }
}
