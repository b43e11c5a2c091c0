package dev.sluice.ingest.source;

import dev.sluice.ingest.table.SourceTable;
import dev.sluice.spec.PipelineSpec.TableSpec;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What the source says of the tables of a pipeline, one by one. Not thread-safe. */
public final class SourceSurvey {
    /** What the application did to a table, as opposed to what the server or the role lacks. */
    private static final Set<ErrorCode> OF_THE_TABLE = Set.of(ErrorCode.E0206, ErrorCode.E0210, ErrorCode.E0406);

    /** A table that cannot be followed as it is. */
    public static final class Unfit {
        private final TableSpec table;
        private final SourceProblems problems;

        private Unfit(TableSpec table, SourceProblems problems) {
            this.table = table;
            this.problems = problems;
        }

        public TableSpec table() {
            return table;
        }

        /** Whether the table itself is gone, or has become what cannot be followed; not when a privilege is missing. */
        public boolean hasChanged() {
            return problems.areOnly(OF_THE_TABLE);
        }

        /** All that is wrong with it. */
        public SluiceException problem() {
            return problems.together();
        }
    }

    private final SourceProblems server;
    private final List<SourceTable> tables = new ArrayList<>();
    private final List<TableSpec> specs = new ArrayList<>();
    private final List<Unfit> unfit = new ArrayList<>();

    /** @param server what is wrong with the server and the role */
    public SourceSurvey(SourceProblems server) {
        this.server = server;
    }

    /** @param found empty where there are problems */
    public void add(TableSpec spec, Optional<SourceTable> found, SourceProblems problems) {
        if (!problems.isEmpty()) {
            unfit.add(new Unfit(spec, problems));
            return;
        }
        found.ifPresent(table -> {
            tables.add(table);
            specs.add(spec);
        });
    }

    /** The tables that can be followed, in the order of the pipeline. */
    public List<SourceTable> tables() {
        return List.copyOf(tables);
    }

    /** What the pipeline says of {@link #tables}, in the same order. */
    public List<TableSpec> specs() {
        return List.copyOf(specs);
    }

    public List<Unfit> unfit() {
        return List.copyOf(unfit);
    }

    /**
     * Refuses what is wrong with the server and the role, and with these tables.
     *
     * @throws SluiceException with all of it; nothing was written
     */
    public void refuse(Collection<Unfit> those) {
        SourceProblems all = new SourceProblems();
        all.addAll(server);
        those.forEach(table -> all.addAll(table.problems));
        all.throwIfAny();
    }
}
