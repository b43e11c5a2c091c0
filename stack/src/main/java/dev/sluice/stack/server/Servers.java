package dev.sluice.stack.server;

import dev.sluice.stack.StackConfig;
import dev.sluice.stack.StackServer;
import dev.sluice.stack.fetch.FetchDisplay;
import dev.sluice.stack.fetch.ServerFiles;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** All servers of the stack. */
public final class Servers {
    private Servers() {}

    public static Map<StackServer, Server> all(
            StackConfig config, Map<String, String> environment, FetchDisplay progress) {
        Layout layout = new Layout(config, environment);
        ServerFiles files = new ServerFiles(StackConfig.cache(), progress);
        Map<StackServer, Server> servers = new EnumMap<>(StackServer.class);
        for (Server server : List.of(
                new PostgresServer(layout, files),
                new ObjectStoreServer(layout, files),
                new CatalogServerProcess(layout),
                new FlinkProcess(layout, StackServer.JOBMANAGER),
                new FlinkProcess(layout, StackServer.TASKMANAGER),
                new ClickHouseProcess(layout, files),
                new TrinoServer(layout, files))) {
            servers.put(server.id(), server);
        }
        return servers;
    }
}
