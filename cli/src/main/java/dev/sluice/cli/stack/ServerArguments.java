package dev.sluice.cli.stack;

import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.NearestName;
import dev.sluice.spec.errors.SluiceException;
import dev.sluice.stack.StackServer;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Servers as users name them. */
final class ServerArguments {
    private ServerArguments() {}

    /** All servers when none is named. */
    static Set<StackServer> read(List<String> names) {
        if (names == null || names.isEmpty()) {
            return EnumSet.allOf(StackServer.class);
        }
        Set<StackServer> servers = EnumSet.noneOf(StackServer.class);
        names.forEach(name -> servers.add(one(name)));
        return servers;
    }

    static StackServer one(String name) {
        List<String> labels =
                Arrays.stream(StackServer.values()).map(StackServer::label).toList();
        return Arrays.stream(StackServer.values())
                .filter(server -> server.label().equals(name))
                .findFirst()
                .orElseThrow(() -> new SluiceException(
                        ErrorCode.E0102,
                        "there is no server named " + name,
                        NearestName.of(name, labels)
                                .map(near -> "did you mean " + near + "?")
                                .orElse("servers are " + String.join(", ", labels))));
    }
}
