package dev.sluice.stack.server;

import dev.sluice.stack.StackPorts;
import dev.sluice.stack.StackServer;
import dev.sluice.stack.fetch.Folders;
import dev.sluice.stack.flink.FlinkRest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
            // Jobs end with their JobManager, and what they wrote here is of use to no other: the lake is the
            // checkpoint.
            Folders.delete(layout.data("flink/checkpoints"));
        }
        layout.data("flink/checkpoints");
    }

    @Override
    public Launch launch() throws IOException {
        Path flink = layout.data("flink");
        // The heaps are those of config.yaml: without Flink's own scripts nobody else passes them to the JVM.
        List<String> command = isJobManager()
                ? Jvm.command(id, 256, Jvm.Compiler.QUICK, layout.flinkClassPath())
                : Jvm.command(id, 512, Jvm.Compiler.HOT_ONLY, layout.flinkClassPath());
        command.addAll(
                isJobManager()
                        ? List.of("-XX:MaxMetaspaceSize=192m")
                        : List.of("-Xms512m", "-XX:MaxDirectMemorySize=256m", "-XX:MaxMetaspaceSize=256m"));
        command.add("-Djava.io.tmpdir=" + temporary());
        command.addAll(moduleOptions());
        command.add("-Dlog4j.configurationFile=file:" + configuration().resolve("log4j.properties"));
        command.addAll(List.of("-cp", layout.flinkClassPath(), isJobManager() ? JOB_MANAGER : TASK_MANAGER));
        command.addAll(List.of("--configDir", configuration().toString()));
        List<String> settings = List.of(
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
        for (String setting : settings) {
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

    /** The add-exports and add-opens of config.yaml, the one list that containers read too. */
    private List<String> moduleOptions() throws IOException {
        String text = Files.readString(configuration().resolve("config.yaml"));
        List<String> options = new ArrayList<>();
        for (String word : text.substring(text.indexOf("env.java.opts.all")).split("\\s+")) {
            if (word.startsWith("--add-")) {
                options.add(word);
            }
        }
        options.add("--enable-native-access=ALL-UNNAMED");
        options.add("--sun-misc-unsafe-memory-access=allow");
        return options;
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
