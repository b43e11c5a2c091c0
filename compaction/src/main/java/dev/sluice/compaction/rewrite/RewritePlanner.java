package dev.sluice.compaction.rewrite;

import dev.sluice.compaction.health.TableHealth;
import dev.sluice.spec.PipelineSpec.UpkeepSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.CloseableIterable;

/** Chooses the data files to rewrite: small ones, and every one that a delete file applies to. */
public final class RewritePlanner {
    /** Files of one run; a table with more is finished by the next runs. */
    static final int FILES_MAX = 5_000;

    private RewritePlanner() {}

    /** Groups of about one target file each; empty when the policy says that the table is well. */
    public static List<RewriteGroup> plan(Table table, String name, UpkeepSpec policy) {
        Snapshot snapshot = table.currentSnapshot();
        if (snapshot == null || !TableHealth.of(table, name, policy).needsRewrite(policy)) {
            return List.of();
        }
        List<FileScanTask> chosen = new ArrayList<>();
        try (CloseableIterable<FileScanTask> tasks = table.newScan()
                .useSnapshot(snapshot.snapshotId())
                .includeColumnStats()
                .planFiles()) {
            for (FileScanTask task : tasks) {
                boolean small = TableHealth.isSmall(task.file().fileSizeInBytes(), policy);
                if ((small || !task.deletes().isEmpty()) && chosen.size() < FILES_MAX) {
                    chosen.add(task);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        boolean nothingToGain = chosen.size() == 1 && chosen.get(0).deletes().isEmpty();
        return chosen.isEmpty() || nothingToGain ? List.of() : pack(name, snapshot, chosen, policy);
    }

    /** In order of age, so that rows that were written together stay together. */
    private static List<RewriteGroup> pack(
            String name, Snapshot snapshot, List<FileScanTask> chosen, UpkeepSpec policy) {
        chosen.sort(Comparator.comparing((FileScanTask task) -> sequenceNumber(task))
                .thenComparing(task -> task.file().location()));
        List<RewriteGroup> groups = new ArrayList<>();
        List<FileScanTask> open = new ArrayList<>();
        long openBytes = 0;
        for (FileScanTask task : chosen) {
            long bytes = task.file().fileSizeInBytes();
            if (!open.isEmpty() && openBytes + bytes > policy.targetFileSizeBytes()) {
                groups.add(new RewriteGroup(name, snapshot.snapshotId(), snapshot.sequenceNumber(), open));
                open = new ArrayList<>();
                openBytes = 0;
            }
            open.add(task);
            openBytes += bytes;
        }
        groups.add(new RewriteGroup(name, snapshot.snapshotId(), snapshot.sequenceNumber(), open));
        return groups;
    }

    private static long sequenceNumber(FileScanTask task) {
        Long number = task.file().dataSequenceNumber();
        return number == null ? 0 : number;
    }
}
