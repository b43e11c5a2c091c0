package dev.sluice.ingest.sink.carry;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.iceberg.ContentFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileContent;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Table;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.io.CloseableIterable;

/** The files of a table's current snapshot in the order in which a version before is looked for. */
final class LakeFiles {

    private LakeFiles() {}

    /**
     * A data file, or a file of equality deletes.
     *
     * @param positionDeletes of a data file, those that may concern it
     */
    record Entry(ContentFile<?> file, List<DeleteFile> positionDeletes) {}

    /**
     * By sequence number, highest first, and of the same number data before equality deletes: these reach only data of
     * lower numbers. Files that no key of the filter can be in are left out.
     */
    static List<Entry> newestFirst(Table table, Expression filter) throws IOException {
        List<Entry> entries = new ArrayList<>();
        Set<String> deletes = new HashSet<>();
        try (CloseableIterable<FileScanTask> tasks =
                table.newScan().filter(filter).planFiles()) {
            for (FileScanTask task : tasks) {
                List<DeleteFile> positions = new ArrayList<>();
                for (DeleteFile delete : task.deletes()) {
                    if (delete.content() == FileContent.POSITION_DELETES) {
                        positions.add(delete);
                    } else if (deletes.add(delete.location())) {
                        entries.add(new Entry(delete, List.of()));
                    }
                }
                entries.add(new Entry(task.file(), positions));
            }
        }
        entries.sort(Comparator.comparingLong((Entry entry) -> -entry.file().dataSequenceNumber())
                .thenComparing(entry -> entry.file().content()));
        return entries;
    }
}
