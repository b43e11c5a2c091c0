package dev.sluice.lake.io;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.PositionOutputStream;
import org.jspecify.annotations.Nullable;

/** A file that is kept in memory as well, once the store has it. */
record IntoCache(OutputFile file, MetadataCache cache) implements OutputFile {
    @Override
    public PositionOutputStream create() {
        return new Tee(file.create());
    }

    @Override
    public PositionOutputStream createOrOverwrite() {
        cache.drop(location());
        return new Tee(file.createOrOverwrite());
    }

    @Override
    public String location() {
        return file.location();
    }

    @Override
    public InputFile toInputFile() {
        return file.toInputFile();
    }

    private final class Tee extends PositionOutputStream {
        private final PositionOutputStream out;
        /** Null once the file is too large to be kept. */
        private @Nullable ByteArrayOutputStream copy = new ByteArrayOutputStream();

        Tee(PositionOutputStream out) {
            this.out = out;
        }

        @Override
        public long getPos() throws IOException {
            return out.getPos();
        }

        @Override
        public long storedLength() throws IOException {
            return out.storedLength();
        }

        @Override
        public void write(int value) throws IOException {
            out.write(value);
            if (copy != null) {
                copy.write(value);
                dropLarge();
            }
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
            if (copy != null) {
                copy.write(bytes, offset, length);
                dropLarge();
            }
        }

        private void dropLarge() {
            if (copy != null && copy.size() > SmallFileIO.KEPT_BYTES_MAX) {
                copy = null;
            }
        }

        @Override
        public void flush() throws IOException {
            out.flush();
        }

        @Override
        public void close() throws IOException {
            out.close();
            if (copy != null) {
                cache.put(location(), copy.toByteArray());
                copy = null;
            }
        }
    }
}
