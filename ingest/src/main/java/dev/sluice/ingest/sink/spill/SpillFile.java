package dev.sluice.ingest.sink.spill;

import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file on local disk, mapped in parts. It lies where {@code java.io.tmpdir} says, which Flink's processes get from
 * {@code io.tmp.dirs}, and has no name: it is unlinked as soon as it is open, so that nothing is left of it however the
 * process ends. Not thread-safe.
 */
final class SpillFile implements AutoCloseable {
    /** Written, not left out: a hole in a file would be found to have no room only when it is touched, by a signal. */
    private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(1 << 20).asReadOnlyBuffer();

    private final FileChannel channel;
    private long length;

    private SpillFile(FileChannel channel) {
        this.channel = channel;
    }

    static SpillFile create() {
        try {
            Path path = Files.createTempFile("sluice-spill-", ".bin");
            FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
            Files.delete(path);
            return new SpillFile(channel);
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /** So many more bytes of the file, all zero; at most 1 GB. */
    MappedByteBuffer append(long bytes) {
        try {
            for (long written = 0; written < bytes; ) {
                ByteBuffer zeros = ZEROS.duplicate();
                zeros.limit((int) Math.min(zeros.capacity(), bytes - written));
                written += channel.write(zeros, length + written);
            }
            MappedByteBuffer mapped = channel.map(FileChannel.MapMode.READ_WRITE, length, bytes);
            length += bytes;
            return mapped;
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /** Gives the disk space back at once, though mappings go only when they are collected: none may be used any more. */
    @Override
    public void close() {
        try (channel) {
            channel.truncate(0);
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private static SluiceException failed(IOException e) {
        return new SluiceException(
                ErrorCode.E0412,
                "a large cut needs disk space in " + System.getProperty("java.io.tmpdir") + " of the TaskManager: "
                        + e.getMessage(),
                "make room there (about 40 bytes and the key for each changed row of the largest transaction); the"
                        + " pipeline tries again by itself",
                e);
    }
}
