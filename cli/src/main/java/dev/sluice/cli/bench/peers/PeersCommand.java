package dev.sluice.cli.bench.peers;

import dev.sluice.cli.ExitCode;
import dev.sluice.cli.Session;
import dev.sluice.cli.bench.BenchPipeline;
import dev.sluice.cli.pipeline.FileOption;
import dev.sluice.cli.stack.OwnStack;
import dev.sluice.spec.PipelineSpec;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.NearestName;
import dev.sluice.spec.errors.SluiceException;
import dev.sluice.stack.StackServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code sluice bench peers}. */
@Command(
        name = "peers",
        mixinStandardHelpOptions = true,
        description = {
            "Does the same to Sluice and to the stock path (Flink CDC 3.5.0, Iceberg's sink, Flink 1.20.1), on a stack of",
            "its own, and counts the rows that each has lost, doubled or got wrong. Fetches the stock path at the first use.",
            "Exit code 1 when Sluice did not keep what it promises."
        })
public final class PeersCommand implements Callable<Integer> {
    /** From the ports of the session's stack. */
    private static final int OFFSET = 600;

    private final Session session;

    @Option(names = "--only", split = ",", paramLabel = "SCENARIO", description = "Only these; all without it.")
    private List<String> only = List.of();

    @Option(
            names = "--path",
            split = ",",
            paramLabel = "PATH",
            description =
                    "Only these of: sluice, upsert, full. The stock path is upsert with REPLICA IDENTITY DEFAULT, and full.")
    private List<String> paths = List.of("sluice", "upsert", "full");

    @Option(names = "--json", paramLabel = "FILE", description = "Where the figures go. Default: bench/peers.json.")
    private Path json;

    public PeersCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws Exception {
        Set<Scenario> scenarios = scenarios();
        SideBySide table = new SideBySide(session);
        OwnStack own = new OwnStack(session, session.home().resolve("peers"), OFFSET);
        try (own) {
            own.stack().up(EnumSet.of(StackServer.TASKMANAGER, StackServer.CATALOG));
            if (paths.contains("sluice")) {
                for (Scenario scenario : scenarios) {
                    try (Peer peer = new SluicePeer(own.session(), scenario.create())) {
                        table.add(run(scenario, peer, false));
                    }
                }
            }
            stock(own, scenarios, table);
        }
        table.write(
                json == null
                        ? session.home().resolve("bench/peers.json")
                        : session.folder().resolve(json));
        session.say("logs of both: " + own.folder());
        return table.sluiceKeptAll() ? ExitCode.OK : ExitCode.FAILED;
    }

    private void stock(OwnStack own, Set<Scenario> scenarios, SideBySide table) throws Exception {
        List<StockPeer.Form> forms = new ArrayList<>();
        for (StockPeer.Form form : StockPeer.Form.values()) {
            if (paths.contains(form.name().toLowerCase(java.util.Locale.ROOT))) {
                forms.add(form);
            }
        }
        if (forms.isEmpty()) {
            return;
        }
        Path folder = Files.createDirectories(own.folder().resolve("stock"));
        StockJars jars = StockJars.get(session.installation().root(), folder.resolve("maven.log"), session::say);
        PipelineSpec spec = spec(own, folder);
        try (StockCluster cluster = new StockCluster(
                session.installation().root(),
                folder,
                jars,
                own.stack().config().ports())) {
            for (StockPeer.Form form : forms) {
                for (Scenario scenario : scenarios) {
                    try (Peer peer = new StockPeer(form, own.stack(), cluster, spec, scenario.create())) {
                        table.add(run(scenario, peer, form == StockPeer.Form.FULL));
                    }
                }
            }
        }
    }

    /** The same addresses that a pipeline of Sluice is given. */
    private static PipelineSpec spec(OwnStack own, Path folder) throws IOException {
        Path file = folder.resolve("stock.yaml");
        Files.writeString(file, BenchPipeline.yaml("stock", List.of("public." + Scenario.TABLE)));
        return FileOption.parse(own.session(), file);
    }

    private Outcome run(Scenario scenario, Peer peer, boolean withFullIdentity) throws Exception {
        session.say(peer.label() + ": " + scenario.description());
        Stage stage = new Stage(peer, withFullIdentity);
        stage.sql(stage.identityOf(Scenario.TABLE));
        return Outcome.of(scenario, stage);
    }

    private Set<Scenario> scenarios() {
        Set<Scenario> scenarios = EnumSet.noneOf(Scenario.class);
        List<String> known =
                Arrays.stream(Scenario.values()).map(Scenario::label).toList();
        for (String name : only.isEmpty() ? known : only) {
            if (!known.contains(name)) {
                throw new SluiceException(
                        ErrorCode.E0102,
                        "there is no scenario " + name,
                        NearestName.of(name, known)
                                .map(near -> "did you mean " + near + "?")
                                .orElse("there are: " + String.join(", ", known)));
            }
            scenarios.add(Scenario.values()[known.indexOf(name)]);
        }
        return scenarios;
    }
}
