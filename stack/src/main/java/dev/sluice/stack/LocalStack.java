package dev.sluice.stack;

import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import dev.sluice.stack.fetch.Progress;
import dev.sluice.stack.process.LogTail;
import dev.sluice.stack.process.ProcessFile;
import dev.sluice.stack.server.Server;
import dev.sluice.stack.server.Servers;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * The servers of one state folder. They outlive this process; any later invocation finds them by their PID files. Calls
 * that start or stop servers hold a file lock on the state folder.
 */
public final class LocalStack {
    private static final Duration READY_WITHIN = Duration.ofSeconds(150);
    private static final Duration STOP_WITHIN = Duration.ofSeconds(15);
    private static final int TAIL_LINES = 20;

    /** What must answer before a server is started. */
    private static final Map<StackServer, Set<StackServer>> NEEDS = Map.of(
            StackServer.CATALOG, Set.of(StackServer.POSTGRES, StackServer.OBJECT_STORE),
            StackServer.TASKMANAGER, Set.of(StackServer.JOBMANAGER),
            StackServer.TRINO, Set.of(StackServer.CATALOG));

    private final StackConfig config;
    private final Progress progress;
    private final Map<String, String> environment;
    private final Map<StackServer, Server> servers;

    public LocalStack(StackConfig config, Progress progress) {
        this.config = config;
        this.progress = progress;
        checkHome();
        this.environment = environment(config, StackSecrets.readOrCreate(config.home()));
        this.servers = Servers.all(config, environment, progress);
    }

    private void checkHome() {
        try {
            Files.createDirectories(config.home());
            Path probe = Files.createTempFile(config.home(), "probe", ".tmp");
            Files.write(probe, new byte[64 * 1024]);
            Files.delete(probe);
        } catch (IOException e) {
            throw new SluiceException(
                    ErrorCode.E1305,
                    "the state folder " + config.home() + " cannot be written (" + e.getMessage() + ")",
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

    private static Map<String, String> environment(StackConfig config, StackSecrets secrets) {
        StackPorts ports = config.ports();
        Map<String, String> names = new TreeMap<>();
        names.put("SLUICE_POSTGRES_HOST", "127.0.0.1");
        names.put("SLUICE_POSTGRES_PORT", Integer.toString(ports.postgres()));
        names.put("SLUICE_POSTGRES_USER", "sluice");
        names.put("SLUICE_POSTGRES_PASSWORD", secrets.of("postgres-password").reveal());
        names.put("SLUICE_CATALOG_URI", "http://127.0.0.1:" + ports.catalog());
        names.put("SLUICE_CATALOG_TOKEN", secrets.of("catalog-token").reveal());
        names.put(
                "SLUICE_CATALOG_READER_TOKEN",
                secrets.of("catalog-reader-token").reveal());
        names.put("SLUICE_S3_ENDPOINT", "http://127.0.0.1:" + ports.objectStore());
        names.put("SLUICE_S3_REGION", "us-east-1");
        names.put("SLUICE_S3_ACCESS_KEY_ID", secrets.of("s3-access-key-id").reveal());
        names.put(
                "SLUICE_S3_SECRET_ACCESS_KEY",
                secrets.of("s3-secret-access-key").reveal());
        names.put("SLUICE_WAREHOUSE", "s3://lake/warehouse");
        names.put("SLUICE_FLINK_URL", "http://127.0.0.1:" + ports.flink());
        names.put("SLUICE_TRINO_URL", "http://127.0.0.1:" + ports.trino());
        names.put("SLUICE_CLICKHOUSE_URL", "http://127.0.0.1:" + ports.clickhouse());
        names.put("SLUICE_CLICKHOUSE_USER", "sluice");
        names.put(
                "SLUICE_CLICKHOUSE_PASSWORD", secrets.of("clickhouse-password").reveal());
        return Map.copyOf(names);
    }

    /** Fetches what the servers need, several at a time. */
    public void fetch(Set<StackServer> wanted) {
        parallel(wanted.stream()
                .map(servers::get)
                .map(server -> (Step) server::prepare)
                .toList());
    }

    /**
     * Starts what does not run; harmless when all runs. Servers that do not need each other start at the same time.
     *
     * @throws SluiceException E1301, E1302, E1303, E1304, E1305
     */
    public void up(Set<StackServer> wanted) {
        Set<StackServer> all = withNeeds(wanted);
        locked(() -> {
            fetch(all);
            Map<StackServer, CompletableFuture<Void>> started = new LinkedHashMap<>();
            try (ExecutorService threads = Executors.newCachedThreadPool()) {
                for (StackServer id : StackServer.values()) {
                    if (all.contains(id)) {
                        CompletableFuture<?>[] before = NEEDS.getOrDefault(id, Set.of()).stream()
                                .map(started::get)
                                .toArray(CompletableFuture<?>[]::new);
                        started.put(
                                id,
                                CompletableFuture.allOf(before).thenRunAsync(() -> start(servers.get(id)), threads));
                    }
                }
                join(CompletableFuture.allOf(started.values().toArray(CompletableFuture<?>[]::new)));
            }
        });
    }

    private static Set<StackServer> withNeeds(Set<StackServer> wanted) {
        Set<StackServer> all = EnumSet.copyOf(wanted);
        for (StackServer id : wanted) {
            Set<StackServer> needs = NEEDS.getOrDefault(id, Set.of());
            if (!needs.isEmpty()) {
                all.addAll(withNeeds(needs));
            }
        }
        return all;
    }

    private void start(Server server) {
        try {
            ProcessFile file = processFile(server.id());
            if (file.process().isPresent()) {
                awaitReady(server, file);
                return;
            }
            for (int port : server.ports()) {
                checkFree(server, port);
            }
            long start = System.nanoTime();
            Server.Launch launch = server.launch();
            List<String> command = new ArrayList<>(List.of("setsid"));
            command.addAll(launch.command());
            ProcessBuilder builder = new ProcessBuilder(command)
                    .directory(launch.directory().toFile())
                    .redirectErrorStream(true)
                    .redirectInput(Path.of("/dev/null").toFile())
                    .redirectOutput(
                            ProcessBuilder.Redirect.appendTo(log(server.id()).toFile()));
            builder.environment().putAll(launch.environment());
            Process process = builder.start();
            file.write(process.toHandle());
            awaitReady(server, file);
            server.afterStart();
            progress.say(String.format(
                    "%-12s ready in %.1f s  %s", server.id().label(), (System.nanoTime() - start) / 1e9, server.url()));
        } catch (IOException e) {
            throw new SluiceException(
                    ErrorCode.E1302,
                    server.id().label() + ": " + e.getMessage(),
                    "see that the state folder is writable",
                    e);
        } catch (SluiceException e) {
            throw e;
        } catch (Exception e) {
            throw new SluiceException(
                    ErrorCode.E1302,
                    server.id().label() + ": " + e.getMessage(),
                    "`sluice logs " + server.id().label() + "`",
                    e);
        }
    }

    private void awaitReady(Server server, ProcessFile file) throws InterruptedException {
        long deadline = System.nanoTime() + READY_WITHIN.toNanos();
        String last = "no answer yet";
        while (System.nanoTime() < deadline) {
            if (file.process().isEmpty()) {
                throw notStarted(server, "it ended while starting");
            }
            try {
                if (server.isReady()) {
                    return;
                }
            } catch (InterruptedException e) {
                throw e;
            } catch (Exception e) {
                last = String.valueOf(e.getMessage());
            }
            Thread.sleep(100);
        }
        throw notStarted(server, "it did not answer within " + READY_WITHIN.toSeconds() + " s (" + last + ")");
    }

    private SluiceException notStarted(Server server, String why) {
        String tail = String.join("\n  ", LogTail.of(log(server.id()), TAIL_LINES));
        return new SluiceException(
                ErrorCode.E1302,
                server.id().label() + ": " + why + "\n  " + tail,
                "the whole log: `sluice logs " + server.id().label() + "`");
    }

    private void checkFree(Server server, int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        } catch (IOException e) {
            throw new SluiceException(
                    ErrorCode.E1301,
                    "port " + port + " of " + server.id().label() + " is taken by another program",
                    "stop that program, or give other ports: SLUICE_PORT_OFFSET=1000, or "
                            + config.home().resolve("ports.properties"),
                    e);
        }
    }

    /** Stops what runs, in the opposite order of starting. */
    public void down() {
        locked(() -> {
            List<StackServer> order = new ArrayList<>(List.of(StackServer.values()));
            java.util.Collections.reverse(order);
            List<Step> first = new ArrayList<>();
            for (StackServer id : order) {
                // The catalog needs PostgreSQL until its end; the others do not need each other to stop.
                if (id != StackServer.POSTGRES) {
                    first.add(() -> stop(id));
                }
            }
            parallel(first);
            stop(StackServer.POSTGRES);
        });
    }

    private void stop(StackServer id) throws InterruptedException {
        ProcessFile file = processFile(id);
        Optional<ProcessHandle> running = file.process();
        if (running.isPresent()) {
            ProcessHandle process = running.get();
            signal(process.pid(), servers.get(id).stopSignal());
            if (!ended(process, STOP_WITHIN)) {
                // The whole session of the server: it was started as the leader of one.
                signal(-process.pid(), "KILL");
                ended(process, STOP_WITHIN);
            }
        }
        file.delete();
    }

    private static boolean ended(ProcessHandle process, Duration within) throws InterruptedException {
        long deadline = System.nanoTime() + within.toNanos();
        while (process.isAlive() && System.nanoTime() < deadline) {
            Thread.sleep(50);
        }
        return !process.isAlive();
    }

    private static void signal(long pid, String signal) {
        try {
            new ProcessBuilder("kill", "-" + signal, "--", Long.toString(pid))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor(5, TimeUnit.SECONDS);
        } catch (IOException e) {
            throw new SluiceException(ErrorCode.E1901, "kill could not be run: " + e.getMessage(), "", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    public List<ServerStatus> status() {
        List<ServerStatus> all = new ArrayList<>();
        for (Server server : servers.values()) {
            ProcessFile file = processFile(server.id());
            Optional<ProcessHandle> process = file.process();
            if (process.isEmpty()) {
                boolean crashed = file.exists();
                all.add(new ServerStatus(
                        server.id(),
                        crashed ? ServerStatus.State.CRASHED : ServerStatus.State.STOPPED,
                        0,
                        server.url(),
                        crashed ? "gone without having been stopped; `sluice up` starts it again" : ""));
                continue;
            }
            String detail = "";
            boolean ready = false;
            try {
                ready = server.isReady();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (Exception e) {
                detail = String.valueOf(e.getMessage());
            }
            all.add(new ServerStatus(
                    server.id(),
                    ready ? ServerStatus.State.RUNNING : ServerStatus.State.NOT_ANSWERING,
                    process.get().pid(),
                    server.url(),
                    detail));
        }
        return all;
    }

    /** PID of a running server. */
    public Optional<Long> pid(StackServer server) {
        return processFile(server).process().map(ProcessHandle::pid);
    }

    public List<String> logs(StackServer server, int lines) {
        return LogTail.of(log(server), lines);
    }

    private Path log(StackServer server) {
        try {
            return Files.createDirectories(config.home().resolve("logs")).resolve(server.label() + ".log");
        } catch (IOException e) {
            throw new SluiceException(
                    ErrorCode.E1305, "no log can be written below " + config.home(), "make it writable", e);
        }
    }

    private ProcessFile processFile(StackServer server) {
        return new ProcessFile(config.home().resolve("run").resolve(server.label() + ".pid"));
    }

    private interface Step {
        void run() throws Exception;
    }

    private static void parallel(List<Step> steps) {
        try (ExecutorService threads = Executors.newCachedThreadPool()) {
            CompletableFuture<?>[] all = steps.stream()
                    .map(step -> CompletableFuture.runAsync(() -> unchecked(step), threads))
                    .toArray(CompletableFuture<?>[]::new);
            join(CompletableFuture.allOf(all));
        }
    }

    private static void unchecked(Step step) {
        try {
            step.run();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new SluiceException(ErrorCode.E1302, String.valueOf(e.getMessage()), "", e);
        }
    }

    private static void join(CompletableFuture<Void> all) {
        try {
            all.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    private void locked(Step step) {
        try (FileChannel channel = FileChannel.open(
                        config.home().resolve("stack.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = channel.lock()) {
            if (lock.isValid()) {
                unchecked(step);
            }
        } catch (IOException e) {
            throw new SluiceException(
                    ErrorCode.E1305, "the state folder cannot be locked: " + e.getMessage(), "make it writable", e);
        }
    }
}
