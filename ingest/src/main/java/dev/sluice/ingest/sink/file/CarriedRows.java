package dev.sluice.ingest.sink.file;

import dev.sluice.ingest.row.RowCursor;
import dev.sluice.ingest.sink.cut.CarriedFile;
import dev.sluice.ingest.sink.cut.CarriedRow;
import dev.sluice.ingest.sink.spill.ByteArena;
import dev.sluice.ingest.sink.spill.HeapBudget;
import dev.sluice.ingest.table.SourceTable;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.List;
import org.apache.iceberg.io.OutputFile;

/**
 * The rows of a cut that wait for values of their version before: in the heap or on local disk while the cut is written,
 * then in a file beside the data files, which the committer reads. Not thread-safe.
 */
final class CarriedRows {
    private final RowCursor before;
    private final ByteArena rows;
    private long live;

    CarriedRows(SourceTable source, HeapBudget budget) {
        this.before = new RowCursor(
                source.schema() + "." + source.name(), source.columns().size());
        this.rows = new ByteArena(budget);
    }

    /** Adds a row and returns where it is kept. */
    long add(CarriedRow row) {
        byte[] bytes = row.toBytes();
        live++;
        return rows.add(bytes, 0, bytes.length);
    }

    /**
     * The next version of the row at {@code address}. Values that {@code newRow} lacks are set in it from that row, as far
     * as it has them; what is missing then still comes from the version before both.
     */
    CarriedRow next(long address, RowCursor newRow) {
        CarriedRow held = CarriedRow.of(rows.get(address));
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

    void drop(long address) {
        rows.mark(address, (byte) 0);
        live--;
    }

    long count() {
        return live;
    }

    /** Writes the rows into a file; none when there are no rows. */
    List<CarriedFile> write(TableFormat format) throws IOException {
        if (live == 0) {
            return List.of();
        }
        OutputFile file = format.newCarriedFile();
        DataOutputStream out = new DataOutputStream(new BufferedOutputStream(file.createOrOverwrite(), 64 << 10));
        try (out) {
            rows.forEach(bytes -> {
                if (bytes[0] == CarriedRow.LIVE) {
                    out.writeInt(bytes.length);
                    out.write(bytes);
                }
            });
        }
        return List.of(new CarriedFile(file.location(), file.toInputFile().getLength(), live));
    }

    void clear() {
        rows.clear();
        live = 0;
    }

    void close() {
        rows.close();
    }
}
