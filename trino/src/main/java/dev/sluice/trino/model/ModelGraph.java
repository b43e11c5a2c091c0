package dev.sluice.trino.model;

import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.NearestName;
import dev.sluice.spec.errors.SluiceException;
import dev.sluice.trino.asof.SnapshotLookup.LakeTable;
import dev.sluice.trino.sql.TableReference;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The models in an order in which each comes after all that it reads.
 *
 * @param ordered by dependency, and by name where there is none
 * @param inputs the bronze tables that they read
 */
public record ModelGraph(List<Model> ordered, Set<LakeTable> inputs) {

    /**
     * Orders the models.
     *
     * @param bronze the tables that the pipeline replicates
     * @throws SluiceException E1001 when a model reads neither one of these nor a model, E1005 when models depend on each
     *     other in a circle
     */
    public static ModelGraph of(List<Model> models, Set<LakeTable> bronze) {
        Map<LakeTable, Model> byOutput = new LinkedHashMap<>();
        models.forEach(model -> byOutput.put(model.output(), model));
        Set<LakeTable> inputs = new LinkedHashSet<>();
        for (Model model : models) {
            for (LakeTable table : model.reads()) {
                if (bronze.contains(table)) {
                    inputs.add(table);
                } else if (!byOutput.containsKey(table)) {
                    throw unknownTable(model, table, bronze, byOutput.keySet());
                }
            }
        }
        Walk walk = new Walk(byOutput);
        models.forEach(model -> walk.visit(model, new ArrayList<>()));
        return new ModelGraph(List.copyOf(walk.ordered), Set.copyOf(inputs));
    }

    /**
     * Only these models and what they read, directly or through others.
     *
     * @param names as in {@code gold.daily_user}; empty: all models
     * @throws SluiceException E1001 when there is no such model
     */
    public ModelGraph upTo(Collection<String> names) {
        if (names.isEmpty()) {
            return this;
        }
        Map<String, Model> byName = new LinkedHashMap<>();
        ordered.forEach(model -> byName.put(model.name(), model));
        Set<String> wanted = new LinkedHashSet<>();
        for (String name : names) {
            if (!byName.containsKey(name)) {
                throw new SluiceException(
                        ErrorCode.E1001,
                        "there is no model " + name,
                        NearestName.of(name, byName.keySet())
                                .map(near -> "did you mean " + near + "?")
                                .orElse("the models are " + String.join(", ", byName.keySet())));
            }
            wanted.add(name);
        }
        // What a model reads stands before it.
        for (Model model : ordered.reversed()) {
            if (wanted.contains(model.name())) {
                model.reads().forEach(table -> wanted.add(table.toString()));
            }
        }
        return new ModelGraph(
                ordered.stream().filter(model -> wanted.contains(model.name())).toList(),
                inputs.stream()
                        .filter(table -> wanted.contains(table.toString()))
                        .collect(Collectors.toUnmodifiableSet()));
    }

    /** Depth first: a model is put down when all that it reads is. */
    private static final class Walk {
        private final Map<LakeTable, Model> byOutput;
        private final List<Model> ordered = new ArrayList<>();
        private final Set<LakeTable> done = new LinkedHashSet<>();

        Walk(Map<LakeTable, Model> byOutput) {
            this.byOutput = byOutput;
        }

        void visit(Model model, List<LakeTable> path) {
            int before = path.indexOf(model.output());
            if (before >= 0) {
                throw circle(path.subList(before, path.size()));
            }
            if (!done.contains(model.output())) {
                path.add(model.output());
                model.reads().stream()
                        .sorted((a, b) -> a.toString().compareTo(b.toString()))
                        .map(byOutput::get)
                        .filter(Objects::nonNull)
                        .forEach(read -> visit(read, path));
                path.removeLast();
                done.add(model.output());
                ordered.add(model);
            }
        }
    }

    private static SluiceException circle(List<LakeTable> tables) {
        StringBuilder text = new StringBuilder();
        tables.forEach(table -> text.append(table).append(" reads "));
        return new SluiceException(
                ErrorCode.E1005, text.append(tables.getFirst()).toString(), "let one of them read bronze instead");
    }

    private static SluiceException unknownTable(
            Model model, LakeTable table, Set<LakeTable> bronze, Set<LakeTable> outputs) {
        Set<String> known = new TreeSet<>();
        bronze.forEach(name -> known.add(name.toString()));
        outputs.forEach(name -> known.add(name.toString()));
        String where = model.references().stream()
                .filter(reference -> Model.tableOf(reference).equals(table))
                .findFirst()
                .map(TableReference::line)
                .map(line -> ", line " + line)
                .orElse("");
        return new SluiceException(
                ErrorCode.E1001,
                model.file() + where + ": " + table + " is neither a table of the pipeline nor a model",
                NearestName.of(table.toString(), known)
                        .map(near -> "did you mean " + near + "?")
                        .orElse("models may read " + String.join(", ", known)));
    }
}
