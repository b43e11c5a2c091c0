package dev.sluice.lake.io;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.iceberg.aws.s3.S3FileIO;
import org.apache.iceberg.inmemory.InMemoryInputFile;
import org.apache.iceberg.io.BulkDeletionFailureException;
import org.apache.iceberg.io.DelegateFileIO;
import org.apache.iceberg.io.FileInfo;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.SeekableInputStream;
import org.apache.iceberg.io.StorageCredential;
import org.apache.iceberg.io.SupportsStorageCredentials;

/**
 * S3FileIO that keeps small manifests and manifest lists in memory, those that this process wrote and those that it
 * read. Iceberg reads the manifest list of a table up to three times in a commit, by two requests each, and the one
 * that matters most was written by the commit before. Nothing else is kept: such a file never changes, because its
 * name is never used again.
 */
public final class CachedMetadataIO implements DelegateFileIO, SupportsStorageCredentials {
    private static final long serialVersionUID = 1L;
    private static final long CACHE_BYTES_MAX = 16L << 20;
    static final int FILE_BYTES_MAX = 512 << 10;
    /** One for the process: what one operator of a job has written, another one reads. */
    private static final MetadataCache CACHE = new MetadataCache(CACHE_BYTES_MAX);

    private final DelegateFileIO store;
    private final transient MetadataCache cache;

    /** For Iceberg, which makes it by name. */
    public CachedMetadataIO() {
        this(new S3FileIO(), CACHE);
    }

    CachedMetadataIO(DelegateFileIO store, MetadataCache cache) {
        this.store = store;
        this.cache = cache;
    }

    /** A copy made by Java's serialization shares the cache of the process that it arrives in. */
    private Object readResolve() {
        return new CachedMetadataIO(store, CACHE);
    }

    @Override
    public void initialize(Map<String, String> properties) {
        store.initialize(properties);
    }

    @Override
    public Map<String, String> properties() {
        return store.properties();
    }

    private static boolean isCacheable(String location) {
        return location.endsWith(".avro") && location.contains("/metadata/");
    }

    @Override
    public InputFile newInputFile(String location) {
        return cached(store.newInputFile(location));
    }

    @Override
    public InputFile newInputFile(String location, long length) {
        InputFile file = store.newInputFile(location, length);
        return length > FILE_BYTES_MAX ? file : cached(file);
    }

    private InputFile cached(InputFile file) {
        return isCacheable(file.location()) ? new ThroughCache(file, cache) : file;
    }

    @Override
    public OutputFile newOutputFile(String location) {
        OutputFile file = store.newOutputFile(location);
        return isCacheable(location) ? new IntoCache(file, cache) : file;
    }

    @Override
    public void deleteFile(String location) {
        cache.drop(location);
        store.deleteFile(location);
    }

    @Override
    public void deleteFiles(Iterable<String> locations) throws BulkDeletionFailureException {
        locations.forEach(cache::drop);
        store.deleteFiles(locations);
    }

    @Override
    public Iterable<FileInfo> listPrefix(String prefix) {
        return store.listPrefix(prefix);
    }

    @Override
    public void deletePrefix(String prefix) {
        store.deletePrefix(prefix);
    }

    @Override
    public void setCredentials(List<StorageCredential> credentials) {
        if (store instanceof SupportsStorageCredentials vended) {
            vended.setCredentials(credentials);
        }
    }

    @Override
    public List<StorageCredential> credentials() {
        return store instanceof SupportsStorageCredentials vended ? vended.credentials() : List.of();
    }

    @Override
    public void close() {
        store.close();
    }

    /** A file that is read as a whole and kept, unless it turns out to be large. */
    private record ThroughCache(InputFile file, MetadataCache cache) implements InputFile {
        @Override
        public String location() {
            return file.location();
        }

        @Override
        public long getLength() {
            return content().map(content -> (long) content.length).orElseGet(file::getLength);
        }

        @Override
        public SeekableInputStream newStream() {
            return content()
                    .map(content -> new InMemoryInputFile(location(), content).newStream())
                    .orElseGet(file::newStream);
        }

        @Override
        public boolean exists() {
            return file.exists();
        }

        private Optional<byte[]> content() {
            return cache.get(location()).or(this::read);
        }

        private Optional<byte[]> read() {
            try (SeekableInputStream in = file.newStream()) {
                byte[] content = in.readNBytes(FILE_BYTES_MAX + 1);
                if (content.length > FILE_BYTES_MAX) {
                    return Optional.empty();
                }
                cache.put(location(), content);
                return Optional.of(content);
            } catch (IOException e) {
                throw new java.io.UncheckedIOException("reading " + location(), e);
            }
        }
    }
}
