package dev.sluice.trino.model;

import java.io.IOException;
import java.util.Map;
import org.apache.iceberg.aws.s3.S3FileIO;
import org.apache.iceberg.io.PositionOutputStream;
import org.apache.iceberg.io.SeekableInputStream;

/** Tries the readers' key on objects of the store. */
final class ReaderKeyProbe {
    private final S3FileIO files = new S3FileIO();

    ReaderKeyProbe(TestLake lake) {
        files.initialize(Map.of(
                "s3.endpoint", lake.variable("SLUICE_S3_ENDPOINT"),
                "client.region", lake.variable("SLUICE_S3_REGION"),
                "s3.path-style-access", "true",
                "s3.access-key-id", lake.variable("SLUICE_S3_READER_ACCESS_KEY_ID"),
                "s3.secret-access-key", lake.variable("SLUICE_S3_READER_SECRET_ACCESS_KEY")));
    }

    boolean canRead(String location) throws IOException {
        try (SeekableInputStream in = files.newInputFile(location).newStream()) {
            return in.read() >= 0;
        }
    }

    boolean canWrite(String location) throws IOException {
        try (PositionOutputStream out = files.newOutputFile(location).createOrOverwrite()) {
            out.write(1);
        } catch (RuntimeException | IOException e) {
            return false;
        }
        return true;
    }

    boolean canDelete(String location) {
        try {
            files.deleteFile(location);
        } catch (RuntimeException e) {
            return false;
        }
        return true;
    }
}
