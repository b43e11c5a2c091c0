package dev.sluice.cli.stack;

import dev.sluice.cli.Session;
import dev.sluice.stack.LocalStack;
import dev.sluice.stack.StackConfig;
import dev.sluice.stack.StackConfig.Store;
import dev.sluice.stack.StackPorts;
import dev.sluice.stack.fetch.FetchDisplay;
import java.nio.file.Files;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** The local stack of a session. */
public final class SessionStack {
    private SessionStack() {}

    /**
     * Looks up variables such as {@code SLUICE_CATALOG_URI}: those of the process, then those of the local stack where
     * there is one. Starts nothing.
     */
    public static Function<String, Optional<String>> lookup(Session session) {
        Map<String, String> stack = exists(session) ? open(session, Store.AUTO).environment() : Map.of();
        return name -> Optional.ofNullable(session.environment().getOrDefault(name, stack.get(name)));
    }

    /** Whether a stack was ever started from this state folder. */
    static boolean exists(Session session) {
        return Files.exists(session.home().resolve("secrets.properties"));
    }

    /** The stack; makes its state folder and its secrets when there are none. */
    public static LocalStack open(Session session, Store store) {
        StackConfig config = new StackConfig(
                session.installation().root(),
                session.home(),
                StackPorts.read(session.home(), session.environment()),
                store);
        return new LocalStack(config, new FetchDisplay(System.err, session.interactive()));
    }
}
