package dev.sluice.ingest.sink.file;

import dev.sluice.ingest.sink.column.RowEncoder;
import dev.sluice.ingest.sink.row.RowCursor;
import dev.sluice.lake.HadoopDefaults;
import java.io.IOException;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.io.FileAppender;
import org.apache.iceberg.parquet.Parquet;

/** One data file being written. */
public final class DataFileWriter {
    private final TableFormat format;
    private final AbandonableFile file;
    private final FileAppender<RowCursor> appender;
    private long rows;

    public DataFileWriter(TableFormat format) throws IOException {
        this.format = format;
        this.file = format.newFile("");
        HadoopDefaults.omit();
        this.appender = Parquet.write(file)
                .schema(format.schema())
                .setAll(format.properties())
                .metricsConfig(format.metrics())
                .createWriterFunc(type -> new RowEncoder(format.source(), format.allColumns(), format.schema(), type))
                .overwrite()
                .build();
    }

    /** Appends a row and returns its position in the file. */
    public long add(RowCursor row) {
        appender.add(row);
        return rows++;
    }

    public long rows() {
        return rows;
    }

    public String location() {
        return file.location();
    }

    /** Bytes so far, estimated while rows are buffered. */
    public long length() {
        return appender.length();
    }

    /** Completes the file. */
    public DataFile finish() throws IOException {
        appender.close();
        return DataFiles.builder(format.table().spec())
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
