package dev.sluice.cli.demo;

import dev.sluice.cli.Session;
import dev.sluice.cli.pipeline.FileOption;
import dev.sluice.cli.pipeline.PipelineControl;
import dev.sluice.cli.stack.SessionStack;
import dev.sluice.demo.shop.ShopTraffic;
import dev.sluice.demo.shop.TrafficOptions;
import dev.sluice.lake.LakeCatalog;
import dev.sluice.spec.PipelineSpec;
import dev.sluice.stack.LocalStack;
import dev.sluice.stack.StackConfig.Store;
import dev.sluice.stack.StackServer;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;

/** Runs the steps in order, and ends with everything stopped or everything left running, as asked. */
final class Demo {
    private final Session session;
    private final DemoOptions options;
    private final Narrator narrator = new Narrator(new PrintStream(System.out, true, StandardCharsets.UTF_8));

    Demo(Session session, DemoOptions options) {
        this.session = session;
        this.options = options;
    }

    boolean run() throws Exception {
        long start = System.nanoTime();
        System.out.println("Sluice demo. Everything listens on 127.0.0.1 only; it is not a production set-up.");
        LocalStack stack = SessionStack.open(session, Store.AUTO);
        if (options.fresh()) {
            stack.down();
            forget(stack.config().home());
            stack = SessionStack.open(session, Store.AUTO);
        }
        LocalStack running = stack;
        Thread stop = new Thread(running::end, "stop the demo's stack");
        Runtime.getRuntime().addShutdownHook(stop);
        running.checkPorts();
        // Each step waits for the servers that it needs. Trino is the slowest to start and is asked last.
        running.up(EnumSet.of(StackServer.POSTGRES));
        CompletableFuture<Void> others =
                CompletableFuture.runAsync(() -> running.up(EnumSet.complementOf(EnumSet.of(StackServer.TRINO))));
        CompletableFuture<Void> trino = others.thenRunAsync(() -> running.up(EnumSet.of(StackServer.TRINO)));
        Path file = session.installation().file("demo/shop/sluice.yaml");
        PipelineSpec spec = FileOption.parse(session, file);
        new SourceStep(narrator, options, DemoContext.shop(spec, running.environment()), DemoContext.tables(spec))
                .run();
        await(others);
        try (LakeCatalog lake = LakeCatalog.open(spec.catalog())) {
            DemoContext demo = new DemoContext(narrator, options, file, spec, running.environment(), lake);
            steps(demo, trino, running.pid(StackServer.TASKMANAGER).flatMap(ProcessHandle::of));
            narrator.measured("whole demo", "%.0f s", (System.nanoTime() - start) / 1e9);
            new ClosingTable(demo).print();
        }
        if (!options.once()) {
            System.out.println("\nThe stack stays up; traffic goes on. Ctrl-C stops everything.");
            try (ShopTraffic traffic = traffic(spec, running.environment())) {
                new CountDownLatch(1).await();
            }
        }
        return narrator.allHeld();
    }

    private void steps(DemoContext demo, CompletableFuture<Void> trino, Optional<ProcessHandle> taskManager)
            throws Exception {
        new LoadStep(demo, new PipelineControl(session), taskManager).run();
        try (ShopTraffic traffic = traffic(demo.spec(), demo.environment())) {
            new CommitsStep(demo).run();
            new HotStep(demo).run();
            await(trino);
            new ModelsStep(demo).run();
            new TimeTravelStep(demo).run();
            new UpkeepStep(demo, session).run();
            new VerifyStep(demo).run();
            narrator.measured(
                    "live traffic",
                    "%,d orders, %s",
                    traffic.orders(),
                    traffic.tally().total());
        }
    }

    private static void await(CompletableFuture<Void> started) throws Exception {
        try {
            started.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }

    private ShopTraffic traffic(PipelineSpec spec, Map<String, String> environment) {
        return ShopTraffic.start(
                DemoContext.shop(spec, environment),
                TrafficOptions.defaults().at(options.ordersPerSecond(), Duration.ZERO),
                line -> {});
    }

    /** Data and applied pipelines go; ports, tools and secrets stay. */
    private static void forget(Path home) throws IOException {
        for (String name : new String[] {"data", "pipelines", "upkeep"}) {
            Path folder = home.resolve(name);
            if (Files.exists(folder)) {
                try (Stream<Path> all = Files.walk(folder)) {
                    for (Path path :
                            all.sorted(java.util.Comparator.reverseOrder()).toList()) {
                        Files.delete(path);
                    }
                }
            }
        }
    }
}
