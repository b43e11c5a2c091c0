package dev.sluice.stack.server;

import dev.sluice.stack.StackPorts;
import dev.sluice.stack.StackServer;
import dev.sluice.stack.fetch.Folders;
import dev.sluice.stack.flink.FlinkRest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A JobManager or a TaskManager of the one Flink cluster. */
final class FlinkProcess implements Server {
    private static final String JOB_MANAGER = "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint";
    private static final String TASK_MANAGER = "org.apache.flink.runtime.taskexecutor.TaskManagerRunner";

    private final Layout layout;
    private final StackServer id;

    FlinkProcess(Layout layout, StackServer id) {
        this.layout = layout;
        this.id = id;
    }

    @Override
    public StackServer id() {
        return id;
    }

    private boolean isJobManager() {
        return id == StackServer.JOBMANAGER;
    }

    private StackPorts own() {
        return layout.config().ports();
    }

    @Override
    public List<Integer> ports() {
        return isJobManager()
                ? List.of(own().flink(), own().flinkRpc(), own().flinkBlob())
                : List.of(own().flinkData());
    }

    @Override
    public String url() {
        return isJobManager() ? "http://127.0.0.1:" + own().flink() : "(works for the JobManager)";
    }

    private Path configuration() {
        return layout.installation().file("stack/etc/flink");
    }

    private Path temporary() throws IOException {
        return layout.data("flink").resolve(id.label() + "-tmp");
    }

    /** Names the TaskManager of the last start: the JobManager lists one that was killed for some seconds more. */
    private Path resourceIdFile() throws IOException {
        return layout.data("flink").resolve("taskmanager.id");
    }

    @Override
    public void prepare() throws IOException {
        Folders.delete(temporary());
        Files.createDirectories(temporary());
        if (isJobManager()) {
            // Jobs end with their JobManager, and what they wrote is of use to no other: the lake is the checkpoint.
            Folders.delete(layout.data("flink/checkpoints"));
        }
        layout.data("flink/checkpoints");
    }

    @Override
    public Launch launch() throws IOException {
        Path flink = layout.data("flink");
        FlinkSettings settings = FlinkSettings.read(configuration().resolve("config.yaml"));
        String classPath = layout.flinkClassPath();
        List<String> command = isJobManager()
                ? Jvm.command(id, settings.jobManagerHeapMegabytes(), Jvm.Compiler.QUICK, classPath)
                : Jvm.command(id, settings.taskManagerHeapMegabytes(), Jvm.Compiler.HOT_ONLY, classPath);
        command.addAll(isJobManager() ? settings.jobManagerOptions() : settings.taskManagerOptions());
        command.add("-Djava.io.tmpdir=" + temporary());
        command.addAll(settings.optionsOfAll());
        command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"));
        command.add("-Dlog4j.configurationFile=file:" + configuration().resolve("log4j.properties"));
        command.addAll(List.of("-cp", classPath, isJobManager() ? JOB_MANAGER : TASK_MANAGER));
        command.addAll(List.of("--configDir", configuration().toString()));
        List<String> ofThisStack = List.of(
                "jobmanager.rpc.address=127.0.0.1",
                "jobmanager.rpc.port=" + own().flinkRpc(),
                "jobmanager.bind-host=127.0.0.1",
                "blob.server.port=" + own().flinkBlob(),
                "rest.address=127.0.0.1",
                "rest.bind-address=127.0.0.1",
                "rest.port=" + own().flink(),
                "rest.bind-port=" + own().flink(),
                "taskmanager.host=127.0.0.1",
                "taskmanager.bind-host=127.0.0.1",
                // A port of its own for each start. At the port of a TaskManager that was killed, the JobManager's
                // stale
                // connection and the new process's first one can meet, and then neither ever hears the other.
                "taskmanager.rpc.port=0",
                "taskmanager.data.port=" + own().flinkData(),
                "execution.checkpointing.dir=file://" + flink.resolve("checkpoints"),
                "io.tmp.dirs=" + temporary(),
                "web.upload.dir=" + temporary());
        for (String setting : ofThisStack) {
            command.addAll(List.of("-D", setting));
        }
        if (!isJobManager()) {
            String resourceId = "taskmanager-" + System.currentTimeMillis();
            Files.writeString(resourceIdFile(), resourceId);
            command.addAll(List.of("-D", "taskmanager.resource-id=" + resourceId));
        }
        // No secret: a job brings the places of its own, see PipelineSpecJson.
        return new Launch(command, Map.of(), flink);
    }

    @Override
    public boolean isReady() throws IOException {
        FlinkRest rest = new FlinkRest("http://127.0.0.1:" + own().flink());
        if (isJobManager()) {
            return rest.taskManagers() >= 0;
        }
        return rest.taskManagerIds().contains(Files.readString(resourceIdFile()));
    }
}
