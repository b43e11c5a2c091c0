package dev.sluice.cli.torture;

import dev.sluice.cli.Session;
import dev.sluice.cli.pipeline.PipelineControl;
import dev.sluice.cli.pipeline.UpkeepRun;
import dev.sluice.compaction.job.TableReport;
import dev.sluice.spec.PipelineSpec;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import dev.sluice.stack.LocalStack;
import dev.sluice.stack.StackServer;
import dev.sluice.stack.flink.FlinkRest;
import dev.sluice.torture.Operator;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Acts by what is behind the commands of the same names. */
final class CommandOperator implements Operator {
    private static final Duration COPY_ENDED_WITHIN = Duration.ofSeconds(60);

    private final Session session;
    private final LocalStack stack;
    private final PipelineControl control;
    private final PipelineSpec spec;
    private final Path file;

    CommandOperator(Session session, LocalStack stack, PipelineSpec spec, Path file) {
        this.session = session;
        this.stack = stack;
        this.control = new PipelineControl(session);
        this.spec = spec;
        this.file = file;
    }

    @Override
    public void apply() {
        control.apply(spec, file);
    }

    @Override
    public void up(StackServer server) {
        stack.up(EnumSet.of(server));
        Map<String, SluiceException> notResumed = control.resume();
        if (!notResumed.isEmpty()) {
            throw notResumed.values().iterator().next();
        }
    }

    @Override
    public String maintain() {
        Map<String, TableReport> reports = new UpkeepRun(session).run(spec, List.of());
        StringBuilder said = new StringBuilder("rewritten:");
        reports.forEach((table, report) -> said.append(' ')
                .append(table)
                .append(' ')
                .append(report.removedFiles())
                .append(report.error().isEmpty() ? "" : " (" + report.error() + ")"));
        return said.toString();
    }

    @Override
    public void resync(String table) {
        control.resync(spec, List.of(table));
    }

    /** A copy that ends for any other reason was not refused. */
    private static Optional<String> refusal(String reason) {
        return reason.lines()
                .filter(line -> line.contains(ErrorCode.E0227.name()) || line.contains(ErrorCode.E0503.name()))
                .findFirst()
                .map(line -> "the copy was refused: " + line);
    }

    @Override
    public String submitCopy() {
        String job;
        try {
            job = control.submitCopy(spec.pipeline());
        } catch (SluiceException e) {
            return refusal(e.getMessage()).orElseThrow(() -> e);
        }
        FlinkRest flink = control.flink();
        try {
            String state = flink.awaitEnd(job, COPY_ENDED_WITHIN);
            String said = flink.rootException(job).orElse("it gave no reason");
            return refusal(said)
                    .orElseThrow(() -> new SluiceException(
                            ErrorCode.E0227,
                            "the copy " + job + " is " + state + " after at most " + COPY_ENDED_WITHIN.toSeconds()
                                    + " s, and was not refused: " + said,
                            "stop one of them"));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SluiceException(ErrorCode.E1901, "interrupted", "", e);
        }
    }
}
