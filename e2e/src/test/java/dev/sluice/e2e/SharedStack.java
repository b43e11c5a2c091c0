package dev.sluice.e2e;

import dev.sluice.stack.LocalStack;
import dev.sluice.stack.StackConfig;
import dev.sluice.stack.StackPorts;
import dev.sluice.stack.StackServer;
import dev.sluice.stack.fetch.FetchDisplay;
import dev.sluice.stack.fetch.Folders;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;

/**
 * The one stack that all integration tests of a JVM share: real servers under {@code e2e/target/stack}, on ports of their
 * own, begun empty and stopped when the JVM ends. Servers start when a test first asks for them.
 *
 * <p>{@code SLUICE_TEST_STACK=<state folder>} uses the stack of that folder instead (with {@code SLUICE_PORT_OFFSET}), as
 * it is, and leaves it running: quicker while a test is being written.
 */
public final class SharedStack {
    private static final String PORT_OFFSET = System.getenv().getOrDefault("SLUICE_TEST_PORT_OFFSET", "5000");
    private static final String REUSED_HOME = System.getenv().getOrDefault("SLUICE_TEST_STACK", "");
    private static LocalStack stack;

    private SharedStack() {}

    /** The stack with (at least) these servers running. */
    public static synchronized LocalStack with(StackServer first, StackServer... others) {
        if (stack == null) {
            stack = REUSED_HOME.isEmpty() ? fresh() : open(Path.of(REUSED_HOME));
        }
        Set<StackServer> wanted = EnumSet.of(first, others);
        stack.up(wanted);
        return stack;
    }

    private static LocalStack fresh() {
        Path home = project().resolve("e2e/target/stack");
        try {
            // What a killed run left: its servers, then its data.
            open(home).down();
            Folders.delete(home);
        } catch (IOException e) {
            throw new UncheckedIOException("the last run's stack cannot be cleared away", e);
        }
        LocalStack fresh = open(home);
        Runtime.getRuntime().addShutdownHook(new Thread(fresh::down, "stop the shared stack"));
        return fresh;
    }

    private static LocalStack open(Path home) {
        StackPorts ports = REUSED_HOME.isEmpty()
                ? StackPorts.DEFAULT.plus(Integer.parseInt(PORT_OFFSET))
                : StackPorts.read(home, System.getenv());
        return new LocalStack(
                new StackConfig(project(), home, ports, StackConfig.Store.AUTO), new FetchDisplay(System.out, false));
    }

    private static Path project() {
        return Path.of(System.getProperty("sluice.home", "..")).toAbsolutePath().normalize();
    }

    /** All servers. */
    public static LocalStack all() {
        return with(StackServer.POSTGRES, StackServer.values());
    }

    /** kill -9; returns when the process has ended. */
    public static synchronized void kill(StackServer server) throws IOException, InterruptedException {
        long pid = stack.pid(server).orElseThrow();
        new ProcessBuilder("kill", "-9", Long.toString(pid)).start().waitFor();
        ProcessHandle.of(pid).ifPresent(process -> process.onExit().join());
    }
}
