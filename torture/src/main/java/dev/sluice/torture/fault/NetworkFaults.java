package dev.sluice.torture.fault;

import dev.sluice.stack.StackServer;
import dev.sluice.torture.proxy.FaultyProxy;
import dev.sluice.torture.proxy.ProxyFault;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;

/** The proxies between the job and what it talks to. */
public final class NetworkFaults implements AutoCloseable {
    /** A fault that has not hit anything yet is given so much longer, this many times. */
    private static final int EXTENSIONS_MAX = 3;

    private final Map<StackServer, FaultyProxy> proxies = new EnumMap<>(StackServer.class);

    /** @param ports by server; PostgreSQL's is no HTTP */
    public NetworkFaults(Map<StackServer, Integer> ports) throws IOException {
        for (Map.Entry<StackServer, Integer> entry : ports.entrySet()) {
            String name = entry.getKey().label();
            proxies.put(
                    entry.getKey(),
                    entry.getKey() == StackServer.POSTGRES
                            ? FaultyProxy.tcp(name, entry.getValue())
                            : FaultyProxy.http(name, entry.getValue()));
        }
    }

    /** Where the job finds a server. */
    public int port(StackServer server) {
        return proxies.get(server).port();
    }

    FaultOutcome run(ScheduledFault fault) throws InterruptedException {
        FaultyProxy proxy = proxies.get(fault.kind().server());
        ProxyFault kind = fault.kind().network();
        Instant firedAt = Instant.now();
        proxy.begin(kind, fault.delay());
        try {
            for (int i = 0; i <= EXTENSIONS_MAX && (i == 0 || proxy.fired() == 0); i++) {
                Thread.sleep(fault.length());
            }
        } finally {
            proxy.end();
        }
        Instant healedAt = Instant.now();
        if (kind == ProxyFault.LATE) {
            // What was held back comes now.
            Thread.sleep(fault.delay().plus(Duration.ofMillis(500)));
            healedAt = Instant.now();
        }
        long hits = proxy.fired();
        return new FaultOutcome(hits > 0, "hit " + hits + " times", firedAt, healedAt);
    }

    @Override
    public void close() throws IOException {
        for (FaultyProxy proxy : proxies.values()) {
            proxy.close();
        }
    }
}
