package dev.sluice.cli;

import dev.sluice.cli.bench.BenchCommand;
import dev.sluice.cli.demo.DemoCommand;
import dev.sluice.cli.lake.HistoryCommand;
import dev.sluice.cli.lake.MaintainCommand;
import dev.sluice.cli.lake.ModelsCommand;
import dev.sluice.cli.lake.SqlCommand;
import dev.sluice.cli.lake.TagsCommand;
import dev.sluice.cli.lake.VerifyCommand;
import dev.sluice.cli.pipeline.ApplyCommand;
import dev.sluice.cli.pipeline.DropCommand;
import dev.sluice.cli.pipeline.HotCommand;
import dev.sluice.cli.pipeline.PipelinesCommand;
import dev.sluice.cli.pipeline.ReplayCommand;
import dev.sluice.cli.pipeline.ResyncCommand;
import dev.sluice.cli.pipeline.StopCommand;
import dev.sluice.cli.pipeline.ValidateCommand;
import dev.sluice.cli.stack.DownCommand;
import dev.sluice.cli.stack.FetchCommand;
import dev.sluice.cli.stack.InstallCommand;
import dev.sluice.cli.stack.LogsCommand;
import dev.sluice.cli.stack.StatusCommand;
import dev.sluice.cli.stack.UpCommand;
import dev.sluice.cli.torture.TortureCommand;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The command line: a list of verbs. */
@Command(
        name = "sluice",
        mixinStandardHelpOptions = true,
        versionProvider = VersionCommand.Line.class,
        synopsisSubcommandLabel = "VERB",
        description = {
            "Keeps an Apache Iceberg lakehouse equal to PostgreSQL, at exactly one commit LSN per snapshot.",
            "",
            "  sluice demo                             the whole of it, on this machine",
            "  sluice up                               start the local stack",
            "  sluice apply -f demo/shop/sluice.yaml   start a pipeline",
            "  sluice status                           is it well, and how far behind?",
            "  sluice sql \"SELECT count(*) FROM bronze.orders\" --as-of 2026-01-31T10:00:00Z",
            "  sluice verify                           compare the lake with the source, row by row",
            ""
        },
        footer = {"", "Exit codes: 0 ok, 1 failed or different, 2 usage or configuration, 3 unhealthy."})
public final class Main {
    @Option(names = "--debug", scope = ScopeType.INHERIT, description = "Show stack traces.")
    boolean debug;

    private Main() {}

    public static void main(String[] arguments) {
        Session session = Session.ofProcess();
        int exitCode = run(session, arguments);
        session.out().flush();
        session.err().flush();
        System.exit(exitCode);
    }

    /** Runs one command in this process and returns its exit code. */
    static int run(Session session, String... arguments) {
        Failures failures = new Failures(session, List.of(arguments));
        CommandLine line = new CommandLine(new Main())
                .addSubcommand(new DemoCommand(session))
                .addSubcommand(new UpCommand(session))
                .addSubcommand(new DownCommand(session))
                .addSubcommand(new StatusCommand(session))
                .addSubcommand(new LogsCommand(session))
                .addSubcommand(new FetchCommand(session))
                .addSubcommand(new InstallCommand(session))
                .addSubcommand(new ValidateCommand(session))
                .addSubcommand(new ApplyCommand(session))
                .addSubcommand(new StopCommand(session))
                .addSubcommand(new ResyncCommand(session))
                .addSubcommand(new ReplayCommand(session))
                .addSubcommand(new DropCommand(session))
                .addSubcommand(new PipelinesCommand(session))
                .addSubcommand(new VerifyCommand(session))
                .addSubcommand(new MaintainCommand(session))
                .addSubcommand(new SqlCommand(session))
                .addSubcommand(new HistoryCommand(session))
                .addSubcommand(new TagsCommand(session))
                .addSubcommand(ModelsCommand.with(session))
                .addSubcommand(HotCommand.with(session))
                .addSubcommand(BenchCommand.with(session))
                .addSubcommand(new TortureCommand(session))
                .addSubcommand(new VersionCommand(session))
                .addSubcommand(new CommandLine.HelpCommand())
                .setOut(session.out())
                .setErr(session.err())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpAutoWidth(true)
                .setExecutionExceptionHandler(failures::report)
                .setParameterExceptionHandler(failures::usage);
        if (arguments.length == 0) {
            line.usage(session.out());
            return ExitCode.OK;
        }
        return line.execute(arguments);
    }
}
