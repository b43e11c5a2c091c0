package dev.sluice.lake.io;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.iceberg.inmemory.InMemoryInputFile;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.SeekableInputStream;

/**
 * A file that each stream reads as a whole when it is opened, by one request.
 *
 * @param length in bytes, as the file's manifest says
 */
record WholeFile(InputFile file, int length) implements InputFile {
    @Override
    public String location() {
        return file.location();
    }

    @Override
    public long getLength() {
        return length;
    }

    @Override
    public SeekableInputStream newStream() {
        try (SeekableInputStream in = file.newStream()) {
            byte[] content = in.readNBytes(length);
            if (content.length < length) {
                throw new EOFException(location() + " should have " + length + " bytes, and has " + content.length);
            }
            return new InMemoryInputFile(location(), content).newStream();
        } catch (IOException e) {
            throw new UncheckedIOException("reading " + location(), e);
        }
    }

    @Override
    public boolean exists() {
        return file.exists();
    }
}
