package dev.sluice.cli.demo;

import dev.sluice.trino.model.Model;
import dev.sluice.trino.model.ModelFolder;
import dev.sluice.trino.model.ModelGraph;
import dev.sluice.trino.model.ModelRun;
import dev.sluice.trino.model.ModelRunner;
import dev.sluice.trino.query.TrinoEndpoint;
import dev.sluice.trino.query.TrinoQuery;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Silver and gold models, run by Trino at one pinned LSN. */
final class ModelsStep {
    /** A daily table, the facts and the dimension that it reads, and the cleaned tables below them. */
    private static final String GOAL = "gold.daily_user";

    private final DemoContext demo;

    ModelsStep(DemoContext demo) {
        this.demo = demo;
    }

    void run() {
        Narrator narrator = demo.narrator();
        narrator.step(
                "Models: silver and gold",
                "Plain SQL files in demo/shop/models/, ordered by what they read; every input is pinned to one LSN, every output stamped.");
        String catalog = demo.spec().models().trinoCatalog();
        List<Model> models =
                ModelFolder.load(Path.of(demo.spec().models().directory().orElseThrow()), catalog);
        long start = System.nanoTime();
        ModelGraph graph;
        ModelRun run;
        try (TrinoQuery trino = TrinoQuery.open(TrinoEndpoint.of(demo.spec().models(), Optional.empty()))) {
            ModelRunner runner =
                    new ModelRunner(demo.lake(), trino, catalog, demo.spec().pipeline());
            graph = runner.plan(models).upTo(List.of(GOAL));
            run = runner.run(graph, Optional.empty(), result -> {});
        }
        List<List<String>> table = new ArrayList<>(List.of(List.of("model", "rows", "tests", "LSN")));
        run.results()
                .forEach(result -> table.add(List.of(
                        result.model().toString(),
                        String.format("%,d", result.rows()),
                        Integer.toString((int) result.tests()),
                        run.position().toString())));
        narrator.table(table);
        narrator.check(
                run.results().size() == graph.ordered().size(),
                "%s and all that it reads published together at LSN %s; `./sluice models run` runs all %d",
                GOAL,
                run.position(),
                models.size());
        narrator.measured("models", "%d models in %.1f s", graph.ordered().size(), (System.nanoTime() - start) / 1e9);
    }
}
