package dev.sluice.cli.demo;

import dev.sluice.cli.ExitCode;
import dev.sluice.cli.Session;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code sluice demo}. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description = {
            "Shows the whole of it on this machine: a shop's database, its lake, time travel, hot aggregates, upkeep,",
            "and the proof that lake and source are equal. Each step checks itself.",
            "  sluice demo                     and leave it running until Ctrl-C",
            "  sluice demo --once              stop everything at the end; exit 0 only if every check held",
            "  sluice demo --rows 5000000      a larger shop"
        })
public final class DemoCommand implements Callable<Integer> {
    private static final long ROWS_MIN = 300;
    private static final long ROWS_MAX = 100_000_000;

    private final Session session;

    @Option(
            names = "--rows",
            defaultValue = "200000",
            description = "Rows of the eight tables together. Default: ${DEFAULT-VALUE}.")
    private long rows;

    @Option(
            names = "--rate",
            defaultValue = "20",
            description = "Orders a second of the live traffic. Default: ${DEFAULT-VALUE}.")
    private double rate;

    @Option(
            names = "--seed",
            defaultValue = "1",
            description = "The same seed makes the same data. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(names = "--once", description = "Stop everything at the end.")
    private boolean once;

    @Option(names = "--fresh", description = "Throw away what an earlier demo left, and start over.")
    private boolean fresh;

    public DemoCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws Exception {
        if (rows < ROWS_MIN || rows > ROWS_MAX || rate <= 0 || rate > 10_000) {
            throw new SluiceException(
                    ErrorCode.E0102,
                    "--rows is " + rows + " and --rate is " + rate,
                    "give " + ROWS_MIN + " to " + ROWS_MAX + " rows and a rate over 0, up to 10000");
        }
        boolean held = new Demo(session, new DemoOptions(rows, rate, seed, once, fresh)).run();
        return held ? ExitCode.OK : ExitCode.FAILED;
    }
}
