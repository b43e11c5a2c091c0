package dev.sluice.ingest.sink.file;

import java.io.IOException;
import java.util.Arrays;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.deletes.PositionDelete;
import org.apache.iceberg.deletes.PositionDeleteWriter;
import org.apache.iceberg.parquet.Parquet;

/**
 * Rows that this cut wrote into one of its data files and deleted again. One delete file per data file: a delete file
 * that names several data files is misapplied by some readers and blocks rewrites.
 */
public final class PositionDeletes {
    private long[] positions = new long[16];
    private int count;

    public void add(long position) {
        if (count == positions.length) {
            positions = Arrays.copyOf(positions, count * 2);
        }
        positions[count++] = position;
    }

    public int count() {
        return count;
    }

    /** Writes the delete file of the data file at {@code location}. */
    DeleteFile write(TableFormat format, String location) throws IOException {
        Arrays.sort(positions, 0, count);
        PositionDeleteWriter<Object> writer = Parquet.writeDeletes(format.newFile("-pos"))
                .withSpec(format.table().spec())
                // Whole paths as bounds: by these a reader sees that the file concerns one data file only.
                .metricsConfig(MetricsConfig.forPositionDelete())
                .overwrite()
                .buildPositionWriter();
        try (writer) {
            PositionDelete<Object> delete = PositionDelete.create();
            for (int i = 0; i < count; i++) {
                delete.set(location, positions[i]);
                writer.write(delete);
            }
        }
        return writer.toDeleteFile();
    }
}
