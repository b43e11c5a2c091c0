package dev.sluice.torture.check;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.inmemory.InMemoryInputFile;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;

/**
 * Reads whole files and keeps the newest-used ones in memory: most files of a snapshot are those of the one before, and
 * files never change. Whether they are still there is asked by {@link FileCheck}, not here. Writes nothing.
 * Thread-safe.
 */
final class KeptFileIO implements FileIO {
    private static final long serialVersionUID = 1L;
    private static final long BYTES_MAX = 128L << 20;

    private final transient FileIO store;
    private final transient Kept kept;

    /** What is kept, over all tables. */
    static final class Kept {
        private final Map<String, byte[]> files = new LinkedHashMap<>(16, 0.75f, true);
        private long bytes;

        private synchronized byte[] get(String location) {
            return files.get(location);
        }

        private synchronized void put(String location, byte[] content) {
            if (files.containsKey(location)) {
                return;
            }
            files.put(location, content);
            bytes += content.length;
            Iterator<byte[]> oldest = files.values().iterator();
            while (bytes > BYTES_MAX && files.size() > 1) {
                bytes -= oldest.next().length;
                oldest.remove();
            }
        }
    }

    KeptFileIO(FileIO store, Kept kept) {
        this.store = store;
        this.kept = kept;
    }

    @Override
    public InputFile newInputFile(String location) {
        byte[] content = kept.get(location);
        if (content == null) {
            try (InputStream in = store.newInputFile(location).newStream()) {
                content = in.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException("reading " + location, e);
            }
            kept.put(location, content);
        }
        return new InMemoryInputFile(location, content);
    }

    @Override
    public Map<String, String> properties() {
        return Map.of();
    }

    @Override
    public InputFile newInputFile(String location, long length) {
        return newInputFile(location);
    }

    @Override
    public InputFile newInputFile(DataFile file) {
        return newInputFile(file.location());
    }

    @Override
    public InputFile newInputFile(DeleteFile file) {
        return newInputFile(file.location());
    }

    @Override
    public InputFile newInputFile(ManifestFile manifest) {
        return newInputFile(manifest.path());
    }

    @Override
    public OutputFile newOutputFile(String location) {
        throw new UnsupportedOperationException("the checker writes nothing");
    }

    @Override
    public void deleteFile(String location) {
        throw new UnsupportedOperationException("the checker deletes nothing");
    }
}
