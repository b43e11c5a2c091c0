package dev.sluice.clickhouse.server;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Linux's landlock: takes access to files away from the calling thread and from every thread that it starts, for good.
 * No privilege is needed. Source: Linux kernel documentation, "Landlock: unprivileged access control".
 */
final class Landlock {
    private static final long CREATE_RULESET = 444;
    private static final long ADD_RULE = 445;
    private static final long RESTRICT_SELF = 446;
    private static final long VERSION_FLAG = 1;
    private static final int RULE_PATH_BENEATH = 1;
    private static final int SET_NO_NEW_PRIVS = 38;
    private static final int OPEN_PATH_CLOSE_ON_EXEC = 0x200000 | 0x80000;

    private static final long EXECUTE = 1;
    private static final long READ_FILE = 1 << 2;
    private static final long READ_DIRECTORY = 1 << 3;
    private static final long WRITE_FILE = 1 << 1;
    private static final long TRUNCATE = 1 << 14;
    /** Of version 1: thirteen rights, from executing to making symbolic links. */
    private static final long RIGHTS_FIRST = (1 << 13) - 1;

    private static final long RIGHT_REFER = 1 << 13;
    private static final long FILE_RIGHTS = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE;
    private static final long READING = EXECUTE | READ_FILE | READ_DIRECTORY;

    private final MethodHandle syscall;
    private final MethodHandle open;
    private final MethodHandle close;
    private final MethodHandle prctl;

    private Landlock() {
        Linker linker = Linker.nativeLinker();
        syscall = linker.downcallHandle(
                linker.defaultLookup().findOrThrow("syscall"),
                FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
                Linker.Option.firstVariadicArg(1));
        open = linker.downcallHandle(
                linker.defaultLookup().findOrThrow("open"),
                FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT),
                Linker.Option.firstVariadicArg(2));
        close = linker.downcallHandle(
                linker.defaultLookup().findOrThrow("close"), FunctionDescriptor.of(JAVA_INT, JAVA_INT));
        prctl = linker.downcallHandle(
                linker.defaultLookup().findOrThrow("prctl"),
                FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
                Linker.Option.firstVariadicArg(1));
    }

    /**
     * From now on this thread and those that it starts read and write only below {@code writable}, and read only below
     * {@code readable}. Paths that are not there are left out.
     *
     * @return false, with nothing changed, where the system has no landlock
     */
    static boolean restrict(List<Path> writable, List<Path> readable) {
        if (!System.getProperty("os.name").equals("Linux")) {
            return false;
        }
        try (Arena arena = Arena.ofConfined()) {
            return new Landlock().restrict(arena, writable, readable);
        } catch (Throwable e) {
            throw new IllegalStateException("landlock cannot be asked", e);
        }
    }

    private boolean restrict(Arena arena, List<Path> writable, List<Path> readable) throws Throwable {
        long version = call(CREATE_RULESET, 0, 0, VERSION_FLAG, 0);
        if (version < 1) {
            return false;
        }
        long handled = RIGHTS_FIRST | (version >= 2 ? RIGHT_REFER : 0) | (version >= 3 ? TRUNCATE : 0);
        MemorySegment attributes = arena.allocate(JAVA_LONG);
        attributes.set(JAVA_LONG, 0, handled);
        int ruleset = (int)
                checked("creating a ruleset", call(CREATE_RULESET, attributes.address(), JAVA_LONG.byteSize(), 0, 0));
        for (Path path : writable) {
            allow(arena, ruleset, path, handled);
        }
        for (Path path : readable) {
            allow(arena, ruleset, path, handled & READING);
        }
        allow(arena, ruleset, Path.of("/dev/null"), handled & FILE_RIGHTS);
        checked("giving up privileges", (int) prctl.invokeExact(SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L));
        checked("restricting the thread", call(RESTRICT_SELF, ruleset, 0, 0, 0));
        int closed = (int) close.invokeExact(ruleset);
        return closed == 0;
    }

    private void allow(Arena arena, int ruleset, Path path, long rights) throws Throwable {
        if (!Files.exists(path)) {
            return;
        }
        int file = (int) open.invokeExact(arena.allocateFrom(path.toString()), OPEN_PATH_CLOSE_ON_EXEC, 0);
        if (file < 0) {
            return;
        }
        // A packed structure: the rights, then the descriptor.
        MemorySegment rule = arena.allocate(12, 8);
        rule.set(JAVA_LONG, 0, Files.isDirectory(path) ? rights : rights & FILE_RIGHTS);
        rule.set(ValueLayout.JAVA_INT, 8, file);
        checked("allowing " + path, call(ADD_RULE, ruleset, RULE_PATH_BENEATH, rule.address(), 0));
        int closed = (int) close.invokeExact(file);
        if (closed != 0) {
            throw new IllegalStateException("closing " + path + " failed");
        }
    }

    private long call(long number, long first, long second, long third, long fourth) throws Throwable {
        return (long) syscall.invokeExact(number, first, second, third, fourth);
    }

    private static long checked(String action, long result) {
        if (result < 0) {
            throw new IllegalStateException("landlock: " + action + " failed");
        }
        return result;
    }
}
