package dev.sluice.lake.io;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import org.apache.iceberg.inmemory.InMemoryInputFile;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.SeekableInputStream;

/** A file that is read as a whole and kept, unless it turns out to be large. */
record ThroughCache(InputFile file, MetadataCache cache) implements InputFile {
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
            byte[] content = in.readNBytes(SmallFileIO.KEPT_BYTES_MAX + 1);
            if (content.length > SmallFileIO.KEPT_BYTES_MAX) {
                return Optional.empty();
            }
            cache.put(location(), content);
            return Optional.of(content);
        } catch (IOException e) {
            throw new UncheckedIOException("reading " + location(), e);
        }
    }
}
