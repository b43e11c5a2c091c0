package dev.sluice.cli.pipeline;

import dev.sluice.lake.Following;
import dev.sluice.lake.LakeCatalog;
import dev.sluice.lake.Stamp;
import dev.sluice.lake.TableStamps;
import dev.sluice.spec.PipelineSpec;
import dev.sluice.spec.PipelineSpec.TableSpec;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.NearestName;
import dev.sluice.spec.errors.SluiceException;
import java.util.List;

/** Takes from tables the mark that they are followed: the next start of their pipeline loads them anew. */
final class TableResync {
    private TableResync() {}

    /** Needs the job to have ended. A name may be that of the lake table, or {@code schema.table} of the source. */
    static void detach(PipelineSpec spec, List<String> tables) {
        List<TableSpec> found = find(spec, tables);
        try (LakeCatalog catalog = LakeCatalog.open(spec.catalog())) {
            for (TableSpec table : found) {
                // One that was never made is loaded anyway.
                catalog.find(catalog.bronze(table.name()))
                        .ifPresent(lake -> Following.detach(
                                lake,
                                TableStamps.current(lake)
                                        .map(Stamp::position)
                                        .map(Object::toString)
                                        .orElse("0/0")));
            }
        }
    }

    static List<TableSpec> find(PipelineSpec spec, List<String> tables) {
        return tables.stream().map(name -> find(spec, name)).toList();
    }

    private static TableSpec find(PipelineSpec spec, String name) {
        List<TableSpec> all = spec.source().tables();
        return all.stream()
                .filter(table -> table.name().equals(name)
                        || table.lakeName().equals(name)
                        || table.qualifiedName().equals(name))
                .findFirst()
                .orElseThrow(() -> {
                    List<String> known = all.stream().map(TableSpec::name).toList();
                    return new SluiceException(
                            ErrorCode.E0206,
                            "pipeline " + spec.pipeline() + " has no table " + name,
                            NearestName.of(name, known)
                                    .map(near -> "did you mean " + near + "?")
                                    .orElse("it has: " + String.join(", ", known)));
                });
    }
}
