package dev.sluice.e2e;

import dev.sluice.stack.LocalStack;
import dev.sluice.stack.StackConfig;
import dev.sluice.stack.StackPorts;
import dev.sluice.stack.StackServer;
import dev.sluice.stack.fetch.Progress;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;

/**
 * The one stack that all integration tests of a JVM share: real servers under {@code e2e/target/stack}, on ports of their
 * own, stopped when the JVM ends. Servers start when a test first asks for them.
 */
public final class SharedStack {
    private static final String PORT_OFFSET = System.getenv().getOrDefault("SLUICE_TEST_PORT_OFFSET", "5000");
    private static LocalStack stack;

    private SharedStack() {}

    /** The stack with (at least) these servers running. */
    public static synchronized LocalStack with(StackServer first, StackServer... others) {
        if (stack == null) {
            Path project = Path.of(System.getProperty("sluice.home", ".."))
                    .toAbsolutePath()
                    .normalize();
            StackConfig config = new StackConfig(
                    project,
                    project.resolve("e2e/target/stack"),
                    StackPorts.DEFAULT.plus(Integer.parseInt(PORT_OFFSET)),
                    StackConfig.Store.AUTO);
            stack = new LocalStack(config, new Progress(System.out, false));
            Runtime.getRuntime().addShutdownHook(new Thread(stack::down, "stop the shared stack"));
        }
        Set<StackServer> wanted = EnumSet.of(first, others);
        stack.up(wanted);
        return stack;
    }

    /** All servers. */
    public static LocalStack all() {
        return with(StackServer.POSTGRES, StackServer.values());
    }
}
