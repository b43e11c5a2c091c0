package dev.sluice.stack;

import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import dev.sluice.spec.time.Waiting;
import dev.sluice.stack.fetch.FetchDisplay;
import dev.sluice.stack.process.FileMutex;
import dev.sluice.stack.process.LogTail;
import dev.sluice.stack.process.ProcessIdentity;
import dev.sluice.stack.server.Servers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The servers of one state folder. They outlive this process; any later invocation finds them by their PID files. Calls
 * that start or stop servers hold a file lock on the state folder. Thread-safe.
 */
public final class LocalStack {
    private static final Set<StackServer> READERS = EnumSet.of(StackServer.TRINO, StackServer.CLICKHOUSE);
    private static final Duration OTHER_COMMAND_MAX = Duration.ofMinutes(30);
    private static final Duration PORTS_FREE_WITHIN = Duration.ofSeconds(3);
    private static final Duration PORTS_POLL = Duration.ofMillis(100);
    private static final int PROBE_BYTES = 64 * 1024;

    private final StackConfig config;
    private final FetchDisplay progress;
    private final Map<String, String> environment;
    private volatile boolean ending;
    private final Map<StackServer, ServerControl> servers = new EnumMap<>(StackServer.class);

    /** @throws SluiceException E1305 when there are no secrets yet, and the state folder cannot be written */
    public LocalStack(StackConfig config, FetchDisplay progress) {
        this.config = config;
        this.progress = progress;
        this.environment = StackEnvironment.of(config, StackSecrets.readOrCreate(config.home()));
        Servers.all(config, environment, progress)
                .forEach((id, server) -> servers.put(id, new ServerControl(config.home(), server)));
    }

    /** Before servers start. What only looks, or stops them, must also do so when the disk is full. */
    private static void checkHome(Path home) {
        try {
            Files.createDirectories(home.resolve("run"));
            Path probe = Files.createTempFile(home, "probe", ".tmp");
            try {
                Files.write(probe, new byte[PROBE_BYTES]);
            } finally {
                Files.delete(probe);
            }
        } catch (IOException e) {
            throw new SluiceException(
                    ErrorCode.E1305,
                    "the state folder " + home + " cannot be written ("
                            + e.getClass().getSimpleName() + ": " + e.getMessage() + ")",
                    "free some space or make it writable, or set SLUICE_HOME to another folder",
                    e);
        }
    }

    /** SLUICE_* names that configuration files refer to, secrets included. */
    public Map<String, String> environment() {
        return environment;
    }

    public StackConfig config() {
        return config;
    }

    /** Fetches what the servers need, several at a time. */
    public void fetch(Set<StackServer> wanted) {
        StartOrder.each(wanted, id -> servers.get(id).server().prepare());
    }

    /**
     * Starts what does not run; harmless when all runs. Servers that do not need each other start at the same time.
     *
     * @throws SluiceException E1301, E1302, E1303, E1304, E1305
     */
    public void up(Set<StackServer> wanted) {
        checkHome(config.home());
        Set<StackServer> all = StartOrder.withNeeds(wanted);
        locked(() -> {
            if (ending) {
                throw new SluiceException(ErrorCode.E1302, "the stack is being stopped", "start it again");
            }
            Set<StackServer> missing = missing(all);
            Optional<SluiceException> blocked = portConflict(missing);
            blocked.ifPresent(conflict -> leaveReadersOut(conflict, all, missing));
            StartOrder.run(
                    all,
                    id -> {
                        if (missing.contains(id)) {
                            servers.get(id).server().prepare();
                        }
                    },
                    id -> start(servers.get(id), missing.contains(id)));
            if (blocked.isPresent()) {
                throw blocked.get();
            }
        });
    }

    /** Trino and ClickHouse serve readers: the lake goes on without them, so what blocks them blocks nothing else. */
    private void leaveReadersOut(SluiceException conflict, Set<StackServer> all, Set<StackServer> missing) {
        Set<StackServer> conflicting = EnumSet.noneOf(StackServer.class);
        missing.stream().filter(id -> !servers.get(id).takenPorts().isEmpty()).forEach(conflicting::add);
        if (!READERS.containsAll(conflicting)) {
            throw conflict;
        }
        all.removeAll(conflicting);
        missing.removeAll(conflicting);
    }

    /** For somebody who starts servers one after the other: all conflicts at once, before the first. E1301, E1305. */
    public void checkPorts() {
        checkHome(config.home());
        locked(() -> checkPorts(missing(servers.keySet())));
    }

    private Set<StackServer> missing(Set<StackServer> wanted) {
        Set<StackServer> missing = EnumSet.copyOf(wanted);
        missing.removeIf(id -> servers.get(id).process().isPresent());
        return missing;
    }

    private void start(ServerControl control, boolean isMissing) throws Exception {
        long start = System.nanoTime();
        boolean isRepair = isMissing && control.isCrashed();
        control.start();
        if (isMissing) {
            progress.say(String.format(
                    Locale.ROOT,
                    "%-12s ready in %.1f s  %s%s",
                    control.server().id().label(),
                    (System.nanoTime() - start) / 1e9,
                    control.server().url(),
                    isRepair ? " (it had crashed; started again)" : ""));
        }
    }

    private void checkPorts(Set<StackServer> missing) throws InterruptedException {
        Optional<SluiceException> conflict = portConflict(missing);
        if (conflict.isPresent()) {
            throw conflict.get();
        }
    }

    /**
     * All conflicts in one error, before anything is fetched or started. Waits a little first: the kernel gives the
     * ports of a killed process free only after the process is gone.
     */
    private Optional<SluiceException> portConflict(Set<StackServer> missing) throws InterruptedException {
        if (Waiting.atMost(PORTS_FREE_WITHIN)
                .every(PORTS_POLL)
                .until(() -> takenPorts(missing).isEmpty())) {
            return Optional.empty();
        }
        List<String> taken = takenPorts(missing);
        return Optional.of(new SluiceException(
                ErrorCode.E1301,
                (taken.size() == 1 ? "port " : "ports ") + String.join(", ", taken)
                        + (taken.size() == 1 ? " is" : " are") + " taken by another program",
                "stop that program, or choose other ports: SLUICE_PORT_OFFSET (try "
                        + (config.ports().trino() - StackPorts.DEFAULT.trino() + 1000) + ") adds to all of them, "
                        + config.home().resolve("ports.properties") + " sets single ones"));
    }

    private List<String> takenPorts(Set<StackServer> missing) {
        List<String> taken = new ArrayList<>();
        for (StackServer id : missing) {
            for (int port : servers.get(id).takenPorts()) {
                taken.add(port + " (" + id.label() + ")");
            }
        }
        return taken;
    }

    /** Stops what runs, and what another thread of this process is about to start as well: there is no up after it. */
    public void end() {
        ending = true;
        down();
    }

    /** Stops what runs; PostgreSQL last, because the catalog needs it until its own end. */
    public void down() {
        locked(() -> {
            StartOrder.each(
                    EnumSet.complementOf(EnumSet.of(StackServer.POSTGRES)),
                    id -> servers.get(id).stop());
            servers.get(StackServer.POSTGRES).stop();
        });
    }

    /** Every server in start order, each asked for something real. */
    public List<ServerStatus> status() {
        Map<StackServer, ServerStatus> all = new ConcurrentHashMap<>();
        StartOrder.each(servers.keySet(), id -> all.put(id, servers.get(id).status()));
        return servers.keySet().stream().map(all::get).toList();
    }

    /** PID of a running server. */
    public Optional<Long> pid(StackServer server) {
        return servers.get(server).process().map(ProcessIdentity::pid);
    }

    /** The last lines of a server's log, oldest first. */
    public List<String> logs(StackServer server, int lines) {
        return LogTail.of(servers.get(server).log(), lines);
    }

    private interface Work {
        void run() throws InterruptedException;
    }

    private void locked(Work work) {
        FileMutex mutex = new FileMutex(config.home().resolve("stack.lock"), OTHER_COMMAND_MAX);
        try {
            mutex.hold(() -> progress.say("waiting for another command that starts or stops this stack"), () -> {
                work.run();
                return null;
            });
        } catch (IOException e) {
            throw new SluiceException(
                    ErrorCode.E1305,
                    "the state folder cannot be locked: " + e.getMessage(),
                    "make " + config.home() + " writable",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SluiceException(ErrorCode.E1302, "interrupted while starting or stopping", "run it again", e);
        }
    }
}
