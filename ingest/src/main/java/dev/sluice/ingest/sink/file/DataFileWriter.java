package dev.sluice.ingest.sink.file;

import dev.sluice.ingest.row.RowCursor;
import dev.sluice.ingest.sink.column.RowEncoder;
import dev.sluice.lake.HadoopDefaults;
import java.io.IOException;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.io.FileAppender;
import org.apache.iceberg.parquet.Parquet;

/** One data file being written. */
public final class DataFileWriter {
    private static final long FILE_BYTES_MAX = 128L << 20;
    private static final int ROWS_BETWEEN_SIZE_CHECKS = 1024;
    private static final int BYTES_BETWEEN_SIZE_CHECKS = 4 << 20;

    private final TableFormat format;
    private final FileShape shape;
    private final long rowGroupBytes;
    private final AbandonableFile file;
    private final FileAppender<RowCursor> appender;
    private RowEncoder encoder;
    private long rows;
    private int uncheckedRows;
    private int uncheckedBytes;
    private boolean isFull;

    /**
     * @param rowBytes of the row that it is opened for
     * @param rowGroupBytes most that it may hold in memory
     */
    public DataFileWriter(TableFormat format, int rowBytes, long rowGroupBytes) throws IOException {
        this.format = format;
        this.shape = FileShape.of(rowBytes);
        this.rowGroupBytes = rowGroupBytes;
        this.file = format.newFile("");
        HadoopDefaults.omit();
        this.appender = Parquet.write(file)
                .schema(format.schema())
                .setAll(shape.properties(format, rowGroupBytes))
                .metricsConfig(format.metrics())
                .createWriterFunc(
                        type -> encoder = new RowEncoder(format.source(), format.allColumns(), format.schema(), type))
                .overwrite()
                .build();
    }

    /** Whether a row of that size may be added. */
    public boolean takes(int rowBytes) {
        return !isFull && shape.takes(rowBytes);
    }

    /** Appends a row and returns its position in the file. */
    public long add(RowCursor row) {
        appender.add(row);
        uncheckedRows++;
        uncheckedBytes += row.size();
        if (uncheckedRows >= ROWS_BETWEEN_SIZE_CHECKS || uncheckedBytes >= BYTES_BETWEEN_SIZE_CHECKS) {
            uncheckedRows = 0;
            uncheckedBytes = 0;
            // Where rows grow suddenly, Parquet's own look at its memory would come too late.
            isFull = length() > FILE_BYTES_MAX || bufferedBytes() > 2 * rowGroupBytes;
        }
        return rows++;
    }

    /** Bytes in memory. */
    public long bufferedBytes() {
        return (encoder == null ? 0 : encoder.bufferedBytes()) + FileShape.pageBytes(rowGroupBytes);
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
