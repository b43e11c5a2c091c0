package dev.sluice.cli.lake;

import dev.sluice.cli.ExitCode;
import dev.sluice.cli.Session;
import dev.sluice.cli.pipeline.FileOption;
import dev.sluice.cli.pipeline.PipelineFiles;
import dev.sluice.lake.LakeCatalog;
import dev.sluice.lake.Progress;
import dev.sluice.spec.PipelineSpec;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import dev.sluice.verify.Verifier;
import dev.sluice.verify.VerifyOptions;
import dev.sluice.verify.VerifyReport;
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
            "Exit code 1 when they differ; the differing keys are named. Exit code 3 when what was compared is equal, and",
            "a table was not compared, because it is stopped, taken out or not loaded yet."
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
        PipelineSpec spec = file.spec(session);
        expectApplied(spec);
        VerifyReport report = new Verifier(spec).verify(options);
        session.out().println(format == Format.JSON ? report.json() : report.text());
        session.out().flush();
        if (report.equal()) {
            return ExitCode.OK;
        }
        return report.state() == VerifyReport.State.INCOMPLETE ? ExitCode.UNHEALTHY : ExitCode.FAILED;
    }

    /** Spares the wait for a pipeline that nobody started: neither from here, nor, by its progress, from elsewhere. */
    private void expectApplied(PipelineSpec spec) {
        if (new PipelineFiles(session.home()).applied(spec.pipeline()).isPresent()) {
            return;
        }
        try (LakeCatalog lake = LakeCatalog.open(spec.catalog())) {
            if (new Progress(lake, spec.pipeline()).acknowledged().isEmpty()) {
                throw new SluiceException(
                        ErrorCode.E1202,
                        "the pipeline " + spec.pipeline() + " was never applied, so there is nothing to compare",
                        "sluice apply -f <file>, then verify again");
            }
        }
    }
}
