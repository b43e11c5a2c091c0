package dev.sluice.compaction.rewrite;

import java.io.Serializable;
import java.util.List;
import org.apache.iceberg.FileScanTask;

/**
 * Data files that one writer reads, applies the deletes to, and writes again.
 *
 * @param table name in the bronze namespace
 * @param snapshotId the snapshot that was planned; every group of a table names the same one
 * @param sequenceNumber sequence number of that snapshot; the new files carry it, so that equality deletes committed
 *     later still reach their rows
 */
public record RewriteGroup(String table, long snapshotId, long sequenceNumber, List<FileScanTask> tasks)
        implements Serializable {
    public RewriteGroup {
        tasks = List.copyOf(tasks);
    }
}
