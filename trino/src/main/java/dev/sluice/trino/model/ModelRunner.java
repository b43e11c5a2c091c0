package dev.sluice.trino.model;

import dev.sluice.lake.LakeCatalog;
import dev.sluice.lake.LakeErrors;
import dev.sluice.lake.Position;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import dev.sluice.spec.sql.TrinoSql;
import dev.sluice.trino.asof.AsOfPoint;
import dev.sluice.trino.asof.AsOfRewriter;
import dev.sluice.trino.asof.LakeSnapshotLookup;
import dev.sluice.trino.asof.SnapshotLookup.LakeTable;
import dev.sluice.trino.model.ModelPublisher.Ready;
import dev.sluice.trino.model.ModelRun.Outcome;
import dev.sluice.trino.model.Replacement.Loads;
import dev.sluice.trino.query.TrinoQuery;
import dev.sluice.trino.sql.SqlSplice;
import dev.sluice.trino.sql.TableReference;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotSummary;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;

/**
 * Runs models: reads every bronze table at one LSN, writes each output to a staging table, tests it, and publishes all
 * outputs in one catalog transaction whose snapshots carry that LSN. Until then readers see the outputs of the run
 * before. A model whose text and inputs are those of its published snapshot is left as it is.
 */
public final class ModelRunner {
    private final LakeCatalog catalog;
    private final StagedOutput.Engine engine;
    private final String pipeline;

    /**
     * @param catalog opened with the role writer
     * @param trinoCatalog Trino's name of the lake
     */
    public ModelRunner(LakeCatalog catalog, TrinoQuery trino, String trinoCatalog, String pipeline) {
        this.catalog = catalog;
        this.engine = new StagedOutput.Engine(catalog, trino, trinoCatalog);
        this.pipeline = pipeline;
    }

    /** Orders models against the tables that the pipeline has in the lake; needs the catalog, not Trino. */
    public ModelGraph plan(List<Model> models) {
        Set<LakeTable> bronze = new LinkedHashSet<>();
        String schema = catalog.bronzeNamespace().toString();
        new LakeSnapshotLookup(catalog, pipeline)
                .tables(schema)
                .forEach(table -> bronze.add(new LakeTable(schema, table)));
        return ModelGraph.of(models, bronze);
    }

    /**
     * Runs all models of a graph.
     *
     * @param position what to read bronze as of; empty: the pipeline's progress
     * @param progress told of each model as soon as it is staged and tested, before anything is published
     * @throws SluiceException E1002 when a test fails or a table was not made by models, E1003 when Trino refuses a query,
     *     E1004 when the position cannot be read, E1006 when a table is another pipeline's, E0501 on a conflict, E0504 when an output is at a later LSN already.
     *     Nothing is published then.
     */
    public ModelRun run(ModelGraph graph, Optional<AsOfPoint> position, Consumer<ModelRun.Result> progress) {
        Pins pins = Pins.at(position, graph.inputs(), new LakeSnapshotLookup(catalog, pipeline));
        try (Staging staging = Staging.begin(engine)) {
            Run run = new Run(pins, staging);
            for (Model model : graph.ordered()) {
                progress.accept(run.make(model));
            }
            List<ModelRun.Result> results = run.publish();
            record(pins.position());
            return new ModelRun(pins.position(), pins.sourceCommitTime(), results);
        }
    }

    /** So that a run which found nothing to do can be told from one that never was. */
    private void record(Position position) {
        for (String layer : ModelFolder.LAYERS) {
            LakeErrors.calling(
                    "recording the run",
                    () -> catalog.rest()
                            .setProperties(
                                    Namespace.of(layer),
                                    Collections.singletonMap(
                                            ModelProperties.RUN_LSN_PREFIX + pipeline, position.toString())));
        }
    }

    private Loads loads(Pins pins) {
        Map<String, String> uuids = new HashMap<>();
        pins.inputs()
                .keySet()
                .forEach(table -> catalog.find(ModelPublisher.identifier(table))
                        .ifPresent(found ->
                                uuids.put(table.toString(), found.uuid().toString())));
        return new Loads(uuids);
    }

    private final class Run {
        private final Pins pins;
        private final Staging staging;
        private final Loads loads;
        private final Replacement replacement;
        private final Map<LakeTable, String> fingerprints = new HashMap<>();
        /** How each model's output is read by the ones after it: the text for FROM, and its snapshot when published. */
        private final Map<LakeTable, Source> sources = new HashMap<>();

        private final List<Ready> ready = new ArrayList<>();
        private final List<ModelRun.Result> results = new ArrayList<>();

        private record Source(String name, Optional<Long> snapshot) {
            String period() {
                return snapshot.map(AsOfRewriter::versionClause).orElse("");
            }

            String from() {
                return (name + " " + period()).strip();
            }
        }

        Run(Pins pins, Staging staging) {
            this.pins = pins;
            this.staging = staging;
            this.loads = loads(pins);
            this.replacement = new Replacement(pipeline, pins.position(), loads);
            pins.inputs().forEach((table, snapshot) -> {
                fingerprints.put(
                        table, snapshot.position().map(Position::toString).orElse("" + snapshot.snapshotId()));
                sources.put(table, new Source(lakeName(table), Optional.of(snapshot.snapshotId())));
            });
        }

        ModelRun.Result make(Model model) {
            long start = System.nanoTime();
            Map<String, String> contents = new HashMap<>();
            model.reads().forEach(table -> contents.put(table.toString(), fingerprints.get(table)));
            String fingerprint = Fingerprint.of(model.text(), contents);
            fingerprints.put(model.output(), fingerprint);
            Optional<Table> target = catalog.find(ModelPublisher.identifier(model.output()));
            target.ifPresent(table -> replacement.expectOwned(model, table));
            Optional<Snapshot> published = target.filter(
                            table -> Fingerprint.current(table).equals(Optional.of(fingerprint)))
                    .map(Table::currentSnapshot);
            ModelRun.Result result = published
                    .map(snapshot -> keep(model, snapshot))
                    .orElseGet(() -> stage(model, fingerprint, target, start));
            results.add(result);
            return result;
        }

        private ModelRun.Result keep(Model model, Snapshot snapshot) {
            sources.put(model.output(), new Source(lakeName(model.output()), Optional.of(snapshot.snapshotId())));
            long rows = Long.parseLong(snapshot.summary().getOrDefault(SnapshotSummary.TOTAL_RECORDS_PROP, "0"));
            return new ModelRun.Result(model.name(), Outcome.UNCHANGED, snapshot.snapshotId(), rows, 0, 0);
        }

        private ModelRun.Result stage(Model model, String fingerprint, Optional<Table> target, long start) {
            target.ifPresent(table -> replacement.expectNotAhead(model, table));
            StagedOutput output = staging.write(model, pinned(model), target);
            sources.put(model.output(), new Source(output.from(), Optional.empty()));
            test(model, output);
            Map<LakeTable, Long> inputs = new LinkedHashMap<>();
            model.reads().forEach(table -> source(table).snapshot().ifPresent(id -> inputs.put(table, id)));
            ready.add(new Ready(model, output, fingerprint, target.flatMap(ModelPublisher::head), inputs));
            return new ModelRun.Result(
                    model.name(),
                    Outcome.WRITTEN,
                    0,
                    output.rows(),
                    model.frontMatter().tests().size(),
                    (System.nanoTime() - start) / 1_000_000);
        }

        List<ModelRun.Result> publish() {
            if (ready.isEmpty()) {
                return List.copyOf(results);
            }
            Map<LakeTable, Long> snapshots = new ModelPublisher(catalog, pipeline, loads).publish(ready, pins);
            Map<String, Long> byName = new HashMap<>();
            snapshots.forEach((table, snapshot) -> byName.put(table.toString(), snapshot));
            return results.stream()
                    .map(result -> result.outcome() == Outcome.UNCHANGED
                            ? result
                            : new ModelRun.Result(
                                    result.model(),
                                    result.outcome(),
                                    Objects.requireNonNull(byName.get(result.model())),
                                    result.rows(),
                                    result.tests(),
                                    result.millis()))
                    .toList();
        }

        /** What stands for a table that a model reads: the run has found out about all of them by then. */
        private Source source(LakeTable table) {
            return Objects.requireNonNull(sources.get(table), table.toString());
        }

        /** The query with every table replaced by what stands for it in this run. */
        private String pinned(Model model) {
            SqlSplice splice = new SqlSplice(model.sql().text());
            for (TableReference reference : model.references()) {
                Source source = source(Model.tableOf(reference));
                splice.read(reference, source.name(), source.period(), true);
            }
            return splice.apply();
        }

        private void test(Model model, StagedOutput output) {
            List<ModelTest> tests = model.frontMatter().tests();
            if (tests.isEmpty()) {
                return;
            }
            // One statement for all: the way to Trino and back costs more than most of the counts. The last count makes
            // an aggregate of it when all the others are subqueries.
            List<Long> violations = engine.trino()
                    .numbers(tests.stream()
                            .map(test -> test.violations(
                                    output.from(), table -> source(table).from()))
                            .collect(Collectors.joining(",\n", "SELECT ", ",\ncount(*) FROM " + output.from())));
            List<String> failures = new ArrayList<>();
            for (int i = 0; i < tests.size(); i++) {
                long count = violations.get(i);
                if (count > 0) {
                    failures.add(tests.get(i).text() + " has " + count + (count == 1 ? " violation" : " violations"));
                }
            }
            if (!failures.isEmpty()) {
                throw new SluiceException(
                        ErrorCode.E1002,
                        model.name() + " as of LSN " + pins.position() + ": " + String.join("; ", failures)
                                + "; nothing was published",
                        "repair the model, the test or the source; " + model.file());
            }
        }

        private String lakeName(LakeTable table) {
            return TrinoSql.qualified(engine.trinoCatalog(), table.schema(), table.table());
        }
    }
}
