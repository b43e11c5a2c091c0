package dev.sluice.compaction.rewrite;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileContent;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Schema;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.DeleteFilter;
import org.apache.iceberg.data.InternalRecordWrapper;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetReaders;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.parquet.Parquet;

/** The rows of a group's data files that no delete file has reached. */
final class LiveRows {
    private final Table table;
    private final DeletedKeys deletedKeys;

    private LiveRows(Table table, DeletedKeys deletedKeys) {
        this.table = table;
        this.deletedKeys = deletedKeys;
    }

    /** Reads the equality deletes of all tasks at once. */
    static LiveRows of(Table table, Collection<FileScanTask> tasks) {
        return new LiveRows(table, DeletedKeys.of(table, tasks));
    }

    /** Rows have the columns of the table's schema first; a row's position may follow them. */
    CloseableIterable<Record> read(FileScanTask task) {
        Schema schema = table.schema();
        PositionDeletes positions = new PositionDeletes(table, task);
        Schema required = positions.requiredSchema();
        CloseableIterable<Record> records = Parquet.read(table.io().newInputFile(task.file()))
                .project(required)
                .createReaderFunc(fileSchema -> GenericParquetReaders.buildReader(required, fileSchema, Map.of()))
                .build();
        Predicate<Record> survives = deletedKeys.survivors(schema, task.file().dataSequenceNumber());
        return CloseableIterable.filter(positions.filter(records), survives);
    }

    /** Iceberg's filter, for the deletes that name this one file. */
    private static final class PositionDeletes extends DeleteFilter<Record> {
        private final Table table;
        private final InternalRecordWrapper wrapper;

        PositionDeletes(Table table, FileScanTask task) {
            super(task.file().location(), positionDeletes(task), table.schema(), table.schema());
            this.table = table;
            this.wrapper = new InternalRecordWrapper(requiredSchema().asStruct());
        }

        private static List<DeleteFile> positionDeletes(FileScanTask task) {
            return task.deletes().stream()
                    .filter(file -> file.content() == FileContent.POSITION_DELETES)
                    .toList();
        }

        @Override
        protected StructLike asStructLike(Record row) {
            return wrapper.wrap(row);
        }

        @Override
        protected InputFile getInputFile(String location) {
            return table.io().newInputFile(location);
        }

        @Override
        protected InputFile loadInputFile(DeleteFile file) {
            return table.io().newInputFile(file);
        }
    }
}
