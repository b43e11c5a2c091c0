package dev.sluice.compaction.rewrite;

import java.io.Serializable;
import java.util.List;
import org.apache.iceberg.DataFile;

/**
 * What became of a group.
 *
 * @param removed the data files that were read
 * @param added the data files that were written; empty when every row was deleted
 */
public record RewriteResult(
        String table, long snapshotId, long sequenceNumber, List<DataFile> removed, List<DataFile> added)
        implements Serializable {
    public RewriteResult {
        removed = List.copyOf(removed);
        added = List.copyOf(added);
    }
}
