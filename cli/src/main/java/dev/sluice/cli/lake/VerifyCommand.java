package dev.sluice.cli.lake;

import dev.sluice.cli.ExitCode;
import dev.sluice.cli.Session;
import dev.sluice.cli.pipeline.FileOption;
import dev.sluice.e2e.verify.Verifier;
import dev.sluice.e2e.verify.VerifyOptions;
import dev.sluice.e2e.verify.VerifyReport;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code sluice verify}: is the lake equal to the source? */
@Command(
        name = "verify",
        mixinStandardHelpOptions = true,
        description = {
            "Compares every row of the lake with the source at one LSN, while both keep changing.",
            "Exit code 1 when they differ; the differing keys are named."
        })
public final class VerifyCommand implements Callable<Integer> {
    private enum Format {
        TEXT,
        JSON
    }

    private final Session session;

    @Option(names = "--table", paramLabel = "NAME", split = ",", description = "Only these tables.")
    private List<String> tables = List.of();

    @Option(
            names = "--wait",
            paramLabel = "SECONDS",
            defaultValue = "60",
            description = "How long the lake may take to catch up. Default: 60.")
    private int waitSeconds;

    @Option(
            names = {"-o", "--output"},
            defaultValue = "TEXT",
            description = "text or json. Default: text.")
    private Format format;

    @Mixin
    private FileOption file;

    public VerifyCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        VerifyOptions options = new VerifyOptions(
                Duration.ofSeconds(waitSeconds),
                tables,
                VerifyOptions.defaults().differencesPerTable());
        VerifyReport report = new Verifier(file.spec(session)).verify(options);
        session.out().println(format == Format.JSON ? report.json() : report.text());
        session.out().flush();
        return report.equal() ? ExitCode.OK : ExitCode.FAILED;
    }
}
