package dev.sluice.cli.stack;

import dev.sluice.cli.ExitCode;
import dev.sluice.cli.Session;
import dev.sluice.stack.StackConfig.Store;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code sluice down}: stops the local stack. */
@Command(
        name = "down",
        mixinStandardHelpOptions = true,
        description = "Stops the local stack. Data and pipelines stay; `sluice up` goes on where they were.")
public final class DownCommand implements Callable<Integer> {
    private final Session session;

    public DownCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        if (!SessionStack.exists(session)) {
            session.say("There is no local stack in " + session.home() + ".");
            return ExitCode.OK;
        }
        SessionStack.open(session, Store.AUTO).down();
        session.say("The local stack is down. Its data stays in " + session.home() + ".");
        return ExitCode.OK;
    }
}
