package dev.sluice.torture.fault;

import dev.sluice.spec.errors.SluiceException;
import dev.sluice.stack.LocalStack;
import dev.sluice.stack.StackServer;
import dev.sluice.stack.process.ProcessIdentity;
import dev.sluice.stack.process.Signals;
import dev.sluice.torture.Operator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Signals to the servers of the stack, each by its own number. */
final class ProcessFaults {
    private static final Duration GONE_WITHIN = Duration.ofSeconds(10);
    private static final Duration UP_WITHIN = Duration.ofSeconds(120);
    private static final Duration BETWEEN_TRIES = Duration.ofSeconds(2);
    private static final char STOPPED = 'T';

    private final LocalStack stack;
    private final Operator operator;

    ProcessFaults(LocalStack stack, Operator operator) {
        this.stack = stack;
        this.operator = operator;
    }

    FaultOutcome kill(StackServer server, Duration dead) throws InterruptedException {
        long pid = stack.pid(server).orElseThrow();
        Optional<ProcessIdentity> process = ProcessIdentity.of(pid);
        Instant firedAt = Instant.now();
        Signals.send(pid, "KILL");
        boolean gone = process.isPresent() && Signals.awaitEnd(List.of(process.get()), GONE_WITHIN);
        Thread.sleep(dead);
        up(server);
        long next = stack.pid(server).orElse(0L);
        return new FaultOutcome(
                gone && next != 0 && next != pid,
                "process " + pid + (gone ? " is gone" : " did not end") + ", " + (next == 0 ? "none" : next)
                        + " answers",
                firedAt,
                Instant.now());
    }

    /** As a person does it who sees that it did not work at once. */
    void up(StackServer server) throws InterruptedException {
        long deadline = System.nanoTime() + UP_WITHIN.toNanos();
        while (true) {
            try {
                operator.up(server);
                return;
            } catch (SluiceException e) {
                if (System.nanoTime() > deadline) {
                    throw e;
                }
                Thread.sleep(BETWEEN_TRIES);
            }
        }
    }

    FaultOutcome pause(StackServer server, Duration length) throws InterruptedException, IOException {
        long pid = stack.pid(server).orElseThrow();
        Instant firedAt = Instant.now();
        boolean stopped;
        try {
            Signals.send(pid, "STOP");
            Thread.sleep(length);
            stopped = state(pid) == STOPPED;
        } finally {
            Signals.send(pid, "CONT");
        }
        boolean goesOn = ProcessIdentity.of(pid).isPresent() && state(pid) != STOPPED;
        return new FaultOutcome(
                stopped && goesOn,
                "process " + pid + (stopped ? " stood still for " + length.toMillis() + " ms" : " did not stop")
                        + (goesOn ? " and went on" : ""),
                firedAt,
                Instant.now());
    }

    private static char state(long pid) throws IOException {
        String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
        return stat.charAt(stat.lastIndexOf(')') + 2);
    }
}
