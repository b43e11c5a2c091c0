package dev.sluice.compaction.health;

import dev.sluice.spec.PipelineSpec.UpkeepSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileContent;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.ManifestFiles;
import org.apache.iceberg.ManifestReader;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.CloseableIterable;

/**
 * What upkeep looks at before it decides. Files are those of the current snapshot; sizes are bytes.
 *
 * @param smallFiles data files under three quarters of the target size
 * @param deletedRecords records in delete files, of both kinds
 * @param tags snapshots that are kept because a tag names them
 */
public record TableHealth(
        String table,
        int dataFiles,
        long dataBytes,
        long records,
        int smallFiles,
        int equalityDeleteFiles,
        int positionDeleteFiles,
        long deletedRecords,
        int snapshots,
        int tags) {

    /** A file of at least this share of the target size is left alone. */
    private static final double BIG_ENOUGH = 0.75;

    /** Reads the manifests of the current snapshot; no data file is opened. */
    public static TableHealth of(Table table, String name, UpkeepSpec policy) {
        int dataFiles = 0;
        int small = 0;
        long bytes = 0;
        long records = 0;
        int equality = 0;
        int position = 0;
        long deleted = 0;
        Snapshot current = table.currentSnapshot();
        if (current != null) {
            try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
                for (FileScanTask task : tasks) {
                    dataFiles++;
                    bytes += task.file().fileSizeInBytes();
                    records += task.file().recordCount();
                    if (isSmall(task.file().fileSizeInBytes(), policy)) {
                        small++;
                    }
                }
                for (ManifestFile manifest : current.deleteManifests(table.io())) {
                    try (ManifestReader<DeleteFile> deletes =
                            ManifestFiles.readDeleteManifest(manifest, table.io(), table.specs())) {
                        for (DeleteFile file : deletes) {
                            deleted += file.recordCount();
                            if (file.content() == FileContent.EQUALITY_DELETES) {
                                equality++;
                            } else {
                                position++;
                            }
                        }
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        int snapshots = 0;
        for (Snapshot ignored : table.snapshots()) {
            snapshots++;
        }
        int tags =
                (int) table.refs().values().stream().filter(ref -> ref.isTag()).count();
        return new TableHealth(name, dataFiles, bytes, records, small, equality, position, deleted, snapshots, tags);
    }

    /** Of a table that could not be looked at. */
    public static TableHealth unknown(String table) {
        return new TableHealth(table, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    }

    public static boolean isSmall(long fileSizeBytes, UpkeepSpec policy) {
        return fileSizeBytes < BIG_ENOUGH * policy.targetFileSizeBytes();
    }

    public int deleteFiles() {
        return equalityDeleteFiles + positionDeleteFiles;
    }

    /** Whether a rewrite pays: enough small files or enough delete files. A compact table is left alone. */
    public boolean needsRewrite(UpkeepSpec policy) {
        return smallFiles >= Math.max(2, policy.minInputFiles())
                || deleteFiles() >= Math.max(1, policy.deleteFileThreshold());
    }
}
