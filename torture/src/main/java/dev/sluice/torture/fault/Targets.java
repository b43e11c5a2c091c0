package dev.sluice.torture.fault;

import dev.sluice.stack.LocalStack;
import dev.sluice.stack.StackServer;
import java.util.Map;

/**
 * What faults are done to.
 *
 * @param stack all servers but the source's
 * @param source the source's PostgreSQL
 * @param network the proxies between the job and its servers
 * @param disks by the server that writes to it
 */
public record Targets(LocalStack stack, SourceServer source, NetworkFaults network, Map<StackServer, SmallDisk> disks) {
    public Targets {
        disks = Map.copyOf(disks);
    }
}
