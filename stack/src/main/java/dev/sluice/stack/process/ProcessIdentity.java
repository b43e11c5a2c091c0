package dev.sluice.stack.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Which process it was, not only which number it had: numbers are used again. Read from {@code /proc}, so Linux only.
 *
 * @param startTicks clock ticks between boot and its start; unlike a wall-clock time it does not move with the clock
 * @param bootId the kernel's identifier of this boot
 */
public record ProcessIdentity(long pid, long startTicks, String bootId) {
    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

    /** Counted from the state, the first field after the name (proc(5), fields 3 and 22). */
    private static final int START_FIELD = 19;

    private static final char ZOMBIE = 'Z';

    /** What {@code cat /proc/PID/stat /proc/sys/kernel/random/boot_id} printed. */
    static Optional<ProcessIdentity> parse(String text) {
        int name = text.indexOf('(');
        int afterName = text.lastIndexOf(')') + 2;
        if (name < 1 || afterName > text.length()) {
            return Optional.empty();
        }
        String[] lines = text.substring(afterName).split("\n");
        String[] fields = lines[0].split(" ");
        if (fields.length <= START_FIELD || lines.length < 2) {
            return Optional.empty();
        }
        try {
            return Optional.of(new ProcessIdentity(
                    Long.parseLong(text.substring(0, name).strip()),
                    Long.parseLong(fields[START_FIELD]),
                    lines[1].strip()));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** The process that has this number now; empty for none, and for one that has ended but was not yet waited for. */
    public static Optional<ProcessIdentity> of(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
            if (stat.charAt(stat.lastIndexOf(')') + 2) == ZOMBIE) {
                return Optional.empty();
            }
            return parse(stat.strip() + "\n" + Files.readString(BOOT_ID));
        } catch (IOException | IndexOutOfBoundsException e) {
            return Optional.empty();
        }
    }

    public boolean isAlive() {
        return of(pid).filter(this::equals).isPresent();
    }
}
