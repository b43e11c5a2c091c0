package dev.sluice.cli.pipeline;

import dev.sluice.cli.Session;
import dev.sluice.clickhouse.hot.HotViews;
import dev.sluice.ingest.removal.PipelineRemoval;
import dev.sluice.spec.PipelineSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Removes what a pipeline made, once its job is gone. */
record PipelineDrop(Session session, PipelineSpec spec) {
    /** The source comes last, so that a removal that failed is known and can be repeated. */
    void run(boolean tables) {
        PipelineRemoval removal = new PipelineRemoval(spec);
        if (tables) {
            dropHot(removal);
            say("lake tables", removal.removeLakeTables());
        }
        session.say(removal.removeFromSource()
                .map(name -> "slot and publication " + name + " are gone from the source")
                .orElse("the lake knows of no slot of this pipeline, so none was dropped at the source"));
    }

    private void dropHot(PipelineRemoval removal) {
        if (spec.hot().tables().isEmpty()) {
            return;
        }
        spec.hot()
                .viewsDirectory()
                .map(Path::of)
                .filter(Files::isDirectory)
                .ifPresent(folder -> say("hot views", new HotViews(spec.hot()).drop(folder)));
        say("hot tables", removal.removeHotTables());
    }

    private void say(String what, List<String> names) {
        session.say(what + " dropped: " + (names.isEmpty() ? "none" : String.join(", ", names)));
    }
}
