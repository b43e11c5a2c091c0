package dev.sluice.ingest.sink.column;

import dev.sluice.ingest.row.RowCursor;
import dev.sluice.ingest.row.RowForm;
import dev.sluice.ingest.table.SourceTable;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.iceberg.FieldMetrics;
import org.apache.iceberg.Schema;
import org.apache.iceberg.parquet.ParquetValueWriter;
import org.apache.iceberg.parquet.TripleWriter;
import org.apache.parquet.column.ColumnWriteStore;
import org.apache.parquet.schema.MessageType;

/** Writes rows, or only some columns of them, into the columns of one file. */
public final class RowEncoder implements ParquetValueWriter<RowCursor> {
    private final int[] columns;
    private final ColumnEncoder[] encoders;
    /** Of the current row group; null before the first. */
    private ColumnWriteStore store;

    /**
     * @param columns indexes of the columns of {@code table} that the file has
     * @param schema the file's; its fields are {@code columns}, in that order
     */
    public RowEncoder(SourceTable table, int[] columns, Schema schema, MessageType file) {
        this.columns = columns;
        this.encoders = new ColumnEncoder[columns.length];
        for (int i = 0; i < columns.length; i++) {
            SourceTable.SourceColumn column = table.columns().get(columns[i]);
            String name = table.schema() + "." + table.name() + "." + column.name();
            encoders[i] =
                    ColumnEncoders.of(name, column.type(), schema.columns().get(i), file);
        }
    }

    @Override
    public void write(int repetitionLevel, RowCursor row) {
        for (int i = 0; i < columns.length; i++) {
            int length = row.length(columns[i]);
            if (length == RowForm.NULL) {
                encoders[i].writeNull();
            } else if (length < 0) {
                throw new IllegalStateException("a value that was not sent reached a file");
            } else {
                encoders[i].write(row.bytes(columns[i]), row.offset(columns[i]), length);
            }
        }
    }

    /** Iceberg asks for these only to find metrics, which {@link #metrics()} gives. */
    @Override
    public List<TripleWriter<?>> columns() {
        return List.of();
    }

    @Override
    public void setColumnStore(ColumnWriteStore store) {
        this.store = store;
        for (ColumnEncoder encoder : encoders) {
            encoder.bind(store);
        }
    }

    /** Bytes of the current row group, all of them in memory. */
    public long bufferedBytes() {
        return store == null ? 0 : store.getAllocatedSize();
    }

    @Override
    public Stream<FieldMetrics<?>> metrics() {
        return Arrays.stream(encoders).flatMap(ColumnEncoder::metrics);
    }
}
