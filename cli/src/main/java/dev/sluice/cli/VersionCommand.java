package dev.sluice.cli;

import dev.sluice.stack.installation.SluiceVersion;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/** {@code sluice version}: what runs here, for a report of a fault. */
@Command(
        name = "version",
        mixinStandardHelpOptions = true,
        description = "Tells this version, the Java that it runs on, and where both lie.")
final class VersionCommand implements Callable<Integer> {
    private final Session session;

    VersionCommand(Session session) {
        this.session = session;
    }

    /** The first line, which {@code sluice --version} tells too. */
    static final class Line implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"sluice " + SluiceVersion.current()};
        }
    }

    @Override
    public Integer call() {
        for (String line : new Line().getVersion()) {
            session.out().println(line);
        }
        session.out().println("installed in " + session.installation().root());
        session.out().println("state in " + session.home());
        session.out().println("java " + Runtime.version() + " in " + System.getProperty("java.home"));
        return ExitCode.OK;
    }
}
