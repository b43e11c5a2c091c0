package dev.sluice.stack;

import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import dev.sluice.spec.time.Ticker;
import dev.sluice.spec.time.Waiting;
import dev.sluice.stack.fetch.Folders;
import dev.sluice.stack.process.LogTail;
import dev.sluice.stack.process.ProcessFile;
import dev.sluice.stack.process.ProcessIdentity;
import dev.sluice.stack.process.Signals;
import dev.sluice.stack.server.Server;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;

/** One server's process: start it, wait until it answers, look at it, stop it. Not thread-safe. */
final class ServerControl {
    private static final Duration READY_WITHIN = Duration.ofSeconds(150);
    private static final Duration KILLED_WITHIN = Duration.ofSeconds(10);
    private static final int TAIL_LINES = 20;
    private static final int START_ATTEMPTS_MAX = 10;
    private static final Duration BETWEEN_STARTS = Duration.ofSeconds(1);
    private static final Duration FILE_WITHIN = Duration.ofSeconds(10);
    private static final Duration FILE_POLL = Duration.ofMillis(5);
    private static final Duration POLL_MIN = Duration.ofMillis(25);
    private static final Duration POLL_MAX = Duration.ofMillis(400);
    private static final long LOG_BYTES_MAX = 32L << 20;

    private static final Set<String> INHERITED = Set.of(
            "PATH",
            "HOME",
            "USER",
            "LOGNAME",
            "SHELL",
            "LANG",
            "LC_ALL",
            "TZ",
            "TMPDIR",
            "LD_LIBRARY_PATH",
            "MALLOC_ARENA_MAX");

    private final Server server;
    private final Path log;
    private final ProcessFile file;

    ServerControl(Path home, Server server) {
        this.server = server;
        this.log = home.resolve("logs").resolve(server.id().label() + ".log");
        this.file = new ProcessFile(home.resolve("run").resolve(server.id().label() + ".pid"));
    }

    Server server() {
        return server;
    }

    Path log() {
        return log;
    }

    Optional<ProcessIdentity> process() {
        return file.process();
    }

    /** It was started, was not stopped, and is gone. */
    boolean isCrashed() {
        return file.exists() && file.process().isEmpty();
    }

    /** The ports that another program has. */
    List<Integer> takenPorts() {
        return server.ports().stream().filter(port -> !isFree(port)).toList();
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Starts the process where none runs, and waits until it answers. */
    void start() throws Exception {
        for (int attempt = 1; ; attempt++) {
            long logStart = Files.exists(log) ? Files.size(log) : 0;
            if (file.process().isEmpty()) {
                logStart = launch();
            }
            Optional<String> failure = awaitReady();
            if (failure.isEmpty()) {
                server.afterStart();
                return;
            }
            List<String> tail = LogTail.of(log, TAIL_LINES, logStart);
            if (attempt >= START_ATTEMPTS_MAX || file.process().isPresent() || !server.startsOnAnotherTry(tail)) {
                throw new SluiceException(
                        ErrorCode.E1302,
                        server.id().label() + ": " + failure.get() + "; the end of " + log + ":\n  "
                                + String.join("\n  ", tail),
                        "the whole log: `sluice logs " + server.id().label() + "`");
            }
            Ticker.SYSTEM.sleep(BETWEEN_STARTS);
        }
    }

    /** Returns where in the log this start begins. */
    private long launch() throws Exception {
        Folders.makePrivate(log.getParent());
        if (Files.exists(log) && Files.size(log) > LOG_BYTES_MAX) {
            Files.move(log, log.resolveSibling(log.getFileName() + ".1"), StandardCopyOption.REPLACE_EXISTING);
        }
        long logStart = Files.exists(log) ? Files.size(log) : 0;
        Server.Launch launch = server.launch();
        ProcessBuilder builder = new ProcessBuilder(file.wrap(launch.command()))
                .directory(launch.directory().toFile())
                .redirectErrorStream(true)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        // Not what this command happens to have in its environment, which may be secrets of others.
        builder.environment().keySet().retainAll(INHERITED);
        builder.environment().putAll(launch.environment());
        file.delete();
        try {
            Process process = builder.start();
            // The file is the process's own first act.
            Waiting.atMost(FILE_WITHIN).every(FILE_POLL).until(() -> !process.isAlive() || file.exists());
        } catch (IOException e) {
            throw new SluiceException(
                    ErrorCode.E1304,
                    server.id().label() + " could not be run: " + e.getMessage(),
                    "setsid and sh must be on the PATH (packages util-linux and dash or bash)",
                    e);
        }
        return logStart;
    }

    /** Empty when it answers; otherwise why it does not. */
    private Optional<String> awaitReady() throws InterruptedException {
        AtomicReference<String> last = new AtomicReference<>("no answer yet");
        Optional<Optional<String>> end = Waiting.atMost(READY_WITHIN)
                .every(POLL_MIN, POLL_MAX)
                .answer(() -> file.process().isEmpty()
                        ? Optional.of(Optional.of("it ended while starting"))
                        : isReady(last) ? Optional.of(Optional.empty()) : Optional.empty());
        return end.orElseGet(
                () -> Optional.of("it did not answer within " + READY_WITHIN.toSeconds() + " s (" + last.get() + ")"));
    }

    private boolean isReady(AtomicReference<String> last) throws InterruptedException {
        try {
            return server.isReady();
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            last.set(reason(e));
            return false;
        }
    }

    private static String reason(Exception e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    ServerStatus status() {
        Optional<ProcessIdentity> process = file.process();
        if (process.isEmpty()) {
            return gone();
        }
        ServerStatus asked = ask(process.get().pid());
        // It may have ended while it was asked.
        return process.get().isAlive() ? asked : gone();
    }

    private ServerStatus gone() {
        return isCrashed()
                ? status(ServerStatus.State.CRASHED, 0, "gone without having been stopped; `sluice up` starts it")
                : status(ServerStatus.State.STOPPED, 0, "");
    }

    private ServerStatus ask(long pid) {
        try {
            return server.isReady()
                    ? status(ServerStatus.State.RUNNING, pid, "")
                    : status(ServerStatus.State.NOT_ANSWERING, pid, "runs, but does not answer as it should");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return status(ServerStatus.State.NOT_ANSWERING, pid, "interrupted");
        } catch (Exception e) {
            return status(ServerStatus.State.NOT_ANSWERING, pid, reason(e));
        }
    }

    private ServerStatus status(ServerStatus.State state, long pid, String detail) {
        return new ServerStatus(server.id(), state, pid, server.url(), detail);
    }

    /** Asks it to stop, waits, and kills what is left of it and of its children. */
    void stop() throws InterruptedException {
        Optional<ProcessIdentity> running = file.process();
        if (running.isPresent()) {
            ProcessIdentity process = running.get();
            List<ProcessIdentity> family = Signals.descendants(process.pid());
            Signals.send(process.pid(), server.stopSignal());
            if (!Signals.awaitEnd(List.of(process), server.stopWithin())) {
                Signals.sendToGroup(process.pid(), "KILL");
            }
            if (!Signals.awaitEnd(family, KILLED_WITHIN)) {
                family.stream().filter(ProcessIdentity::isAlive).forEach(child -> Signals.send(child.pid(), "KILL"));
            }
            Signals.awaitEnd(List.of(process), KILLED_WITHIN);
        }
        file.delete();
    }
}
