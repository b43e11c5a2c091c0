package dev.sluice.cli.torture;

import dev.sluice.cli.Session;
import dev.sluice.cli.pipeline.FileOption;
import dev.sluice.cli.stack.SessionStack;
import dev.sluice.spec.PipelineSpec;
import dev.sluice.stack.LocalStack;
import dev.sluice.stack.StackConfig;
import dev.sluice.stack.StackConfig.Store;
import dev.sluice.stack.StackPorts;
import dev.sluice.stack.StackServer;
import dev.sluice.stack.fetch.FetchDisplay;
import dev.sluice.stack.fetch.Folders;
import dev.sluice.stack.fetch.MinioFinder;
import dev.sluice.torture.TorturePipeline;
import dev.sluice.torture.fault.NetworkFaults;
import dev.sluice.torture.fault.SmallDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** A stack for one run: its own folder, its own ports, begun empty. It never touches the stack of the session. */
final class TortureStack implements AutoCloseable {
    /** Where the tortured stack's ports lie, from those of the session's stack; offsets of people are thousands. */
    private static final int OFFSET = 500;
    /** Where the source's ports lie, from those; the one after it is its standby's. */
    private static final int SOURCE_OFFSET = 10;

    private static final String SECRETS = "secrets.properties";

    private final Path folder;
    private final Session own;
    private final LocalStack stack;
    /** Its PostgreSQL is the source, and nothing else of it runs. */
    private final LocalStack source;

    private final Map<StackServer, SmallDisk> disks;
    private final Thread end;

    TortureStack(Session session) throws IOException {
        this.folder = session.home().resolve("torture");
        this.own = ownSession(session, folder);
        // What a run left that was killed: its servers, then its data.
        Map<StackServer, Path> diskFolders = diskFolders(own.home());
        if (Files.exists(own.home())) {
            SessionStack.open(own, Store.AUTO).down();
            if (Files.exists(sourceHome(folder))) {
                openSource(own, folder).down();
                Folders.delete(sourceHome(folder));
            }
            diskFolders.values().forEach(SmallDisk::unmount);
            Folders.delete(own.home());
        }
        Files.createDirectories(own.home());
        this.disks = new EnumMap<>(StackServer.class);
        for (Map.Entry<StackServer, Path> entry : diskFolders.entrySet()) {
            disks.put(entry.getKey(), SmallDisk.mount(entry.getValue()));
        }
        this.stack = SessionStack.open(own, Store.AUTO);
        // The same passwords, so that the pipeline's file needs no other names for them.
        Files.createDirectories(sourceHome(folder));
        Files.copy(
                own.home().resolve(SECRETS), sourceHome(folder).resolve(SECRETS), StandardCopyOption.COPY_ATTRIBUTES);
        this.source = openSource(own, folder);
        this.end = new Thread(this::end, "stop the tortured stack");
        Runtime.getRuntime().addShutdownHook(end);
    }

    private void end() {
        stack.end();
        source.end();
    }

    private static Path sourceHome(Path folder) {
        return folder.resolve("source");
    }

    private static LocalStack openSource(Session own, Path folder) {
        StackPorts ports = StackPorts.read(own.home(), own.environment()).plus(SOURCE_OFFSET);
        return new LocalStack(
                new StackConfig(own.installation().root(), sourceHome(folder), ports, Store.AUTO),
                new FetchDisplay(System.err, false));
    }

    /** Where servers write, by server; a disk can be full only where it is one of its own. */
    private static Map<StackServer, Path> diskFolders(Path home) {
        Path data = home.resolve("data");
        return Map.of(
                StackServer.TASKMANAGER, data.resolve("flink"),
                StackServer.OBJECT_STORE, data.resolve(MinioFinder.find(home).isPresent() ? "minio" : "s3proxy"));
    }

    private static Session ownSession(Session session, Path folder) {
        Map<String, String> environment = new HashMap<>(session.environment());
        // Whatever is set of addresses and passwords is that of another stack.
        environment.keySet().removeIf(name -> name.startsWith("SLUICE_"));
        int offset = StackPorts.read(folder, session.environment()).postgres() - StackPorts.DEFAULT.postgres() + OFFSET;
        environment.put("SLUICE_HOME", folder.resolve("home").toString());
        environment.put("SLUICE_PORT_OFFSET", Integer.toString(offset));
        environment.put("SLUICE_PROJECT", session.installation().root().toString());
        return new Session(session.out(), session.err(), environment, folder, false);
    }

    Session session() {
        return own;
    }

    LocalStack stack() {
        return stack;
    }

    Path folder() {
        return folder;
    }

    LocalStack source() {
        return source;
    }

    Map<StackServer, SmallDisk> disks() {
        return disks;
    }

    void up(boolean withClickHouse) {
        Set<StackServer> servers = EnumSet.of(StackServer.TASKMANAGER, StackServer.CATALOG);
        if (withClickHouse) {
            servers.add(StackServer.CLICKHOUSE);
        }
        source.up(EnumSet.of(StackServer.POSTGRES));
        stack.up(servers);
    }

    /** By server: where it really listens. */
    Map<StackServer, Integer> ports() {
        StackPorts ports = stack.config().ports();
        return Map.of(
                StackServer.CATALOG, ports.catalog(),
                StackServer.OBJECT_STORE, ports.objectStore(),
                StackServer.POSTGRES, source.config().ports().postgres());
    }

    Path directFile(boolean withHot) throws IOException {
        StackPorts ports = stack.config().ports();
        return write(
                "direct.yaml",
                TorturePipeline.yaml(
                        ports.catalog(),
                        ports.objectStore(),
                        source.config().ports().postgres(),
                        withHot));
    }

    /** The pipeline as the job sees it: through the proxies. */
    Path proxiedFile(NetworkFaults network, boolean withHot) throws IOException {
        return write(
                "sluice.yaml",
                TorturePipeline.yaml(
                        network.port(StackServer.CATALOG),
                        network.port(StackServer.OBJECT_STORE),
                        network.port(StackServer.POSTGRES),
                        withHot));
    }

    private Path write(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.writeString(file, text);
        return file;
    }

    PipelineSpec parse(Path file) {
        return FileOption.parse(own, file);
    }

    /** Stops the servers; what they have written stays. */
    @Override
    public void close() {
        stack.down();
        source.down();
        try {
            Runtime.getRuntime().removeShutdownHook(end);
        } catch (IllegalStateException e) {
            // The process is ending, and the hook stops them too.
        }
    }

    void delete() throws IOException {
        disks.values().forEach(SmallDisk::close);
        Folders.delete(folder);
    }
}
