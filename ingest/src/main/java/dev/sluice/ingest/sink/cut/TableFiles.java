package dev.sluice.ingest.sink.cut;

import java.util.List;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;

/**
 * Complete files of one table, not committed yet.
 *
 * @param table index into the tables of the pipeline
 * @param lowestLsn lowest commit LSN of the changes in them, unsigned; of a load, its consistent point
 * @param highestLsn highest one; of a load, its consistent point
 * @param truncateLsn commit LSN of a TRUNCATE after which only these rows are left; 0 when there was none
 * @param rowsInserted rows written, those deleted again in the same cut included
 * @param rowsDeleted rows deleted, in files of this cut and in earlier ones; of a TRUNCATE, only those of this cut
 * @param carried rows that are in none of the data files yet, because they lack unchanged large values
 */
public record TableFiles(
        int table,
        long lowestLsn,
        long highestLsn,
        long truncateLsn,
        long rowsInserted,
        long rowsDeleted,
        List<DataFile> dataFiles,
        List<DeleteFile> deleteFiles,
        List<CarriedFile> carried) {

    public TableFiles {
        dataFiles = List.copyOf(dataFiles);
        deleteFiles = List.copyOf(deleteFiles);
        carried = List.copyOf(carried);
    }

    public boolean isTruncated() {
        return truncateLsn != 0;
    }
}
