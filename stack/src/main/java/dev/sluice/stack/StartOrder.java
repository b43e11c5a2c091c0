package dev.sluice.stack;

import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Which server needs which. What does not need each other happens at the same time. */
final class StartOrder {
    /** What must answer before a server is started. */
    private static final Map<StackServer, Set<StackServer>> NEEDS = Map.of(
            StackServer.CATALOG, Set.of(StackServer.POSTGRES, StackServer.OBJECT_STORE),
            StackServer.TRINO, Set.of(StackServer.CATALOG));

    /** What is started along with a server, in no order: a TaskManager goes on asking until its JobManager answers. */
    private static final Map<StackServer, Set<StackServer>> COMPANIONS =
            Map.of(StackServer.TASKMANAGER, Set.of(StackServer.JOBMANAGER));

    private StartOrder() {}

    /** Something to do for one server. */
    interface Step {
        void run(StackServer server) throws Exception;
    }

    static Set<StackServer> withNeeds(Set<StackServer> wanted) {
        Set<StackServer> all = EnumSet.noneOf(StackServer.class);
        for (StackServer server : wanted) {
            all.add(server);
            all.addAll(withNeeds(NEEDS.getOrDefault(server, Set.of())));
            all.addAll(COMPANIONS.getOrDefault(server, Set.of()));
        }
        return all;
    }

    /** Prepares all at once, and starts each when it is prepared and what it needs is started. */
    static void run(Set<StackServer> servers, Step prepare, Step start) {
        Map<StackServer, CompletableFuture<Void>> started = new EnumMap<>(StackServer.class);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            // The enum's order is a start order, so whatever a server needs is in the map already.
            for (StackServer server : StackServer.values()) {
                if (servers.contains(server)) {
                    CompletableFuture<Void> before = after(started, NEEDS.getOrDefault(server, Set.of()));
                    CompletableFuture<Void> ready = CompletableFuture.runAsync(() -> step(prepare, server), threads);
                    started.put(
                            server,
                            CompletableFuture.allOf(before, ready).thenRunAsync(() -> step(start, server), threads));
                }
            }
            joinAll(started);
        }
    }

    /** The same step for all servers at once. */
    static void each(Set<StackServer> servers, Step step) {
        Map<StackServer, CompletableFuture<Void>> done = new EnumMap<>(StackServer.class);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            servers.forEach(server -> done.put(server, CompletableFuture.runAsync(() -> step(step, server), threads)));
            joinAll(done);
        }
    }

    private static CompletableFuture<Void> after(
            Map<StackServer, CompletableFuture<Void>> started, Set<StackServer> needed) {
        return CompletableFuture.allOf(
                needed.stream().map(started::get).filter(f -> f != null).toArray(CompletableFuture<?>[]::new));
    }

    private static void step(Step step, StackServer server) {
        try {
            step.run(server);
        } catch (RuntimeException e) {
            throw e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SluiceException(ErrorCode.E1302, server.label() + ": interrupted", "run the command again", e);
        } catch (Exception e) {
            throw new SluiceException(
                    ErrorCode.E1302, server.label() + ": " + e.getMessage(), "`sluice logs " + server.label() + "`", e);
        }
    }

    /** Waits for all, also when one fails: the first failure is thrown, the others ride along. */
    private static void joinAll(Map<StackServer, CompletableFuture<Void>> futures) {
        Set<RuntimeException> failures = new LinkedHashSet<>();
        for (CompletableFuture<Void> future : futures.values()) {
            try {
                future.join();
            } catch (CompletionException e) {
                failures.add(e.getCause() instanceof RuntimeException cause ? cause : e);
            }
        }
        List<RuntimeException> all = List.copyOf(failures);
        if (!all.isEmpty()) {
            all.stream().skip(1).forEach(all.getFirst()::addSuppressed);
            throw all.getFirst();
        }
    }
}
