package dev.sluice.compaction.rewrite;

import dev.sluice.lake.io.PositionDeletes;
import java.util.Collection;
import java.util.function.Predicate;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;

/** The rows of a group's data files that no delete file has reached. */
final class LiveRows {
    private final Table table;
    private final DeletedKeys deletedKeys;
    private final DeadRows deadRows;

    private LiveRows(Table table, DeletedKeys deletedKeys, DeadRows deadRows) {
        this.table = table;
        this.deletedKeys = deletedKeys;
        this.deadRows = deadRows;
    }

    /**
     * Reads the equality deletes of all tasks. Usually all keys fit; otherwise the data files are read once more for
     * every {@code keyBytesMax} of keys.
     */
    static LiveRows of(Table table, Collection<FileScanTask> tasks, long keyBytesMax) {
        DeletedKeys held = new DeletedKeys(table);
        DeadRows dead = new DeadRows(table);
        DeleteFileKeys.forEach(table, tasks, (fields, key, sequenceNumber) -> {
            held.add(fields, key, sequenceNumber);
            if (held.bytes() >= keyBytesMax) {
                dead.mark(tasks, held);
                held.clear();
            }
        });
        return new LiveRows(table, held, dead);
    }

    /** How often the data files were read beforehand. */
    int extraPasses() {
        return deadRows.passes();
    }

    /** Rows have the columns of the table's schema first; a row's position may follow them. */
    CloseableIterable<Record> read(FileScanTask task) {
        Schema schema = table.schema();
        PositionDeletes positions = new PositionDeletes(table, task);
        CloseableIterable<Record> records =
                deadRows.without(task, DeadRows.read(table, task, positions.requiredSchema()));
        Predicate<Record> survives = deletedKeys.survivors(schema, task.file().dataSequenceNumber());
        return CloseableIterable.filter(positions.filter(records), survives);
    }
}
