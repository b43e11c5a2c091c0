package dev.sluice.cli.bench;

import dev.sluice.cli.ExitCode;
import dev.sluice.cli.Session;
import dev.sluice.cli.bench.peers.PeersCommand;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code sluice bench}. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description = {
            "Measures a pipeline of the local stack beside the limit of its source, in one run.",
            "Makes a database sluice_bench and drops it again. Each result is compared with the source before a rate is told."
        })
public final class BenchCommand {
    private BenchCommand() {}

    /** The verb with its own verbs. */
    public static CommandLine with(Session session) {
        return new CommandLine(new BenchCommand())
                .addSubcommand(new Load(session))
                .addSubcommand(new Stream(session))
                .addSubcommand(new Loops(session))
                .addSubcommand(new PeersCommand(session));
    }

    /** {@code sluice bench load}. */
    @Command(
            name = "load",
            mixinStandardHelpOptions = true,
            description = "A first load beside a plain COPY BINARY of the same table.")
    static final class Load implements Callable<Integer> {
        private final Session session;

        @Option(names = "--rows", defaultValue = "10000000", description = "Default: ${DEFAULT-VALUE}.")
        private long rows;

        @Option(
                names = "--rounds",
                defaultValue = "3",
                description = "The first one is cold. Default: ${DEFAULT-VALUE}.")
        private int rounds;

        Load(Session session) {
            this.session = session;
        }

        @Override
        public Integer call() throws Exception {
            LoadBench.run(session, rows, rounds);
            return ExitCode.OK;
        }
    }

    /** {@code sluice bench stream}. */
    @Command(
            name = "stream",
            mixinStandardHelpOptions = true,
            description = "A backlog of changes drained into the lake, beside pg_recvlogical, which throws them away.")
    static final class Stream implements Callable<Integer> {
        private final Session session;

        @Option(names = "--events", defaultValue = "1000000", description = "Default: ${DEFAULT-VALUE}.")
        private long events;

        @Option(
                names = "--rounds",
                defaultValue = "3",
                description = "The first one is cold. Default: ${DEFAULT-VALUE}.")
        private int rounds;

        Stream(Session session) {
            this.session = session;
        }

        @Override
        public Integer call() throws Exception {
            StreamBench.run(session, events, rounds);
            return ExitCode.OK;
        }
    }

    /** {@code sluice bench loops}. */
    @Command(
            name = "loops",
            mixinStandardHelpOptions = true,
            description = "How long an application waits that truncates, alters or rewrites its table during the load.")
    static final class Loops implements Callable<Integer> {
        private final Session session;

        @Option(names = "--rows", defaultValue = "5000000", description = "Default: ${DEFAULT-VALUE}.")
        private long rows;

        @Option(
                names = "--loop",
                split = ",",
                description = "Only these of: ${COMPLETION-CANDIDATES}. Default: all, one after the other.")
        private List<LoopsBench.Loop> loops = List.of(LoopsBench.Loop.values());

        Loops(Session session) {
            this.session = session;
        }

        @Override
        public Integer call() throws Exception {
            LoopsBench.run(session, rows, loops);
            return ExitCode.OK;
        }
    }
}
