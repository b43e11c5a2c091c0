package dev.sluice.cli.bench;

import dev.sluice.spec.errors.SluiceException;
import dev.sluice.stack.LocalStack;
import dev.sluice.stack.StackServer;
import dev.sluice.stack.process.ProcessIdentity;
import dev.sluice.stack.process.Signals;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;

/** Kills servers of a stack that a bench has for itself. */
public final class BenchServers {
    private static final Duration GONE_WITHIN = Duration.ofSeconds(10);
    private static final Duration UP_WITHIN = Duration.ofSeconds(120);
    private static final Duration BETWEEN_TRIES = Duration.ofSeconds(2);

    private BenchServers() {}

    /** Returns when the server answers again; as a person does it who sees that it did not work at once. */
    public static void killAndUp(LocalStack stack, StackServer server) throws InterruptedException {
        Optional<ProcessIdentity> process = ProcessIdentity.of(stack.pid(server).orElseThrow());
        process.ifPresent(found -> Signals.send(found.pid(), "KILL"));
        if (process.isEmpty() || !Signals.awaitEnd(List.of(process.get()), GONE_WITHIN)) {
            throw new IllegalStateException(server.label() + " was not killed");
        }
        long deadline = System.nanoTime() + UP_WITHIN.toNanos();
        while (true) {
            try {
                stack.up(EnumSet.of(server));
                return;
            } catch (SluiceException e) {
                if (System.nanoTime() > deadline) {
                    throw e;
                }
                Thread.sleep(BETWEEN_TRIES);
            }
        }
    }
}
