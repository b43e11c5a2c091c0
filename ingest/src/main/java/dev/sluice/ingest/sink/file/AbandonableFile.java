package dev.sluice.ingest.sink.file;

import java.io.Closeable;
import java.io.IOException;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.PositionOutputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file that can be given up while it is written. Closing its stream would complete the upload: useless, and when the
 * store is the reason for giving up, slow and one more failure. Flink ends a TaskManager whose tasks fail to clean up.
 */
final class AbandonableFile implements OutputFile {
    private static final Logger LOG = LoggerFactory.getLogger(AbandonableFile.class);

    private final OutputFile file;
    private boolean abandoned;

    AbandonableFile(OutputFile file) {
        this.file = file;
    }

    /** Closes the file's writer for the sake of its memory. Nothing reaches the store any more; never throws. */
    void abandon(Closeable writer) {
        abandoned = true;
        try {
            writer.close();
        } catch (IOException | RuntimeException e) {
            LOG.debug("{}: given up, and its writer failed to close", location(), e);
        }
    }

    @Override
    public PositionOutputStream create() {
        return new Stream(file.create());
    }

    @Override
    public PositionOutputStream createOrOverwrite() {
        return new Stream(file.createOrOverwrite());
    }

    @Override
    public String location() {
        return file.location();
    }

    @Override
    public InputFile toInputFile() {
        return file.toInputFile();
    }

    /** An abandoned stream stays open: S3's has no way to be closed without an upload, and cleans up when collected. */
    private final class Stream extends PositionOutputStream {
        private final PositionOutputStream out;
        private long position;

        Stream(PositionOutputStream out) {
            this.out = out;
        }

        @Override
        public long getPos() {
            return position;
        }

        @Override
        public long storedLength() throws IOException {
            return out.storedLength();
        }

        @Override
        public void write(int value) throws IOException {
            if (!abandoned) {
                out.write(value);
            }
            position++;
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            if (!abandoned) {
                out.write(bytes, offset, length);
            }
            position += length;
        }

        @Override
        public void flush() throws IOException {
            if (!abandoned) {
                out.flush();
            }
        }

        @Override
        public void close() throws IOException {
            if (!abandoned) {
                out.close();
            }
        }
    }
}
