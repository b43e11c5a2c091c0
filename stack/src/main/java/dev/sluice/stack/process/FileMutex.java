package dev.sluice.stack.process;

import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import dev.sluice.spec.time.Waiting;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;

/** One at a time, among the threads of this JVM and among processes. The lock ends with the process that holds it. */
public final class FileMutex {
    private static final Duration POLL = Duration.ofMillis(100);

    private final Path file;
    private final Duration waitMax;

    public FileMutex(Path file, Duration waitMax) {
        this.file = file;
        this.waitMax = waitMax;
    }

    /** What is done while the lock is held. */
    public interface Work<T> {
        T run() throws IOException, InterruptedException;
    }

    /**
     * @param onWait run once, when another holds the lock
     * @throws SluiceException E1305 when the lock file cannot be made, or the other does not end in time
     */
    public <T> T hold(Runnable onWait, Work<T> work) throws IOException, InterruptedException {
        try (FileChannel channel = open()) {
            if (attempt(channel).isEmpty()) {
                onWait.run();
                boolean isHeld = Waiting.atMost(waitMax)
                        .every(POLL)
                        .until(() -> attempt(channel).isPresent());
                if (!isHeld) {
                    throw new SluiceException(
                            ErrorCode.E1305,
                            "another command has held " + file + " for " + waitMax.toMinutes() + " minutes",
                            "wait for that command, or end it, and run this one again");
                }
            }
            // Closing the channel lets go of the lock.
            return work.run();
        }
    }

    private FileChannel open() {
        try {
            Files.createDirectories(file.getParent());
            return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new SluiceException(
                    ErrorCode.E1305,
                    "the lock file " + file + " cannot be made (" + e.getMessage() + ")",
                    "make its folder writable",
                    e);
        }
    }

    private static Optional<FileLock> attempt(FileChannel channel) throws IOException {
        try {
            return Optional.ofNullable(channel.tryLock());
        } catch (OverlappingFileLockException e) {
            // Another thread of this JVM has it.
            return Optional.empty();
        }
    }
}
