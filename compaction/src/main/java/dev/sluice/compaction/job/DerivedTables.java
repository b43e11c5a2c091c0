package dev.sluice.compaction.job;

import dev.sluice.lake.LakeCatalog;
import dev.sluice.lake.LakeErrors;
import dev.sluice.lake.StampProperties;
import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;

/** The tables of a pipeline beside those that it follows: outputs of its models, and its dead letters. */
public final class DerivedTables {
    private static final List<String> MODEL_LAYERS = List.of("silver", "gold");
    private static final String OWN_NAMESPACE = "_sluice";
    /** What else lies there, such as progress, keeps one snapshot only and moves with every commit. */
    private static final String DEAD_LETTERS_PREFIX = "dead_letters_";

    private DerivedTables() {}

    /** Those whose stamp names the pipeline, by name. */
    public static List<TableIdentifier> of(LakeCatalog lake, String pipeline) {
        List<TableIdentifier> tables = new ArrayList<>();
        for (String layer : MODEL_LAYERS) {
            tables.addAll(in(lake, Namespace.of(layer), "", pipeline));
        }
        tables.addAll(in(lake, Namespace.of(OWN_NAMESPACE), DEAD_LETTERS_PREFIX, pipeline));
        return tables;
    }

    private static List<TableIdentifier> in(LakeCatalog lake, Namespace namespace, String prefix, String pipeline) {
        if (namespace.equals(lake.bronzeNamespace())) {
            return List.of();
        }
        return LakeErrors.calling(
                "listing the tables of " + namespace,
                () -> lake.rest().namespaceExists(namespace)
                        ? lake.rest().listTables(namespace).stream()
                                .filter(table -> table.name().startsWith(prefix))
                                .filter(table -> lake.find(table)
                                        .filter(found -> pipeline.equals(
                                                found.properties().get(StampProperties.PIPELINE)))
                                        .isPresent())
                                .sorted(java.util.Comparator.comparing(TableIdentifier::toString))
                                .toList()
                        : List.of());
    }
}
