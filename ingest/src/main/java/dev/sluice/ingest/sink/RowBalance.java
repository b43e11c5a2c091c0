package dev.sluice.ingest.sink;

import dev.sluice.ingest.sink.cut.CarriedFile;
import dev.sluice.ingest.sink.cut.TableFiles;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.util.Map;
import org.apache.iceberg.ContentFile;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotSummary;
import org.apache.iceberg.Table;

/** Compares what a cut says of its rows with what its files hold. */
final class RowBalance {

    private RowBalance() {}

    /**
     * Fails when the files of a cut do not change the number of rows by what was counted while they were written: each row
     * of a delete file, of either kind, deletes one row.
     */
    static void check(TableFiles files, String table) {
        long inFiles = rows(files.dataFiles())
                + files.carried().stream().mapToLong(CarriedFile::rows).sum()
                - rows(files.deleteFiles());
        long counted = files.rowsInserted() - files.rowsDeleted();
        if (inFiles != counted) {
            throw new SluiceException(
                    ErrorCode.E1901,
                    "the files of a cut change table " + table + " by " + inFiles + " rows, its changes by " + counted,
                    "nothing of the cut was committed; report this");
        }
    }

    /** Rows of the table, for a TRUNCATE. Upkeep may leave equality deletes behind that reach no row any more. */
    static long liveRows(Table table) {
        Snapshot current = table.currentSnapshot();
        if (current == null) {
            return 0;
        }
        Map<String, String> summary = current.summary();
        return Math.max(
                0,
                total(summary, SnapshotSummary.TOTAL_RECORDS_PROP)
                        - total(summary, SnapshotSummary.TOTAL_POS_DELETES_PROP)
                        - total(summary, SnapshotSummary.TOTAL_EQ_DELETES_PROP));
    }

    private static long total(Map<String, String> summary, String property) {
        return Long.parseLong(summary.getOrDefault(property, "0"));
    }

    private static long rows(Iterable<? extends ContentFile<?>> files) {
        long rows = 0;
        for (ContentFile<?> file : files) {
            rows += file.recordCount();
        }
        return rows;
    }
}
