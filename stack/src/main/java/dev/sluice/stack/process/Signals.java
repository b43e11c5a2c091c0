package dev.sluice.stack.process;

import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import dev.sluice.spec.time.Waiting;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Signals by kill(1): Java itself can send only TERM and KILL, and to single processes. */
public final class Signals {
    private static final int KILL_SECONDS_MAX = 5;
    private static final Duration POLL = Duration.ofMillis(20);

    private Signals() {}

    /** A process that is already gone is no error. */
    public static void send(long pid, String signal) {
        kill(Long.toString(pid), signal);
    }

    /** To all of the process group that {@code leader} leads. */
    public static void sendToGroup(long leader, String signal) {
        kill("-" + leader, signal);
    }

    private static void kill(String target, String signal) {
        try {
            new ProcessBuilder("kill", "-" + signal, "--", target)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor(KILL_SECONDS_MAX, TimeUnit.SECONDS);
        } catch (IOException e) {
            throw new SluiceException(
                    ErrorCode.E1304, "kill could not be run: " + e.getMessage(), "install the package procps", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Children, their children and so on. */
    public static List<ProcessIdentity> descendants(long pid) {
        return ProcessHandle.of(pid).stream()
                .flatMap(ProcessHandle::descendants)
                .map(child -> ProcessIdentity.of(child.pid()))
                .flatMap(Optional::stream)
                .toList();
    }

    /** Whether all have ended in time. */
    public static boolean awaitEnd(List<ProcessIdentity> processes, Duration within) throws InterruptedException {
        return Waiting.atMost(within).every(POLL).until(() -> processes.stream().noneMatch(ProcessIdentity::isAlive));
    }
}
