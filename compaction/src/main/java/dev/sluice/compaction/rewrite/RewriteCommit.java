package dev.sluice.compaction.rewrite;

import dev.sluice.compaction.stamp.ParentStamp;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import dev.sluice.spec.time.Backoff;
import dev.sluice.spec.time.Ticker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileContent;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.ManifestFiles;
import org.apache.iceberg.ManifestReader;
import org.apache.iceberg.RewriteFiles;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.CommitStateUnknownException;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.io.CloseableIterable;

/**
 * Replaces the data files of a table by their rewritten ones, in one snapshot that repeats the stamp of its parent.
 *
 * <p>Assumes that the pipeline keeps committing meanwhile. Its later equality deletes still reach the new files,
 * because these carry the sequence number of the planned snapshot; its position deletes name files of their own commit
 * only, and Iceberg's validation refuses the rewrite if one should name a file that is being replaced. Each attempt
 * starts from the newest head, so that the stamp is that of the true parent: the catalog refuses the commit when the
 * head has moved, and the next attempt follows. Not thread-safe.
 */
public final class RewriteCommit {
    private static final int ATTEMPTS_MAX = 40;
    private static final Backoff BACKOFF = new Backoff(Duration.ofMillis(40), Duration.ofSeconds(1));

    private final Table table;
    private final String name;

    public RewriteCommit(Table table, String name) {
        this.table = table;
        this.name = name;
    }

    /**
     * Commits all groups of the table at once.
     *
     * @return the id of the snapshot that was added
     */
    public long commit(List<RewriteResult> results) {
        for (int attempt = 1; ; attempt++) {
            table.refresh();
            ParentStamp parent = ParentStamp.of(table.currentSnapshot(), name);
            try {
                return attempt(results, parent);
            } catch (CommitStateUnknownException e) {
                throw new SluiceException(
                        ErrorCode.E0502,
                        "the catalog did not say whether the rewrite of " + name + " was applied; nothing was deleted",
                        "run `sluice maintain --table " + name + "` again once the catalog answers",
                        e);
            } catch (CommitFailedException | ValidationException e) {
                table.refresh();
                boolean overtaken = table.currentSnapshot().snapshotId() != parent.parentId();
                if (!overtaken || attempt == ATTEMPTS_MAX) {
                    throw new SluiceException(
                            overtaken ? ErrorCode.E0501 : ErrorCode.E0801,
                            "the rewrite of " + name + " was refused after " + attempt + " attempt(s): "
                                    + e.getMessage() + "; the table is unchanged",
                            "run `sluice maintain --table " + name + "` again",
                            e);
                }
                pause(attempt - 1);
            }
        }
    }

    private long attempt(List<RewriteResult> results, ParentStamp parent) {
        Set<String> removed = new HashSet<>();
        long sequenceNumber = results.get(0).sequenceNumber();
        RewriteFiles rewrite = table.newRewrite()
                .validateFromSnapshot(results.get(0).snapshotId())
                .dataSequenceNumber(sequenceNumber)
                .validateWith(parent.isStillTheHead());
        for (RewriteResult result : results) {
            for (DataFile file : result.removed()) {
                rewrite.deleteFile(file);
                removed.add(file.location());
            }
            result.added().forEach(rewrite::addFile);
        }
        danglingDeletes(removed, sequenceNumber, results).forEach(rewrite::deleteFile);
        parent.summary().forEach(rewrite::set);
        rewrite.commit();
        table.refresh();
        return table.currentSnapshot().snapshotId();
    }

    /** Delete files that reach no data file any more once the old files are gone. */
    private List<DeleteFile> danglingDeletes(Set<String> removed, long sequenceNumber, List<RewriteResult> results) {
        Snapshot head = table.currentSnapshot();
        Set<String> live = new HashSet<>();
        long oldestKept = Long.MAX_VALUE;
        List<DeleteFile> dangling = new ArrayList<>();
        try (CloseableIterable<FileScanTask> tasks =
                table.newScan().useSnapshot(head.snapshotId()).planFiles()) {
            for (FileScanTask task : tasks) {
                if (!removed.contains(task.file().location())) {
                    live.add(task.file().location());
                    oldestKept = Math.min(oldestKept, task.file().dataSequenceNumber());
                }
            }
            long oldest = oldestKept;
            for (RewriteResult result : results) {
                if (!result.added().isEmpty()) {
                    oldest = Math.min(oldest, sequenceNumber);
                }
            }
            for (ManifestFile manifest : head.deleteManifests(table.io())) {
                try (ManifestReader<DeleteFile> deletes =
                        ManifestFiles.readDeleteManifest(manifest, table.io(), table.specs())) {
                    for (DeleteFile file : deletes) {
                        if (isDangling(file, oldest, oldestKept, live)) {
                            dangling.add(file.copy());
                        }
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return dangling;
    }

    /**
     * Equality deletes reach data of smaller sequence numbers. Position deletes reach the files that they name, and none
     * can name a file that is only being added.
     */
    private static boolean isDangling(DeleteFile file, long oldest, long oldestKept, Set<String> live) {
        if (file.content() == FileContent.EQUALITY_DELETES) {
            return file.dataSequenceNumber() <= oldest;
        }
        return file.referencedDataFile() != null
                ? !live.contains(file.referencedDataFile())
                : file.dataSequenceNumber() < oldestKept;
    }

    private static void pause(int attempt) {
        try {
            BACKOFF.pause(attempt, Ticker.SYSTEM);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SluiceException(ErrorCode.E0801, "upkeep was interrupted", "run it again", e);
        }
    }
}
