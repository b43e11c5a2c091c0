package dev.sluice.torture.fault;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A folder that is a file system of its own, in memory, which is full on command: its size becomes what is used of it, and
 * what is freed meanwhile is used up at once. To mount one takes rights that not everybody has; where it could not be
 * mounted it is an ordinary folder, and says why. Of one thread.
 */
public final class SmallDisk implements AutoCloseable {
    private static final long SIZE = 4L << 30;
    private static final long COMMAND_SECONDS_MAX = 20;
    private static final int FILLER_STEP = 64 * 1024;
    /** More than what is freed between two calls. */
    private static final long FILLER_BYTES_MAX = 8L << 20;

    private static final int FILL_ATTEMPTS = 10;
    /** Less than what one call fills up. */
    private static final long ROOM_LEFT = 512 * 1024;

    private static final String FILLER = ".torture-filler";

    private final Path folder;
    private final Optional<String> problem;

    private SmallDisk(Path folder, Optional<String> problem) {
        this.folder = folder;
        this.problem = problem;
    }

    /** In a folder that is made, and that nobody uses yet. */
    public static SmallDisk mount(Path folder) throws IOException {
        Files.createDirectories(folder);
        return new SmallDisk(
                folder, command("mount", "-t", "tmpfs", "-o", "size=" + SIZE, "sluice-torture", folder.toString()));
    }

    /** What a run left that was killed; does nothing to an ordinary folder. */
    public static void unmount(Path folder) {
        if (Files.isDirectory(folder) && isMounted(folder)) {
            command("umount", folder.toString());
        }
    }

    private static boolean isMounted(Path folder) {
        try {
            return !Files.getFileStore(folder).equals(Files.getFileStore(folder.getParent()));
        } catch (IOException e) {
            return false;
        }
    }

    /** Why it cannot be full on command; empty when it can. */
    Optional<String> problem() {
        return problem;
    }

    /** A file system cannot become smaller than what is used of it, and others are using it. */
    void fill() throws IOException {
        for (int attempt = 1; ; attempt++) {
            try {
                resize(used() + ROOM_LEFT * attempt);
                break;
            } catch (IOException e) {
                if (attempt == FILL_ATTEMPTS) {
                    throw e;
                }
            }
        }
        fillUp();
    }

    /** Uses up what was freed since; returns whether the disk is seen to be full: in the end a write fails. */
    boolean fillUp() {
        try (OutputStream out =
                Files.newOutputStream(folder.resolve(FILLER), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            byte[] step = new byte[FILLER_STEP];
            for (long written = 0; written < FILLER_BYTES_MAX; written += step.length) {
                out.write(step);
            }
            return false;
        } catch (IOException e) {
            return String.valueOf(e.getMessage()).contains("No space left");
        }
    }

    void empty() throws IOException {
        resize(SIZE);
        Files.deleteIfExists(folder.resolve(FILLER));
    }

    private long used() throws IOException {
        var store = Files.getFileStore(folder);
        return store.getTotalSpace() - store.getUnallocatedSpace();
    }

    private void resize(long bytes) throws IOException {
        Optional<String> failed = command("mount", "-o", "remount,size=" + Math.max(bytes, 4096), folder.toString());
        if (failed.isPresent()) {
            throw new IOException(failed.get());
        }
    }

    /** Empty when it did what it was told, else what it said. */
    private static Optional<String> command(String... words) {
        try {
            Process process =
                    new ProcessBuilder(List.of(words)).redirectErrorStream(true).start();
            String said = new String(process.getInputStream().readAllBytes()).strip();
            if (!process.waitFor(COMMAND_SECONDS_MAX, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return Optional.of(words[0] + " does not end");
            }
            return process.exitValue() == 0
                    ? Optional.empty()
                    : Optional.of(said.isEmpty() ? words[0] + " failed" : said);
        } catch (IOException e) {
            return Optional.of(e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of("interrupted");
        }
    }

    /** The servers that use it have ended. */
    @Override
    public void close() {
        if (problem.isEmpty()) {
            command("umount", folder.toString());
        }
    }
}
