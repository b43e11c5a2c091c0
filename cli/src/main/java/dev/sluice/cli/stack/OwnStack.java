package dev.sluice.cli.stack;

import dev.sluice.cli.Session;
import dev.sluice.stack.LocalStack;
import dev.sluice.stack.StackConfig.Store;
import dev.sluice.stack.StackPorts;
import dev.sluice.stack.fetch.Folders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * A stack for one run of a command that breaks it: its own folder, its own ports, begun empty. It never touches the stack
 * of the session.
 */
public final class OwnStack implements AutoCloseable {
    private final Path folder;
    private final Session own;
    private final LocalStack stack;
    private final Thread end;

    /**
     * @param folder of all that the run leaves
     * @param offset where its ports lie, from those of the session's stack; offsets of people are thousands
     */
    public OwnStack(Session session, Path folder, int offset) throws IOException {
        this.folder = folder;
        this.own = ownSession(session, folder, offset);
        // What a run left that was killed: its servers, then its data.
        if (Files.exists(own.home())) {
            SessionStack.open(own, Store.AUTO).down();
            Folders.delete(own.home());
        }
        Files.createDirectories(own.home());
        this.stack = SessionStack.open(own, Store.AUTO);
        this.end = new Thread(stack::end, "stop the stack in " + folder.getFileName());
        Runtime.getRuntime().addShutdownHook(end);
    }

    private static Session ownSession(Session session, Path folder, int offset) {
        Map<String, String> environment = new HashMap<>(session.environment());
        // Whatever is set of addresses and passwords is that of another stack.
        environment.keySet().removeIf(name -> name.startsWith("SLUICE_"));
        int of = StackPorts.read(folder, session.environment()).postgres() - StackPorts.DEFAULT.postgres();
        environment.put("SLUICE_HOME", folder.resolve("home").toString());
        environment.put("SLUICE_PORT_OFFSET", Integer.toString(of + offset));
        environment.put("SLUICE_PROJECT", session.installation().root().toString());
        return new Session(session.out(), session.err(), environment, folder, false);
    }

    /** For commands that act on this stack. */
    public Session session() {
        return own;
    }

    public LocalStack stack() {
        return stack;
    }

    public Path folder() {
        return folder;
    }

    /** Stops the servers; what they have written stays. */
    @Override
    public void close() {
        stack.down();
        try {
            Runtime.getRuntime().removeShutdownHook(end);
        } catch (IllegalStateException e) {
            // The process is ending, and the hook stops them too.
        }
    }

    public void delete() throws IOException {
        Folders.delete(folder);
    }
}
