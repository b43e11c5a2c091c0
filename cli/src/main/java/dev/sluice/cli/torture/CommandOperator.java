package dev.sluice.cli.torture;

import dev.sluice.cli.Session;
import dev.sluice.cli.pipeline.AppliedPipeline;
import dev.sluice.cli.pipeline.PipelineControl;
import dev.sluice.cli.pipeline.PipelineFiles;
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
    /** The source is looked at every 30 s, and a job whose source has gone tries again after up to 30 s. */
    private static final Duration REFUSED_WITHIN = Duration.ofSeconds(90);

    private final Session session;
    private final LocalStack stack;
    private final LocalStack source;
    private final PipelineControl control;
    private final PipelineSpec spec;
    private final Path file;

    CommandOperator(Session session, LocalStack stack, LocalStack source, PipelineSpec spec, Path file) {
        this.session = session;
        this.stack = stack;
        this.source = source;
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
        if (server == StackServer.POSTGRES) {
            source.up(EnumSet.of(server));
        }
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

    @Override
    public String awaitRefusal() {
        String job = new PipelineFiles(session.home())
                .applied(spec.pipeline())
                .map(AppliedPipeline::jobId)
                .orElseThrow();
        try {
            String state = control.flink().awaitEnd(job, REFUSED_WITHIN);
            String said = control.flink().rootException(job).orElse("it gave no reason");
            if (!state.equals("FAILED")) {
                throw new SluiceException(
                        ErrorCode.E1307,
                        "the job is " + state + " " + REFUSED_WITHIN.toSeconds()
                                + " s after another server took the place of its source: " + said,
                        "report this");
            }
            return said.lines().filter(line -> line.contains("E0")).findFirst().orElse(said);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SluiceException(ErrorCode.E1901, "interrupted", "", e);
        }
    }

    @Override
    public void loadAnew() {
        control.drop(spec, true);
        control.apply(spec, file);
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
