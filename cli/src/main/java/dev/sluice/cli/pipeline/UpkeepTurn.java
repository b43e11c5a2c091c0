package dev.sluice.cli.pipeline;

import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import dev.sluice.stack.flink.FlinkRest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.function.Supplier;

/**
 * One upkeep of a pipeline at a time: a lock among the commands of one home, which ends with its process, and a look at
 * the cluster, where the job of a command that was ended goes on. Two at once harm no table; but the second finds no
 * free slot, or rewrites files in vain.
 */
final class UpkeepTurn implements AutoCloseable {
    private final FileChannel channel;

    private UpkeepTurn(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * @param folder where the lock lies
     * @param active jobs of the same upkeep that have not ended
     * @throws SluiceException E0802 when there is another
     */
    static UpkeepTurn take(Path folder, String pipeline, Supplier<List<FlinkRest.Job>> active) {
        FileChannel channel = null;
        boolean taken = false;
        try {
            Files.createDirectories(folder);
            channel = FileChannel.open(
                    folder.resolve(pipeline + ".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (tryLock(channel) == null) {
                throw another(pipeline, "another `sluice maintain` runs");
            }
            List<FlinkRest.Job> jobs = active.get();
            if (!jobs.isEmpty()) {
                throw another(pipeline, "it runs as job " + jobs.get(0).id());
            }
            taken = true;
            return new UpkeepTurn(channel);
        } catch (IOException e) {
            throw new UncheckedIOException("the lock of the upkeep cannot be taken in " + folder, e);
        } finally {
            if (!taken && channel != null) {
                close(channel);
            }
        }
    }

    /** Null when it is held, by another process or by this one. */
    private static FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    private static SluiceException another(String pipeline, String what) {
        return new SluiceException(
                ErrorCode.E0802,
                "upkeep of " + pipeline + " is under way: " + what,
                "wait until it has ended, then run `sluice maintain` again");
    }

    @Override
    public void close() {
        close(channel);
    }

    private static void close(FileChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
