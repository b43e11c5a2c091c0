package dev.sluice.lake.io;

import java.util.List;
import java.util.Map;
import org.apache.iceberg.aws.s3.S3FileIO;
import org.apache.iceberg.io.BulkDeletionFailureException;
import org.apache.iceberg.io.DelegateFileIO;
import org.apache.iceberg.io.FileInfo;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.StorageCredential;
import org.apache.iceberg.io.SupportsStorageCredentials;

/**
 * S3FileIO that asks the store less often for small files, of which a lake that is fed by changes has many.
 *
 * <p>Small manifests and manifest lists are kept in memory, those that this process wrote and those that it read.
 * Iceberg reads the manifest list of a table up to three times in a commit, by two requests each, and the one that
 * matters most was written by the commit before. Such a file never changes, because its name is never used again.
 *
 * <p>Of other small files nothing is kept, but each is read as a whole: a Parquet reader otherwise asks for the length
 * of the footer, for the footer and for the pages one after the other.
 */
public final class SmallFileIO implements DelegateFileIO, SupportsStorageCredentials {
    private static final long serialVersionUID = 1L;
    private static final long CACHE_BYTES_MAX = 16L << 20;
    static final int KEPT_BYTES_MAX = 512 << 10;
    /** One more request then costs more than the bytes that it would spare. */
    static final int WHOLE_BYTES_MAX = 1 << 20;
    /** One for the process: what one operator of a job has written, another one reads. */
    private static final MetadataCache CACHE = new MetadataCache(CACHE_BYTES_MAX);

    private final DelegateFileIO store;
    private final transient MetadataCache cache;

    /** For Iceberg, which makes it by name. */
    public SmallFileIO() {
        this(new S3FileIO(), CACHE);
    }

    SmallFileIO(DelegateFileIO store, MetadataCache cache) {
        this.store = store;
        this.cache = cache;
    }

    /** A copy made by Java's serialization shares the cache of the process that it arrives in. */
    private Object readResolve() {
        return new SmallFileIO(store, CACHE);
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
        InputFile file = store.newInputFile(location);
        return isCacheable(location) ? new ThroughCache(file, cache) : file;
    }

    @Override
    public InputFile newInputFile(String location, long length) {
        InputFile file = store.newInputFile(location, length);
        if (isCacheable(location) && length <= KEPT_BYTES_MAX) {
            return new ThroughCache(file, cache);
        }
        return length <= WHOLE_BYTES_MAX ? new WholeFile(file, (int) length) : file;
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
}
