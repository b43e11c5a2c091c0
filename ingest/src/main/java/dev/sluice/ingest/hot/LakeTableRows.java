package dev.sluice.ingest.hot;

import dev.sluice.ingest.row.RowCursor;
import dev.sluice.ingest.row.RowForm;
import dev.sluice.ingest.row.ValueForm;
import dev.sluice.ingest.table.SourceTable;
import dev.sluice.ingest.table.SourceTable.SourceColumn;
import dev.sluice.lake.io.PositionDeletes;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileContent;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetReaders;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.parquet.Parquet;

/**
 * All that a snapshot of a lake table consists of, one row at a time: rows, each with the sequence number of its file, and
 * keys that equality deletes remove. Equality deletes are not applied here, as their keys may be more than memory holds;
 * ClickHouse applies them, by version. Position deletes are: they are few for each file.
 */
final class LakeTableRows {
    private final Table table;
    private final SourceTable source;
    private final RowCursor row;

    LakeTableRows(Table table, SourceTable source) {
        this.table = table;
        this.source = source;
        this.row = new RowCursor(source.name(), source.columns().size());
    }

    /** Takes what is read. {@code row} is good until the call returns. */
    interface Receiver {
        void row(RowCursor row, long dataSequenceNumber);

        /** Rows with this key in files of a lower sequence number are deleted; {@code key} has nothing but the key. */
        void deleted(RowCursor key, long dataSequenceNumber);
    }

    /** Reads the snapshot that is current in {@code table} when this is called. */
    void read(Receiver receiver) throws IOException {
        if (table.currentSnapshot() == null) {
            return;
        }
        Map<String, DeleteFile> equalityDeletes = new LinkedHashMap<>();
        try (CloseableIterable<FileScanTask> tasks = table.newScan()
                .useSnapshot(table.currentSnapshot().snapshotId())
                .planFiles()) {
            for (FileScanTask task : tasks) {
                task.deletes().stream()
                        .filter(file -> file.content() == FileContent.EQUALITY_DELETES)
                        .forEach(file -> equalityDeletes.putIfAbsent(file.location(), file));
                readRows(task, receiver);
            }
        }
        for (DeleteFile file : equalityDeletes.values()) {
            readKeys(file, receiver);
        }
    }

    private void readRows(FileScanTask task, Receiver receiver) throws IOException {
        PositionDeletes positions = new PositionDeletes(table, task);
        Schema required = positions.requiredSchema();
        try (CloseableIterable<Record> records = Parquet.read(table.io().newInputFile(task.file()))
                .project(required)
                .createReaderFunc(fileSchema -> GenericParquetReaders.buildReader(required, fileSchema, Map.of()))
                .build()) {
            for (Record record : positions.filter(records)) {
                for (int column = 0; column < row.columns(); column++) {
                    set(column, record);
                }
                receiver.row(row, task.file().dataSequenceNumber());
            }
        }
    }

    private void readKeys(DeleteFile file, Receiver receiver) throws IOException {
        Schema keys = new Schema(source.keyColumns().stream()
                .map(column ->
                        table.schema().findField(source.columns().get(column).name()))
                .toList());
        try (CloseableIterable<Record> records = Parquet.read(table.io().newInputFile(file))
                .project(keys)
                .createReaderFunc(fileSchema -> GenericParquetReaders.buildReader(keys, fileSchema, Map.of()))
                .build()) {
            for (Record record : records) {
                for (int column = 0; column < row.columns(); column++) {
                    row.set(column, new byte[0], 0, RowForm.NULL);
                }
                for (int column : source.keyColumns()) {
                    set(column, record);
                }
                receiver.deleted(row, file.dataSequenceNumber());
            }
        }
    }

    private void set(int column, Record record) throws IOException {
        SourceColumn of = source.columns().get(column);
        Object value = record.getField(of.name());
        if (value == null) {
            row.set(column, new byte[0], 0, RowForm.NULL);
            return;
        }
        byte[] bytes = ValueForm.of(of.type(), value);
        row.set(column, bytes, 0, bytes.length);
    }
}
