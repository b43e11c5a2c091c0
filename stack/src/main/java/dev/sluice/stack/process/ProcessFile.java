package dev.sluice.stack.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Remembers a child process across invocations of the command: its PID and when it started, so that another process that
 * got the same PID later is not taken for it.
 */
public final class ProcessFile {
    private final Path file;

    public ProcessFile(Path file) {
        this.file = file;
    }

    public void write(ProcessHandle process) {
        Instant start = process.info().startInstant().orElse(Instant.EPOCH);
        try {
            Files.createDirectories(file.getParent());
            Files.write(file, List.of(Long.toString(process.pid()), Long.toString(start.toEpochMilli())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether a process was started and not stopped by us; it may have crashed. */
    public boolean exists() {
        return Files.exists(file);
    }

    /** The process, if it still runs. */
    public Optional<ProcessHandle> process() {
        if (!exists()) {
            return Optional.empty();
        }
        try {
            List<String> lines = Files.readAllLines(file);
            long pid = Long.parseLong(lines.get(0));
            long startMillis = Long.parseLong(lines.get(1));
            return ProcessHandle.of(pid)
                    .filter(ProcessHandle::isAlive)
                    .filter(handle -> !isZombie(pid))
                    .filter(handle -> handle.info()
                                    .startInstant()
                                    .map(Instant::toEpochMilli)
                                    .orElse(0L)
                            == startMillis);
        } catch (IOException | NumberFormatException | IndexOutOfBoundsException e) {
            return Optional.empty();
        }
    }

    /** A killed child whose parent has not asked for it yet still has a PID. */
    private static boolean isZombie(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
            return stat.charAt(stat.lastIndexOf(')') + 2) == 'Z';
        } catch (IOException | IndexOutOfBoundsException e) {
            return false;
        }
    }

    public void delete() {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
