package dev.sluice.compaction.rewrite;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetReaders;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.parquet.Parquet;

/**
 * Which rows of a group's data files are dead, one bit a row: what is kept of deleted keys when there are more of them
 * than fit in memory. Each pass reads only the key columns. Not thread-safe.
 */
final class DeadRows {
    private final Table table;
    private final Map<String, BitSet> deadByFile = new HashMap<>();
    private int passes;

    DeadRows(Table table) {
        this.table = table;
    }

    /** Marks the rows that {@code keys} kill. */
    void mark(Collection<FileScanTask> tasks, DeletedKeys keys) {
        passes++;
        Schema schema = keys.columns();
        for (FileScanTask task : tasks) {
            Predicate<Record> survives = keys.survivors(schema, task.file().dataSequenceNumber());
            BitSet dead = deadByFile.computeIfAbsent(task.file().location(), file -> new BitSet());
            int row = 0;
            try (CloseableIterable<Record> records = read(table, task, schema)) {
                for (Record key : records) {
                    if (!survives.test(key)) {
                        dead.set(row);
                    }
                    row++;
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** How often the data files were read for keys alone. */
    int passes() {
        return passes;
    }

    /** Drops the marked rows from all rows of a file, in the file's order; for one iteration. */
    CloseableIterable<Record> without(FileScanTask task, CloseableIterable<Record> rows) {
        BitSet dead = deadByFile.get(task.file().location());
        if (dead == null || dead.isEmpty()) {
            return rows;
        }
        int[] row = {0};
        return CloseableIterable.filter(rows, record -> !dead.get(row[0]++));
    }

    /** All rows of a data file, in its order. */
    static CloseableIterable<Record> read(Table table, FileScanTask task, Schema schema) {
        return Parquet.read(table.io().newInputFile(task.file()))
                .project(schema)
                .createReaderFunc(fileSchema -> GenericParquetReaders.buildReader(schema, fileSchema, Map.of()))
                .build();
    }
}
