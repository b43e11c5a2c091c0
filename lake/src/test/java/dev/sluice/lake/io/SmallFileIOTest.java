package dev.sluice.lake.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.inmemory.InMemoryFileIO;
import org.apache.iceberg.io.DelegateFileIO;
import org.apache.iceberg.io.FileInfo;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.PositionOutputStream;
import org.apache.iceberg.io.SeekableInputStream;
import org.junit.jupiter.api.Test;

class SmallFileIOTest {
    private static final String MANIFEST = "s3://lake/wh/t/metadata/1-m0.avro";
    private static final String DATA = "s3://lake/wh/t/data/1.parquet";

    private final CountingStore store = new CountingStore();
    private final MetadataCache cache = new MetadataCache(1000);
    private final SmallFileIO io = new SmallFileIO(store, cache);

    @Test
    void aManifestThatWasWrittenHereIsNotReadFromTheStore() throws IOException {
        write(MANIFEST, "abc".getBytes());
        assertThat(read(MANIFEST)).isEqualTo("abc".getBytes());
        assertThat(io.newInputFile(MANIFEST).getLength()).isEqualTo(3);
        assertThat(store.requests.get()).isZero();
        assertThat(store.files.fileExists(MANIFEST)).isTrue();
    }

    @Test
    void aManifestOfAnotherProcessIsReadOnce() throws IOException {
        store.files.addFile(MANIFEST, "abc".getBytes());
        assertThat(read(MANIFEST)).isEqualTo("abc".getBytes());
        assertThat(read(MANIFEST)).isEqualTo("abc".getBytes());
        assertThat(store.requests.get()).isEqualTo(1);
    }

    @Test
    void dataFilesAreNeverKept() throws IOException {
        write(DATA, "abc".getBytes());
        read(DATA);
        read(DATA);
        assertThat(store.requests.get()).isEqualTo(2);
    }

    @Test
    void aSmallDataFileIsReadByOneRequestHoweverItsReaderSeeks() throws IOException {
        byte[] content = "0123456789".getBytes();
        write(DATA, content);
        try (SeekableInputStream in = io.newInputFile(DATA, content.length).newStream()) {
            store.files.deleteFile(DATA);
            in.seek(8);
            assertThat(in.readAllBytes()).isEqualTo("89".getBytes());
            in.seek(2);
            assertThat(in.readNBytes(3)).isEqualTo("234".getBytes());
        }
        assertThat(store.requests.get()).isEqualTo(1);
    }

    @Test
    void aLargeDataFileIsLeftToItsReader() throws IOException {
        write(DATA, "abc".getBytes());
        assertThat(io.newInputFile(DATA, SmallFileIO.WHOLE_BYTES_MAX)).isInstanceOf(WholeFile.class);
        assertThat(io.newInputFile(DATA, SmallFileIO.WHOLE_BYTES_MAX + 1)).isNotInstanceOf(WholeFile.class);
    }

    @Test
    void aDataFileThatIsShorterThanItsManifestSaysIsAnError() throws IOException {
        write(DATA, new byte[10]);
        assertThatThrownBy(() -> io.newInputFile(DATA, 11).newStream())
                .hasRootCauseInstanceOf(EOFException.class)
                .hasStackTraceContaining("should have 11 bytes, and has 10");
    }

    @Test
    void aLargeManifestIsReadFromTheStoreEachTime() throws IOException {
        byte[] large = new byte[SmallFileIO.KEPT_BYTES_MAX + 1];
        large[large.length - 1] = 7;
        write(MANIFEST, large);
        assertThat(read(MANIFEST)).isEqualTo(large);
        assertThat(cache.get(MANIFEST)).isEmpty();
        store.requests.set(0);
        assertThat(io.newInputFile(MANIFEST, large.length).getLength()).isEqualTo(large.length);
        assertThat(io.newInputFile(MANIFEST).getLength()).isEqualTo(large.length);
    }

    @Test
    void aDeletedFileIsGoneForThisProcessToo() throws IOException {
        write(MANIFEST, "abc".getBytes());
        io.deleteFile(MANIFEST);
        assertThatThrownBy(() -> read(MANIFEST)).isInstanceOf(NotFoundException.class);
        write(MANIFEST, "abc".getBytes());
        io.deleteFiles(java.util.List.of(MANIFEST));
        assertThatThrownBy(() -> read(MANIFEST)).isInstanceOf(NotFoundException.class);
    }

    @Test
    void theLeastRecentlyUsedFilesAreDroppedFirst() throws IOException {
        String first = MANIFEST.replace("1-m0", "2-m0");
        String second = MANIFEST.replace("1-m0", "3-m0");
        write(first, new byte[400]);
        write(second, new byte[400]);
        read(first);
        write(MANIFEST, new byte[400]);
        assertThat(cache.get(first)).isPresent();
        assertThat(cache.get(second)).isEmpty();
        assertThat(cache.get(MANIFEST)).isPresent();
    }

    private void write(String location, byte[] content) throws IOException {
        try (PositionOutputStream out = io.newOutputFile(location).createOrOverwrite()) {
            out.write(content, 0, content.length - 1);
            out.write(content[content.length - 1]);
        }
    }

    private byte[] read(String location) throws IOException {
        try (SeekableInputStream in = io.newInputFile(location).newStream()) {
            return in.readAllBytes();
        }
    }

    /** Counts the streams that are opened for reading. */
    private static final class CountingStore implements DelegateFileIO {
        private static final long serialVersionUID = 1L;

        private final transient InMemoryFileIO files = new InMemoryFileIO();
        private final AtomicInteger requests = new AtomicInteger();

        @Override
        public InputFile newInputFile(String location) {
            return new InputFile() {
                @Override
                public long getLength() {
                    return files.newInputFile(location).getLength();
                }

                @Override
                public SeekableInputStream newStream() {
                    requests.incrementAndGet();
                    return files.newInputFile(location).newStream();
                }

                @Override
                public String location() {
                    return location;
                }

                @Override
                public boolean exists() {
                    return files.fileExists(location);
                }
            };
        }

        @Override
        public OutputFile newOutputFile(String location) {
            return files.newOutputFile(location);
        }

        @Override
        public void deleteFile(String location) {
            files.deleteFile(location);
        }

        @Override
        public void deleteFiles(Iterable<String> locations) {
            locations.forEach(files::deleteFile);
        }

        @Override
        public Iterable<FileInfo> listPrefix(String prefix) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void deletePrefix(String prefix) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Map<String, String> properties() {
            return Map.of();
        }
    }
}
