package dev.sluice.e2e.pipeline;

import static org.awaitility.Awaitility.await;

import dev.sluice.stack.LocalStack;
import dev.sluice.stack.StackServer;
import dev.sluice.stack.flink.FlinkRest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Flink processes beside those of the stack, as on another machine: the command lines of the stack's own, with other ports
 * and folders. {@link LocalStack} knows nothing of them.
 */
final class FlinkCopy implements AutoCloseable {
    private static final Duration READY_WITHIN = Duration.ofSeconds(60);

    private final LocalStack stack;
    private final Path folder;
    private final Map<String, String> settings = new HashMap<>();
    private final List<Process> processes = new ArrayList<>();

    private FlinkCopy(LocalStack stack, String name) throws IOException {
        this.stack = stack;
        this.folder = Files.createDirectories(stack.config().home().resolve(name));
        settings.put("io.tmp.dirs", folder.toString());
        settings.put("web.upload.dir", folder.toString());
        settings.put("execution.checkpointing.dir", "file://" + folder.resolve("checkpoints"));
        settings.put("taskmanager.data.port", Integer.toString(freePort()));
        settings.put("taskmanager.resource-id", name);
    }

    /** A whole cluster. */
    static FlinkCopy cluster(LocalStack stack, String name) throws IOException {
        FlinkCopy copy = new FlinkCopy(stack, name);
        copy.settings.put("jobmanager.rpc.port", Integer.toString(freePort()));
        copy.settings.put("blob.server.port", Integer.toString(freePort()));
        String rest = Integer.toString(freePort());
        copy.settings.put("rest.port", rest);
        copy.settings.put("rest.bind-port", rest);
        copy.start(StackServer.JOBMANAGER);
        copy.start(StackServer.TASKMANAGER);
        await().atMost(READY_WITHIN).ignoreExceptions().until(() -> copy.flink().taskManagers() == 1);
        return copy;
    }

    FlinkRest flink() {
        return new FlinkRest("http://127.0.0.1:" + settings.get("rest.port"));
    }

    private void start(StackServer server) throws IOException {
        long original = stack.pid(server).orElseThrow();
        List<String> command = new ArrayList<>();
        for (String word : Files.readString(Path.of("/proc", Long.toString(original), "cmdline"))
                .split("\0")) {
            command.add(changed(word));
        }
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve(server.label() + ".log").toFile());
        processes.add(builder.start());
    }

    private String changed(String word) {
        int equals = word.indexOf('=');
        String value = equals < 0 ? null : settings.get(word.substring(0, equals));
        if (value != null) {
            return word.substring(0, equals + 1) + value;
        }
        return word.startsWith("-Djava.io.tmpdir=") ? "-Djava.io.tmpdir=" + folder : word;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Override
    public void close() {
        processes.forEach(Process::destroyForcibly);
        processes.forEach(process -> process.onExit().join());
    }
}
