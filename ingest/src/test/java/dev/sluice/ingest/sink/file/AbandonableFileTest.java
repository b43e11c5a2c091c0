package dev.sluice.ingest.sink.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.util.UUID;
import org.apache.iceberg.inmemory.InMemoryFileIO;
import org.apache.iceberg.io.PositionOutputStream;
import org.junit.jupiter.api.Test;

class AbandonableFileTest {
    private final InMemoryFileIO store = new InMemoryFileIO();
    /** All such stores of a JVM share their files. */
    private final String location = "s3://lake/t/data/" + UUID.randomUUID() + ".parquet";

    private final AbandonableFile file = new AbandonableFile(store.newOutputFile(location));

    @Test
    void aFileThatIsCompletedReachesTheStore() throws IOException {
        try (PositionOutputStream out = file.create()) {
            out.write(new byte[] {1, 2, 3});
            out.write(4);
            assertThat(out.getPos()).isEqualTo(4);
        }
        assertThat(store.newInputFile(location).getLength()).isEqualTo(4);
    }

    @Test
    void nothingOfAnAbandonedFileReachesTheStore() throws IOException {
        PositionOutputStream out = file.createOrOverwrite();
        out.write(new byte[] {1, 2, 3});
        file.abandon(() -> {
            out.write(new byte[] {4, 5});
            assertThat(out.getPos()).as("writers count on it").isEqualTo(5);
            out.close();
        });
        assertThat(store.fileExists(location)).isFalse();
    }

    @Test
    void givingUpNeverFails() {
        assertThatCode(() -> file.abandon(() -> {
                    throw new IOException("the store is gone");
                }))
                .doesNotThrowAnyException();
    }
}
