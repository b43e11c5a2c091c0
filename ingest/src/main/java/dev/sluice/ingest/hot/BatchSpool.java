package dev.sluice.ingest.hot;

import dev.sluice.ingest.row.Batch;
import dev.sluice.ingest.row.BatchSerializer;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.flink.core.memory.DataInputViewStreamWrapper;
import org.apache.flink.core.memory.DataOutputViewStreamWrapper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Batches in their order: the first ones in memory, the rest in files of the local disk that only this user reads. Files
 * go away as soon as they have been read, and with the process. Not thread-safe.
 */
final class BatchSpool implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(BatchSpool.class);
    private static final int FILE_BYTES = 32 << 20;
    private static final int BUFFER_BYTES = 1 << 16;
    private static final int BATCH_OVERHEAD_BYTES = 256;
    /** Offsets, operation, LSN and commit time of a change. */
    private static final int CHANGE_OVERHEAD_BYTES = 25;

    private final long memoryBytesMax;
    private final long diskBytesMax;
    private final Deque<Batch> memory = new ArrayDeque<>();
    private final Deque<SpoolFile> files = new ArrayDeque<>();
    private long memoryBytes;
    private long diskBytes;

    BatchSpool(long memoryBytesMax, long diskBytesMax) {
        this.memoryBytesMax = memoryBytesMax;
        this.diskBytesMax = diskBytesMax;
    }

    /** Appends a batch; false, with nothing appended, when there is no room for it. */
    boolean add(Batch batch) {
        long size = size(batch);
        if (files.isEmpty() && (memoryBytes + size <= memoryBytesMax || memory.isEmpty())) {
            memory.add(batch);
            memoryBytes += size;
            return true;
        }
        if (batch.count() > 0 && diskBytes + size > diskBytesMax) {
            return false;
        }
        try {
            if (files.isEmpty() || files.getLast().isFull()) {
                files.add(new SpoolFile());
            }
            diskBytes += files.getLast().write(batch);
            return true;
        } catch (IOException e) {
            log.warn("Changes of the hot tables cannot wait on the local disk", e);
            return false;
        }
    }

    /** Takes the oldest batch; null when there is none. */
    Batch poll() {
        Batch head = memory.poll();
        if (head != null) {
            memoryBytes -= size(head);
            return head;
        }
        try {
            while (!files.isEmpty()) {
                SpoolFile file = files.getFirst();
                Batch batch = file.read();
                if (file.isRead()) {
                    // At once: as long as there is a file, what comes goes to disk.
                    diskBytes -= file.length;
                    files.remove();
                    file.close();
                }
                if (batch != null) {
                    return batch;
                }
            }
            return null;
        } catch (IOException e) {
            throw new UncheckedIOException("reading waiting changes of the hot tables from the local disk", e);
        }
    }

    boolean isEmpty() {
        return memory.isEmpty() && files.stream().allMatch(SpoolFile::isRead);
    }

    boolean isOnDisk() {
        return !files.isEmpty();
    }

    long bytes() {
        return memoryBytes + diskBytes;
    }

    void clear() {
        memory.clear();
        files.forEach(SpoolFile::close);
        files.clear();
        memoryBytes = 0;
        diskBytes = 0;
    }

    @Override
    public void close() {
        clear();
    }

    private static long size(Batch batch) {
        return BATCH_OVERHEAD_BYTES + batch.bytesHeld() + (long) CHANGE_OVERHEAD_BYTES * batch.count();
    }

    /**
     * Written to its end, then read. The first batch that is asked for ends the writing. Its name is removed at once, so
     * that nothing is left of it however the process ends.
     */
    private static final class SpoolFile implements AutoCloseable {
        private final FileChannel channel;
        private DataOutputViewStreamWrapper out;
        private DataInputViewStreamWrapper in;
        private long length;
        private int written;
        private int read;

        SpoolFile() throws IOException {
            // Java creates temporary files readable by their owner alone.
            Path path = Files.createTempFile("sluice-hot", ".spool");
            channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
            Files.delete(path);
            out = new DataOutputViewStreamWrapper(
                    new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER_BYTES));
        }

        boolean isFull() {
            return out == null || length >= FILE_BYTES;
        }

        boolean isRead() {
            return read == written;
        }

        long write(Batch batch) throws IOException {
            long before = length;
            BatchSerializer.INSTANCE.serialize(batch, out);
            out.flush();
            written++;
            length = channel.position();
            return length - before;
        }

        Batch read() throws IOException {
            if (in == null) {
                out = null;
                channel.position(0);
                in = new DataInputViewStreamWrapper(
                        new BufferedInputStream(Channels.newInputStream(channel), BUFFER_BYTES));
            }
            if (read == written) {
                return null;
            }
            read++;
            return BatchSerializer.INSTANCE.deserialize(in);
        }

        @Override
        public void close() {
            try {
                channel.close();
            } catch (IOException e) {
                throw new UncheckedIOException("closing waiting changes of the hot tables", e);
            }
        }
    }
}
