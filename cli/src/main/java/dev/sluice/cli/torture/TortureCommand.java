package dev.sluice.cli.torture;

import dev.sluice.cli.ExitCode;
import dev.sluice.cli.Session;
import dev.sluice.spec.PipelineSpec;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import dev.sluice.torture.TortureOptions;
import dev.sluice.torture.TortureReport;
import dev.sluice.torture.TortureRun;
import dev.sluice.torture.fault.FaultClass;
import dev.sluice.torture.fault.NetworkFaults;
import dev.sluice.torture.fault.SourceServer;
import dev.sluice.torture.fault.Targets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code sluice torture}. */
@Command(
        name = "torture",
        mixinStandardHelpOptions = true,
        description = {
            "Breaks a pipeline of a stack of its own, and compares every snapshot of every table with the source.",
            "  sluice torture --minutes 10                        every fault at least once",
            "  sluice torture --seed 7 --faults kill,late-catalog  the schedule of an earlier run, some of it",
            "Faults: kill-, pause- and, on the network, cut-, slow-, half-open-, unavailable-, answer-lost- and late-, each",
            "with a server; disk-full-; restore- and failover-postgres; upkeep, foreign-write, alter-table, second-copy. A part of a name means all that begin or end with it.",
            "Exit code 1 when a snapshot differs, a fault was never seen to hit, or no progress came within 60 s."
        })
public final class TortureCommand implements Callable<Integer> {
    private static final int SEEDS = 1_000_000;

    private final Session session;

    @Option(names = "--seed", paramLabel = "N", description = "Of workload and schedule; drawn and told without it.")
    private Long seed;

    @Option(
            names = "--minutes",
            paramLabel = "M",
            defaultValue = "10",
            description = "How long faults come; longer, until each has come. Default: ${DEFAULT-VALUE}.")
    private double minutes;

    @Option(names = "--faults", paramLabel = "NAME", split = ",", description = "Only these; all without it.")
    private List<String> faults = List.of();

    @Option(names = "--json", paramLabel = "FILE", description = "Where the report goes, beside what is printed.")
    private Path json;

    @Option(names = "--keep", description = "Leave data and logs of a run that passed, too.")
    private boolean keep;

    public TortureCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws Exception {
        TortureOptions options = new TortureOptions(
                seed == null ? new SecureRandom().nextInt(SEEDS) : seed,
                Duration.ofMillis(Math.round(minutes * 60_000)),
                FaultClass.parse(faults));
        if (options.length().isNegative()) {
            throw new SluiceException(ErrorCode.E0102, "--minutes is " + minutes, "give 0 or more");
        }
        session.out().println("seed " + options.seed());
        session.out().flush();
        TortureStack stack = new TortureStack(session);
        TortureReport report;
        try (stack) {
            report = run(options, stack);
        }
        session.out().println(report.text());
        if (json != null) {
            write(session.folder().resolve(json), report.json());
        }
        if (report.passed() && !keep) {
            stack.delete();
        } else {
            session.out().println("data and logs: " + stack.folder());
        }
        session.out().flush();
        return report.passed() ? ExitCode.OK : ExitCode.FAILED;
    }

    private TortureReport run(TortureOptions options, TortureStack stack) throws Exception {
        boolean withHot = options.faults().contains(FaultClass.KILL_CLICKHOUSE);
        stack.up(withHot);
        try (NetworkFaults network = new NetworkFaults(stack.ports())) {
            Path proxied = stack.proxiedFile(network, withHot);
            CommandOperator operator =
                    new CommandOperator(stack.session(), stack.stack(), stack.source(), stack.parse(proxied), proxied);
            PipelineSpec direct = stack.parse(stack.directFile(withHot));
            Targets targets = new Targets(
                    stack.stack(), new SourceServer(stack.source(), direct.postgres()), network, stack.disks());
            return new TortureRun(options, targets, direct, operator, session::say).run();
        }
    }

    private static void write(Path file, String text) throws IOException {
        if (file.getParent() != null) {
            Files.createDirectories(file.getParent());
        }
        Files.writeString(file, text + "\n");
    }
}
