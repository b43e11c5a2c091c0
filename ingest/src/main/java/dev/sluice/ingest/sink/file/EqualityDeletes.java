package dev.sluice.ingest.sink.file;

import dev.sluice.ingest.sink.column.RowEncoder;
import dev.sluice.ingest.sink.row.RowCursor;
import dev.sluice.lake.HadoopDefaults;
import java.io.IOException;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileMetadata;
import org.apache.iceberg.io.FileAppender;
import org.apache.iceberg.parquet.Parquet;
import org.apache.iceberg.types.Types.NestedField;

/** The keys of rows that earlier commits wrote and this cut deletes: one file, each key once. */
public final class EqualityDeletes {
    private final TableFormat format;
    private final AbandonableFile file;
    private final FileAppender<RowCursor> appender;

    public EqualityDeletes(TableFormat format) throws IOException {
        this.format = format;
        this.file = format.newFile("-eq");
        HadoopDefaults.omit();
        this.appender = Parquet.write(file)
                .schema(format.keySchema())
                .setAll(format.properties())
                .metricsConfig(format.metrics())
                .createWriterFunc(
                        type -> new RowEncoder(format.source(), format.keyColumns(), format.keySchema(), type))
                .overwrite()
                .build();
    }

    /** Deletes the row that has the key columns of {@code row}. */
    public void add(RowCursor row) {
        appender.add(row);
    }

    /** Completes the file. */
    public DeleteFile finish() throws IOException {
        appender.close();
        int[] fieldIds = format.keySchema().columns().stream()
                .mapToInt(NestedField::fieldId)
                .toArray();
        return FileMetadata.deleteFileBuilder(format.table().spec())
                .ofEqualityDeletes(fieldIds)
                .withFormat(FileFormat.PARQUET)
                .withPath(file.location())
                .withFileSizeInBytes(appender.length())
                .withMetrics(appender.metrics())
                .withSplitOffsets(appender.splitOffsets())
                .build();
    }

    /** Gives the file up. */
    public void abandon() {
        file.abandon(appender);
    }
}
