package dev.sluice.ingest.sink.poison;

import dev.sluice.ingest.table.SourceTable;
import dev.sluice.spec.PipelineSpec.ColumnSpec;
import dev.sluice.spec.PipelineSpec.TableSpec;
import dev.sluice.spec.PoisonPolicy;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.NearestName;
import dev.sluice.spec.errors.SluiceException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * The policies of all columns of a pipeline, in the order of its tables. Key columns are always {@link PoisonPolicy#STOP}:
 * a row without its key can neither be found again nor be deleted.
 */
public record PoisonPolicies(List<List<PoisonPolicy>> tables) implements Serializable {
    public PoisonPolicies {
        tables = tables.stream().map(List::copyOf).toList();
    }

    /** {@link PoisonPolicy#STOP} for everything. */
    public static PoisonPolicies stop(List<SourceTable> sources) {
        return new PoisonPolicies(sources.stream()
                .map(source -> Collections.nCopies(source.columns().size(), PoisonPolicy.STOP))
                .toList());
    }

    /**
     * As the pipeline says.
     *
     * @param specs in the order of {@code sources}
     * @throws SluiceException E0402 when a policy names a column that is not there, or a key column
     */
    public static PoisonPolicies of(List<TableSpec> specs, List<SourceTable> sources) {
        List<List<PoisonPolicy>> all = new ArrayList<>();
        for (int i = 0; i < sources.size(); i++) {
            all.add(ofTable(specs.get(i), sources.get(i)));
        }
        return new PoisonPolicies(all);
    }

    private static List<PoisonPolicy> ofTable(TableSpec spec, SourceTable source) {
        problem(spec, source).ifPresent(problem -> {
            throw problem.error();
        });
        List<PoisonPolicy> policies =
                new ArrayList<>(Collections.nCopies(source.columns().size(), spec.poison()));
        source.keyColumns().forEach(key -> policies.set(key, PoisonPolicy.STOP));
        List<String> names = names(source);
        spec.columns().forEach(own -> policies.set(names.indexOf(own.name()), own.poison()));
        return List.copyOf(policies);
    }

    /**
     * A policy that does not fit the table as it is now.
     *
     * @param inKey whether the column is there and part of the key; otherwise it is not there
     */
    public record Misfit(String column, boolean inKey, SluiceException error) {}

    /** The first policy of a table that names a column that is not there, or a key column. */
    public static Optional<Misfit> problem(TableSpec spec, SourceTable source) {
        List<String> names = names(source);
        for (ColumnSpec own : spec.columns()) {
            int column = names.indexOf(own.name());
            if (column < 0) {
                SluiceException error = new SluiceException(
                        ErrorCode.E0402,
                        "source.tables: table " + spec.qualifiedName() + " has no column named " + own.name()
                                + " for a policy",
                        NearestName.of(own.name(), names)
                                .map(near -> "did you mean " + near + "?")
                                .orElse("its columns are " + String.join(", ", names)));
                return Optional.of(new Misfit(own.name(), false, error));
            }
            if (source.keyColumns().contains(column) && own.poison() != PoisonPolicy.STOP) {
                SluiceException error = new SluiceException(
                        ErrorCode.E0402,
                        "source.tables: column " + own.name() + " is part of the key of table " + spec.qualifiedName()
                                + ", whose policy is always stop",
                        "remove the column from columns");
                return Optional.of(new Misfit(own.name(), true, error));
            }
        }
        return Optional.empty();
    }

    private static List<String> names(SourceTable source) {
        return source.columns().stream().map(SourceTable.SourceColumn::name).toList();
    }

    /** Of one table, in the order of its columns. */
    public List<PoisonPolicy> of(int table) {
        return tables.get(table);
    }
}
