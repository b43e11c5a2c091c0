package dev.sluice.cli.pipeline;

import dev.sluice.cli.Session;
import dev.sluice.cli.stack.SessionStack;
import dev.sluice.ingest.PipelineJob;
import dev.sluice.ingest.sink.PipelineTables;
import dev.sluice.ingest.source.SourceAdministration;
import dev.sluice.ingest.source.Sources;
import dev.sluice.lake.LakeCatalog;
import dev.sluice.lake.SlotNames;
import dev.sluice.spec.PipelineSpec;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import dev.sluice.stack.flink.FlinkRest;
import dev.sluice.stack.installation.Part;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Starts and stops the jobs of pipelines. The lake is the checkpoint: a job started anew goes on where the lake is. */
public final class PipelineControl {
    private static final String JOB_CLASS = PipelineJob.class.getName();
    private static final Duration ENDED_WITHIN = Duration.ofSeconds(60);

    private final Session session;
    private final PipelineFiles files;

    public PipelineControl(Session session) {
        this.session = session;
        this.files = new PipelineFiles(session.home());
    }

    /** What applying came to. */
    public enum Outcome {
        STARTED,
        RESTARTED,
        UNCHANGED
    }

    /**
     * Makes the pipeline run as the spec says. A job of the same spec is left alone; one of another spec is cancelled
     * first.
     *
     * @param file where the spec came from
     * @throws SluiceException E02xx, E0406 when the source is not fit; E1306, E1307
     */
    public Outcome apply(PipelineSpec spec, Path file) {
        return apply(spec, file, false);
    }

    /** The same, with a job that is started anew even when nothing has changed. */
    Outcome apply(PipelineSpec spec, Path file, boolean restart) {
        FlinkRest flink = flink();
        List<FlinkRest.Job> running = flink.activeJobs(jobName(spec.pipeline()));
        Optional<PipelineSpec> before = files.findSpec(spec.pipeline());
        boolean unchanged = before.filter(spec::equals).isPresent();
        if (running.size() == 1 && unchanged && !restart) {
            record(spec.pipeline(), running.getFirst().id(), file);
            new HotViewSetup(session).create(spec);
            return Outcome.UNCHANGED;
        }
        checkSource(spec);
        before.ifPresent(old -> tellNewHotTables(new SpecChange(old, spec)));
        // More than one when somebody submitted a copy by hand: only one may write.
        running.forEach(job -> cancel(flink, job));
        files.writeSpec(spec);
        submit(flink, spec, file);
        new HotViewSetup(session).create(spec);
        return running.isEmpty() ? Outcome.STARTED : Outcome.RESTARTED;
    }

    /**
     * Loads tables of an applied pipeline anew, each at its own position, while its other tables go on.
     *
     * @throws SluiceException E0206 for a table that is not in the pipeline; else as {@link #apply}
     */
    public void resync(PipelineSpec spec, List<String> tables) {
        FlinkRest flink = flink();
        checkSource(spec);
        flink.activeJobs(jobName(spec.pipeline())).forEach(job -> cancel(flink, job));
        TableResync.detach(spec, tables);
        files.writeSpec(spec);
        submit(
                flink,
                spec,
                Path.of(files.applied(spec.pipeline())
                        .map(AppliedPipeline::file)
                        .orElse("")));
    }

    private void checkSource(PipelineSpec spec) {
        SourceAdministration source = Sources.of(spec.source(), "sluice apply");
        PipelineTables taken;
        try (LakeCatalog catalog = LakeCatalog.open(spec.catalog())) {
            String slot = SlotNames.of(catalog, spec.pipeline()).orElse("");
            taken = PipelineTables.of(catalog, spec.pipeline(), source.survey(slot));
        }
        taken.stops().forEach(stop -> session.say(stop.text()));
        source.remarks(taken.tables()).forEach(session::say);
    }

    private void tellNewHotTables(SpecChange change) {
        List<String> empty = change.hotTablesWithoutPast();
        if (!empty.isEmpty()) {
            session.say("hot from now on, and filled from the lake by the job: " + String.join(", ", empty));
        }
    }

    /** Cancels the job of the pipeline, if it runs, and remembers that it shall not run. */
    public boolean stop(String pipeline) {
        files.spec(pipeline);
        return end(pipeline);
    }

    private boolean end(String pipeline) {
        FlinkRest flink = flink();
        List<FlinkRest.Job> running = flink.activeJobs(jobName(pipeline));
        running.forEach(job -> cancel(flink, job));
        AppliedPipeline before = files.applied(pipeline).orElse(new AppliedPipeline("", "", true));
        files.record(pipeline, new AppliedPipeline(before.jobId(), before.file(), true));
        return !running.isEmpty();
    }

    /**
     * Cancels the job of the pipeline and removes what it made; the source comes last, so that a removal that failed is
     * known and can be repeated.
     *
     * @param tables whether the tables of the lake and the hot store go too; they stay readable otherwise
     * @throws SluiceException E02xx, E07xx, E09xx, E1306, E1307
     */
    public void drop(PipelineSpec spec, boolean tables) {
        end(spec.pipeline());
        new PipelineDrop(session, spec).run(tables);
        files.remove(spec.pipeline());
    }

    /**
     * Starts every pipeline again that was applied, was not stopped, and does not run; waits for one whose job Flink is
     * just restarting. One that cannot be started does not keep the others from it.
     *
     * @return what went wrong, by pipeline
     */
    public Map<String, SluiceException> resume() {
        Map<String, SluiceException> failures = new TreeMap<>();
        for (String pipeline : files.names()) {
            try {
                resume(pipeline);
            } catch (SluiceException e) {
                failures.put(pipeline, e);
            }
        }
        return failures;
    }

    private void resume(String pipeline) {
        Optional<AppliedPipeline> applied = files.applied(pipeline).filter(record -> !record.stopped());
        if (applied.isEmpty()) {
            return;
        }
        Optional<FlinkRest.Job> job = flink().activeJob(jobName(pipeline));
        if (job.isEmpty()) {
            session.say("starting pipeline " + pipeline + " again");
            submit(flink(), files.spec(pipeline), Path.of(applied.get().file()));
        } else if (!job.get().state().equals("RUNNING")) {
            session.say("pipeline " + pipeline + " is restarting; waiting until it reads its source");
            new JobStart(session, flink(), files.spec(pipeline)).await(job.get().id());
        }
    }

    /** The name by which the job of a pipeline is found on the cluster; PipelineJob gives it. */
    public static String jobName(String pipeline) {
        return "sluice " + pipeline;
    }

    /** The cluster that SLUICE_FLINK_URL names: the local stack's, where nothing else is set. */
    public FlinkRest flink() {
        return new FlinkRest(SessionStack.lookup(session)
                .apply("SLUICE_FLINK_URL")
                .orElseThrow(() -> new SluiceException(
                        ErrorCode.E1306, "there is no local stack in " + session.home(), "run `sluice up`")));
    }

    private void submit(FlinkRest flink, PipelineSpec spec, Path file) {
        String specFile = files.specFile(spec.pipeline()).toAbsolutePath().toString();
        try {
            JobStart start = new JobStart(session, flink, spec);
            String job = submit(flink, specFile);
            record(spec.pipeline(), job, file);
            start.await(job);
        } catch (SluiceException e) {
            // For whoever asks later why nothing runs.
            AppliedPipeline before = files.applied(spec.pipeline())
                    .orElse(new AppliedPipeline("", file.toAbsolutePath().toString(), false));
            files.record(spec.pipeline(), before.failed(e.code() + " " + e.reason()));
            throw e;
        }
    }

    /**
     * Submits the job of an applied pipeline once more, beside the one that runs, as somebody does who does not know of it.
     *
     * @return the copy
     * @throws SluiceException E1307 with E0227 when it is refused
     */
    public String submitCopy(String pipeline) {
        return submit(flink(), files.specFile(pipeline).toAbsolutePath().toString());
    }

    private String submit(FlinkRest flink, String specFile) {
        return flink.run(session.installation().jobJar(Part.INGEST), JOB_CLASS, List.of("--pipeline-file", specFile));
    }

    private void cancel(FlinkRest flink, FlinkRest.Job job) {
        flink.cancel(job.id());
        try {
            String state = flink.awaitEnd(job.id(), ENDED_WITHIN);
            if (!new FlinkRest.Job(job.id(), job.name(), state).isEnded()) {
                throw new SluiceException(
                        ErrorCode.E1307,
                        "the job " + job.id() + " is still " + state + " " + ENDED_WITHIN.toSeconds()
                                + " s after it was cancelled",
                        "try again, or look at sluice logs taskmanager");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SluiceException(ErrorCode.E1307, "interrupted while the job ended", "run the command again", e);
        }
    }

    private void record(String pipeline, String job, Path file) {
        files.record(pipeline, new AppliedPipeline(job, file.toAbsolutePath().toString(), false));
    }
}
