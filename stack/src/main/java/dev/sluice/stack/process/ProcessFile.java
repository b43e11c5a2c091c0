package dev.sluice.stack.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Remembers a server across invocations of the command. The server's own first act is to write the file, so that there is
 * no moment in which it runs unknown.
 */
public final class ProcessFile {
    /**
     * {@code $0} is the file. The program takes the shell's place, number and start included. What it writes, data and
     * logs, is its owner's alone.
     */
    private static final String WRITE_AND_BECOME =
            "umask 077 && cat /proc/$$/stat /proc/sys/kernel/random/boot_id > \"$0.new\" && mv -f \"$0.new\" \"$0\" && exec \"$@\"";

    private final Path file;

    public ProcessFile(Path file) {
        this.file = file;
    }

    /**
     * What to run instead of {@code command}: the same program in a session of its own, so that the terminal's Ctrl-C
     * does not reach it and its whole group can be signalled, with this file written first.
     */
    public List<String> wrap(List<String> command) {
        List<String> head = List.of("setsid", "sh", "-c", WRITE_AND_BECOME, file.toString());
        return Stream.concat(head.stream(), command.stream()).toList();
    }

    /** Whether a process was started and not stopped by us; it may have crashed. */
    public boolean exists() {
        return Files.exists(file);
    }

    /** The process, if it still runs. */
    public Optional<ProcessIdentity> process() {
        try {
            return Files.exists(file)
                    ? ProcessIdentity.parse(Files.readString(file)).filter(ProcessIdentity::isAlive)
                    : Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
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
