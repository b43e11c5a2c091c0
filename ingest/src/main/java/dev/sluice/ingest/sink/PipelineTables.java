package dev.sluice.ingest.sink;

import dev.sluice.ingest.sink.poison.PoisonPolicies;
import dev.sluice.ingest.source.SourceSurvey;
import dev.sluice.ingest.source.SourceSurvey.Unfit;
import dev.sluice.ingest.table.SourceTable;
import dev.sluice.lake.Following;
import dev.sluice.lake.LakeCatalog;
import dev.sluice.lake.StampProperties;
import dev.sluice.spec.PipelineSpec.TableSpec;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.Remedy;
import dev.sluice.spec.errors.SluiceException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.iceberg.Table;

/**
 * Which tables a start takes along. One that the lake has already, and that is gone from the source or cannot be
 * followed any more, is stopped alone; one that the lake does not have is a mistake in the file, and nothing is started.
 *
 * @param tables that are followed, in the order of the pipeline
 * @param specs what the pipeline says of them, in the same order
 * @param stops of the others
 */
public record PipelineTables(List<SourceTable> tables, List<TableSpec> specs, List<Stop> stops) {
    /** A table that stays where it is. */
    public record Stop(TableSpec table, ErrorCode code, String reason, String fix) {
        /** For people. */
        public String text() {
            return "table " + table.name() + " is stopped, the others go on: " + code + " " + code.title() + ": "
                    + reason + ". Fix: " + fix;
        }
    }

    public PipelineTables {
        tables = List.copyOf(tables);
        specs = List.copyOf(specs);
        stops = List.copyOf(stops);
    }

    /**
     * Decides; writes nothing.
     *
     * @throws SluiceException E02xx, E0402, E0406 when the source or the file is not fit, or none of the tables is
     */
    public static PipelineTables of(LakeCatalog catalog, String pipeline, SourceSurvey survey) {
        List<Unfit> refused = new ArrayList<>();
        List<Stop> stops = new ArrayList<>();
        for (Unfit unfit : survey.unfit()) {
            if (unfit.hasChanged() && find(catalog, pipeline, unfit.table()).isPresent()) {
                stops.add(stop(unfit));
            } else {
                refused.add(unfit);
            }
        }
        survey.refuse(survey.tables().isEmpty() ? survey.unfit() : refused);
        List<SourceTable> tables = new ArrayList<>();
        List<TableSpec> specs = new ArrayList<>();
        for (int i = 0; i < survey.tables().size(); i++) {
            SourceTable table = survey.tables().get(i);
            TableSpec spec = survey.specs().get(i);
            Optional<Stop> stop =
                    PoisonPolicies.problem(spec, table).map(misfit -> stop(catalog, pipeline, spec, misfit));
            stop.ifPresentOrElse(stops::add, () -> {
                tables.add(table);
                specs.add(spec);
            });
        }
        if (tables.isEmpty()) {
            Stop first = stops.get(0);
            throw new SluiceException(first.code, first.reason, first.fix);
        }
        return new PipelineTables(tables, specs, stops);
    }

    /** @throws SluiceException E0402 when the mistake is in the file, and nothing of the source has changed */
    private static Stop stop(LakeCatalog catalog, String pipeline, TableSpec spec, PoisonPolicies.Misfit misfit) {
        boolean fitted = find(catalog, pipeline, spec)
                .map(Table::schema)
                .map(was -> was.columns().stream()
                                .anyMatch(field -> field.name().equals(misfit.column()))
                        && !(misfit.inKey() && was.identifierFieldNames().contains(misfit.column())))
                .orElse(false);
        if (!fitted) {
            throw misfit.error();
        }
        return new Stop(
                spec,
                ErrorCode.E0404,
                "column " + misfit.column() + " of " + spec.qualifiedName()
                        + (misfit.inKey() ? " has become part of the key" : " was dropped or renamed")
                        + ", and source.tables has a policy for it",
                "take the column out of columns of this table in source.tables; then " + Remedy.resync(spec.name()));
    }

    /** Records the stops in the lake, where a stop that was there before stays. */
    public void recordStops(LakeCatalog catalog, String pipeline) {
        for (Stop stop : stops) {
            find(catalog, pipeline, stop.table)
                    .ifPresent(table -> Following.stop(table, stop.code, stop.reason, stop.fix));
        }
    }

    private static Optional<Table> find(LakeCatalog catalog, String pipeline, TableSpec table) {
        return catalog.find(catalog.bronze(table.name()))
                .filter(there -> pipeline.equals(there.properties().get(StampProperties.PIPELINE)))
                .filter(there -> table.qualifiedName().equals(there.properties().get(StampProperties.SOURCE_TABLE)));
    }

    private static Stop stop(Unfit unfit) {
        SluiceException problem = unfit.problem();
        String resync = Remedy.resync(unfit.table().name());
        if (problem.code() == ErrorCode.E0206) {
            return new Stop(
                    unfit.table(),
                    ErrorCode.E0222,
                    problem.reason() + " any more: it was dropped, renamed or replaced",
                    "take it out of source.tables; or bring it back, then " + resync);
        }
        return new Stop(unfit.table(), problem.code(), problem.reason(), problem.fix() + "; then " + resync);
    }
}
