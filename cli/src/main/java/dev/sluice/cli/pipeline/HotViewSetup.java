package dev.sluice.cli.pipeline;

import dev.sluice.cli.Session;
import dev.sluice.clickhouse.hot.HotViews;
import dev.sluice.spec.PipelineSpec;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import dev.sluice.spec.time.Waiting;
import java.nio.file.Path;
import java.time.Duration;

/** The views over the hot tables of a pipeline, made when its job has made the tables. */
record HotViewSetup(Session session) {
    private static final Duration TABLES_WITHIN = Duration.ofSeconds(90);

    /** E0901 when the tables do not come; E0902 when a view is refused. */
    void create(PipelineSpec spec) {
        if (spec.hot().tables().isEmpty() || spec.hot().viewsDirectory().isEmpty()) {
            return;
        }
        HotViews views = new HotViews(spec.hot());
        awaitTables(views);
        session.say("hot views: "
                + String.join(
                        ", ", views.create(Path.of(spec.hot().viewsDirectory().get()))));
    }

    private static void awaitTables(HotViews views) {
        try {
            if (!Waiting.atMost(TABLES_WITHIN).until(views::tablesExist)) {
                throw new SluiceException(
                        ErrorCode.E0901,
                        "the job has not made its hot tables within " + TABLES_WITHIN.toSeconds() + " s",
                        "sluice logs taskmanager; then apply again");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SluiceException(ErrorCode.E1307, "interrupted while the job started", "see sluice pipelines", e);
        }
    }
}
