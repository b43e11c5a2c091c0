package dev.sluice.ingest.sink.file;

import dev.sluice.ingest.row.RowCursor;
import dev.sluice.ingest.sink.column.RowEncoder;
import dev.sluice.lake.HadoopDefaults;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileMetadata;
import org.apache.iceberg.io.FileAppender;
import org.apache.iceberg.parquet.Parquet;
import org.apache.iceberg.types.Types.NestedField;

/**
 * The keys of rows that earlier commits wrote and this cut deletes, each once. One file, or of a large cut several: by the
 * bounds of its keys a reader leaves out a file that does not concern it.
 */
final class EqualityDeletes implements OpenFiles.Open {
    private static final long FILE_KEYS_MAX = 1_000_000;

    private final TableFormat format;
    private final OpenFiles openFiles;
    private final List<DeleteFile> finished = new ArrayList<>();
    private AbandonableFile file;
    private FileAppender<RowCursor> appender;
    private RowEncoder encoder;
    private long rowGroupBytes;
    private long keys;

    EqualityDeletes(TableFormat format, OpenFiles openFiles) {
        this.format = format;
        this.openFiles = openFiles;
    }

    /** Deletes the row that has the key columns of {@code row}. */
    void add(RowCursor row) throws IOException {
        if (appender == null) {
            open();
        }
        appender.add(row);
        if (++keys >= FILE_KEYS_MAX) {
            closeEarly();
        }
    }

    private void open() throws IOException {
        rowGroupBytes = openFiles.rowGroupBytes();
        file = format.newFile("-eq");
        HadoopDefaults.omit();
        appender = Parquet.write(file)
                .schema(format.keySchema())
                .setAll(FileShape.NARROW.properties(format, rowGroupBytes))
                .metricsConfig(format.metrics())
                .createWriterFunc(type ->
                        encoder = new RowEncoder(format.source(), format.keyColumns(), format.keySchema(), type))
                .overwrite()
                .build();
        openFiles.add(this);
    }

    @Override
    public long bufferedBytes() {
        return encoder == null ? 0 : encoder.bufferedBytes() + FileShape.pageBytes(rowGroupBytes);
    }

    @Override
    public void closeEarly() throws IOException {
        if (appender == null) {
            return;
        }
        appender.close();
        int[] fieldIds = format.keySchema().columns().stream()
                .mapToInt(NestedField::fieldId)
                .toArray();
        finished.add(FileMetadata.deleteFileBuilder(format.table().spec())
                .ofEqualityDeletes(fieldIds)
                .withFormat(FileFormat.PARQUET)
                .withPath(file.location())
                .withFileSizeInBytes(appender.length())
                .withMetrics(appender.metrics())
                .withSplitOffsets(appender.splitOffsets())
                .build());
        forget();
    }

    private void forget() {
        openFiles.remove(this);
        appender = null;
        encoder = null;
        keys = 0;
    }

    /** Completes the files. */
    List<DeleteFile> finish() throws IOException {
        closeEarly();
        List<DeleteFile> all = List.copyOf(finished);
        finished.clear();
        return all;
    }

    /** Gives the files up. */
    void abandon() {
        if (appender != null) {
            file.abandon(appender);
            forget();
        }
        finished.clear();
    }
}
