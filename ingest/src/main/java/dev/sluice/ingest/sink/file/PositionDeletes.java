package dev.sluice.ingest.sink.file;

import java.io.IOException;
import java.util.BitSet;
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
    /** One bit for each row of the data file, so that a file of many rows costs little. */
    private final BitSet positions = new BitSet();

    private int count;

    public void add(long position) {
        positions.set(Math.toIntExact(position));
        count++;
    }

    public int count() {
        return count;
    }

    /** Writes the delete file of the data file at {@code location}. */
    DeleteFile write(TableFormat format, String location) throws IOException {
        PositionDeleteWriter<Object> writer = Parquet.writeDeletes(format.newFile("-pos"))
                .withSpec(format.table().spec())
                // Whole paths as bounds: by these a reader sees that the file concerns one data file only.
                .metricsConfig(MetricsConfig.forPositionDelete())
                .overwrite()
                .buildPositionWriter();
        try (writer) {
            PositionDelete<Object> delete = PositionDelete.create();
            for (int at = positions.nextSetBit(0); at >= 0; at = positions.nextSetBit(at + 1)) {
                delete.set(location, at);
                writer.write(delete);
            }
        }
        return writer.toDeleteFile();
    }
}
