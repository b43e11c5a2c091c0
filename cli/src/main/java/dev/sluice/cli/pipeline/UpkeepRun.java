package dev.sluice.cli.pipeline;

import dev.sluice.cli.Session;
import dev.sluice.compaction.job.TableReport;
import dev.sluice.compaction.job.UpkeepJob;
import dev.sluice.spec.PipelineSpec;
import dev.sluice.spec.PipelineSpecJson;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import dev.sluice.stack.flink.FlinkRest;
import dev.sluice.stack.installation.Part;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Runs the upkeep job on the cluster and waits for its reports. */
public final class UpkeepRun {
    private static final String JOB_CLASS = UpkeepJob.class.getName();
    private static final Duration ENDED_WITHIN = Duration.ofHours(6);

    private final Session session;

    public UpkeepRun(Session session) {
        this.session = session;
    }

    /**
     * @param tables names of lake tables; empty: all of the pipeline
     * @return what was done, by table
     * @throws SluiceException E0801 when the job failed; the tables are as they were, or done one by one. E0802 when
     *     upkeep of the pipeline is under way
     */
    public Map<String, TableReport> run(PipelineSpec spec, List<String> tables) {
        PipelineControl control = new PipelineControl(session);
        FlinkRest flink = control.flink();
        Path folder = session.home().resolve("upkeep");
        try (UpkeepTurn turn =
                UpkeepTurn.take(folder, spec.pipeline(), () -> flink.activeJobs("sluice upkeep " + spec.pipeline()))) {
            return run(control, flink, spec, tables);
        }
    }

    private Map<String, TableReport> run(
            PipelineControl control, FlinkRest flink, PipelineSpec spec, List<String> tables) {
        Path specFile = session.home().resolve("upkeep").resolve(spec.pipeline() + ".json");
        PipelineSpecJson.write(specFile, spec);
        List<String> arguments = new ArrayList<>(
                List.of("--pipeline-file", specFile.toAbsolutePath().toString()));
        if (!tables.isEmpty()) {
            arguments.addAll(List.of("--tables", String.join(",", tables)));
        }
        String job = flink.run(session.installation().jobJar(Part.COMPACTION), JOB_CLASS, arguments);
        session.say("upkeep of " + spec.pipeline() + " runs as job " + job);
        String state = await(flink, job);
        if (!state.equals("FINISHED")) {
            throw failed(flink, job, state);
        }
        Map<String, TableReport> reports = new TreeMap<>();
        flink.accumulators(job).forEach((name, value) -> {
            if (name.startsWith(UpkeepJob.REPORT_PREFIX)) {
                reports.put(name.substring(UpkeepJob.REPORT_PREFIX.length()), TableReport.fromJson(json(value)));
            }
        });
        return reports;
    }

    private static SluiceException failed(FlinkRest flink, String job, String state) {
        String cause = flink.rootException(job).map(Stacktraces::cause).orElse("");
        boolean noSlot = cause.contains("NoResourceAvailable");
        return new SluiceException(
                ErrorCode.E0801,
                "the job is " + state + (cause.isEmpty() ? "" : ": " + cause),
                noSlot
                        ? "the cluster has no free slot: wait for the upkeep of another pipeline to end, stop a pipeline, or"
                                + " give the cluster more slots; then run it again"
                        : "sluice logs taskmanager, then run it again");
    }

    /** Flink shows an accumulator in words around its value; the value is one JSON object. */
    private static String json(String value) {
        return value.substring(value.indexOf('{'), value.lastIndexOf('}') + 1);
    }

    private static String await(FlinkRest flink, String job) {
        try {
            return flink.awaitEnd(job, ENDED_WITHIN);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SluiceException(ErrorCode.E0801, "interrupted; the job goes on", "look at Flink's web page", e);
        }
    }
}
