package dev.sluice.cli.bench.peers;

import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import dev.sluice.stack.StackPorts;
import dev.sluice.stack.fetch.Folders;
import dev.sluice.stack.flink.FlinkRest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A Flink 1.20.1 of one JobManager and one TaskManager. Ends with this process. Used by one thread. */
final class StockCluster implements AutoCloseable {
    private static final String JOB_MANAGER = "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint";
    private static final String TASK_MANAGER = "org.apache.flink.runtime.taskexecutor.TaskManagerRunner";
    private static final String JOB_CLASS = "dev.sluice.peers.SqlJob";
    private static final Duration READY_WITHIN = Duration.ofSeconds(120);
    private static final Duration ENDED_WITHIN = Duration.ofSeconds(60);
    private static final int KILLED_SECONDS_MAX = 10;
    private static final long POLL_MILLIS = 200;
    /** From the ports of the stack beside which it runs. */
    private static final int PORTS = 50;

    private final Path project;
    private final Path folder;
    private final StockJars jars;
    private final StackPorts ports;
    private final FlinkRest rest;
    private final Thread end = new Thread(this::destroy, "stop the stock path");
    private Process jobManager;
    private Process taskManager;

    StockCluster(Path project, Path folder, StockJars jars, StackPorts stack) throws IOException, InterruptedException {
        this.project = project;
        this.folder = folder;
        this.jars = jars;
        this.ports = stack.plus(PORTS);
        this.rest = new FlinkRest("http://127.0.0.1:" + ports.flink());
        Runtime.getRuntime().addShutdownHook(end);
        startJobManager();
        startTaskManager();
        awaitTaskManager();
    }

    FlinkRest rest() {
        return rest;
    }

    private void startJobManager() throws IOException {
        jobManager = start("jobmanager", JOB_MANAGER, List.of("-Xmx512m", "-XX:MaxMetaspaceSize=320m"));
    }

    private void startTaskManager() throws IOException {
        taskManager = start(
                "taskmanager",
                TASK_MANAGER,
                List.of("-Xmx1024m", "-XX:MaxDirectMemorySize=256m", "-XX:MaxMetaspaceSize=320m"));
    }

    private Process start(String name, String main, List<String> memory) throws IOException {
        Path temporary = folder.resolve(name + "-tmp");
        Folders.delete(temporary);
        Files.createDirectories(temporary);
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin/java").toString()));
        command.addAll(memory);
        command.addAll(List.of("-XX:+UseSerialGC", "-Djava.io.tmpdir=" + temporary));
        command.addAll(moduleOptions());
        command.add("-Dlog4j.configurationFile=file:" + project.resolve("bench/peers/conf/log4j.properties"));
        command.addAll(List.of("-cp", jars.classPath(), main));
        command.addAll(
                List.of("--configDir", project.resolve("bench/peers/conf").toString()));
        for (String setting : settings(temporary)) {
            command.addAll(List.of("-D", setting));
        }
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        folder.resolve(name + ".log").toFile()));
        builder.environment().keySet().removeIf(variable -> variable.startsWith("SLUICE_"));
        return builder.start();
    }

    private List<String> settings(Path temporary) {
        return List.of(
                "jobmanager.rpc.address=127.0.0.1",
                "jobmanager.rpc.port=" + ports.flinkRpc(),
                "jobmanager.bind-host=127.0.0.1",
                "blob.server.port=" + ports.flinkBlob(),
                "rest.address=127.0.0.1",
                "rest.bind-address=127.0.0.1",
                "rest.port=" + ports.flink(),
                "rest.bind-port=" + ports.flink(),
                "taskmanager.host=127.0.0.1",
                "taskmanager.bind-host=127.0.0.1",
                "taskmanager.rpc.port=0",
                "taskmanager.data.port=" + ports.flinkData(),
                "execution.checkpointing.dir=" + checkpoints().toUri(),
                "io.tmp.dirs=" + temporary,
                "web.upload.dir=" + temporary);
    }

    /** The same list that Sluice's own Flink is given. */
    private List<String> moduleOptions() throws IOException {
        String text = Files.readString(project.resolve("stack/etc/flink/config.yaml"));
        return Stream.of(text.split("\\s+"))
                .filter(word -> word.startsWith("--add-"))
                .toList();
    }

    private Path checkpoints() {
        return folder.resolve("checkpoints");
    }

    /** Submits the statements as one job. */
    String submit(List<String> statements) {
        return rest.run(jars.job(), JOB_CLASS, statements);
    }

    void cancel(String job) throws InterruptedException {
        rest.cancel(job);
        rest.awaitEnd(job, ENDED_WITHIN);
    }

    void killTaskManager() throws IOException, InterruptedException {
        kill(taskManager);
        startTaskManager();
        awaitTaskManager();
    }

    /** Its jobs are gone with it: without high availability somebody has to submit them again. */
    void killJobManager() throws IOException, InterruptedException {
        kill(jobManager);
        startJobManager();
        awaitTaskManager();
    }

    private static void kill(Process process) throws InterruptedException {
        process.destroyForcibly();
        if (!process.waitFor(KILLED_SECONDS_MAX, TimeUnit.SECONDS)) {
            throw new IllegalStateException("process " + process.pid() + " was not killed");
        }
    }

    /** The newest checkpoint that a job has completed and kept. */
    Optional<Path> newestCheckpoint(String job) throws IOException {
        Path kept = checkpoints().resolve(job);
        if (!Files.isDirectory(kept)) {
            return Optional.empty();
        }
        try (Stream<Path> all = Files.list(kept)) {
            return all.filter(path -> Files.exists(path.resolve("_metadata")))
                    .max(Comparator.comparingLong(StockCluster::number));
        }
    }

    private static long number(Path checkpoint) {
        String name = checkpoint.getFileName().toString();
        return Long.parseLong(name.substring(name.indexOf('-') + 1));
    }

    private void awaitTaskManager() throws InterruptedException {
        long deadline = System.nanoTime() + READY_WITHIN.toNanos();
        while (true) {
            try {
                if (rest.taskManagers() > 0) {
                    return;
                }
            } catch (SluiceException e) {
                // It is just starting.
            }
            if (System.nanoTime() > deadline || !jobManager.isAlive() || !taskManager.isAlive()) {
                throw new SluiceException(
                        ErrorCode.E1302, "the Flink of the stock path does not answer", "its logs are in " + folder);
            }
            Thread.sleep(POLL_MILLIS);
        }
    }

    private void destroy() {
        for (Process process : new Process[] {taskManager, jobManager}) {
            if (process != null) {
                process.destroyForcibly();
            }
        }
    }

    @Override
    public void close() {
        destroy();
        try {
            Runtime.getRuntime().removeShutdownHook(end);
        } catch (IllegalStateException e) {
            // The process is ending, and the hook stops them too.
        }
    }
}
