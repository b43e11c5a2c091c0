package dev.sluice.ingest.sink;

import dev.sluice.ingest.sink.poison.PoisonPolicies;
import dev.sluice.ingest.sink.poison.SpecialColumns;
import dev.sluice.ingest.table.SourceTable;
import dev.sluice.lake.Following;
import dev.sluice.lake.LakeCatalog;
import dev.sluice.lake.LakeErrors;
import dev.sluice.lake.StampProperties;
import dev.sluice.lake.TableStamps;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.Remedy;
import dev.sluice.spec.errors.SluiceException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.UpdateSchema;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.types.Types.NestedField;

/** Makes the lake tables of a pipeline, and refuses those that are there but are not its own. */
public final class LakeTables {
    private static final String METADATA_VERSIONS_KEPT = "20";

    private LakeTables() {}

    /** The same for tables whose unfit values stop them. */
    public static void create(LakeCatalog catalog, String pipeline, List<SourceTable> tables) {
        create(catalog, pipeline, tables, PoisonPolicies.stop(tables));
    }

    /**
     * Creates the namespace and the tables that are missing, empty and without a stamp. A table that is to be loaded anew
     * gets the columns of its source; one that is followed and has others is stopped (E0404), and only that one.
     *
     * @param policies say which tables need companion columns
     * @throws SluiceException E0505 when a table belongs to another pipeline or to nobody
     */
    public static void create(LakeCatalog catalog, String pipeline, List<SourceTable> tables, PoisonPolicies policies) {
        createNamespace(catalog);
        for (int i = 0; i < tables.size(); i++) {
            SourceTable source = tables.get(i);
            TableIdentifier identifier = catalog.bronze(source.name());
            Schema wanted = LakeSchemas.of(SpecialColumns.wanted(source, policies.of(i)));
            Table table = catalog.find(identifier).orElseGet(() -> createTable(catalog, pipeline, source, wanted));
            checkOwner(table, identifier, pipeline, source);
            fitColumns(table, identifier, wanted, source);
            addCompanions(table, wanted, source);
        }
    }

    /** A table that was made under another policy gets the companions that it lacks; they are NULL in its old rows. */
    private static void addCompanions(Table table, Schema wanted, SourceTable source) {
        List<NestedField> lacking = wanted.columns().stream()
                .filter(field -> SpecialColumns.isCompanion(source, field.name())
                        && table.schema().findField(field.name()) == null)
                .toList();
        if (!lacking.isEmpty()) {
            LakeErrors.calling("adding columns to table " + table.name(), () -> {
                UpdateSchema update = table.updateSchema();
                lacking.forEach(field -> update.addColumn(null, field.name(), field.type()));
                update.commit();
                return true;
            });
        }
    }

    private static void createNamespace(LakeCatalog catalog) {
        LakeErrors.calling("creating namespace " + catalog.bronzeNamespace(), () -> {
            if (!catalog.rest().namespaceExists(catalog.bronzeNamespace())) {
                try {
                    catalog.rest().createNamespace(catalog.bronzeNamespace());
                } catch (AlreadyExistsException e) {
                    return false;
                }
            }
            return true;
        });
    }

    private static Table createTable(LakeCatalog catalog, String pipeline, SourceTable source, Schema schema) {
        TableIdentifier identifier = catalog.bronze(source.name());
        return LakeErrors.calling("creating table " + identifier, () -> {
            try {
                return catalog.rest()
                        .createTable(identifier, schema, PartitionSpec.unpartitioned(), properties(pipeline, source));
            } catch (AlreadyExistsException e) {
                return catalog.rest().loadTable(identifier);
            }
        });
    }

    private static Map<String, String> properties(String pipeline, SourceTable source) {
        Map<String, String> properties = new HashMap<>();
        properties.put(TableProperties.FORMAT_VERSION, "2");
        properties.put(TableProperties.PARQUET_COMPRESSION, "zstd");
        properties.put(TableProperties.PARQUET_COMPRESSION_LEVEL, "1");
        // Values that do not repeat within so much hardly ever do later. Looking each of them up in a dictionary of the
        // usual 2 MB took a fifth of the TaskManager's processor time in a warm load, for files no smaller.
        properties.put(TableProperties.PARQUET_DICT_SIZE_BYTES, "65536");
        properties.put(TableProperties.METADATA_DELETE_AFTER_COMMIT_ENABLED, "true");
        properties.put(TableProperties.METADATA_PREVIOUS_VERSIONS_MAX, METADATA_VERSIONS_KEPT);
        // A commit adds one manifest or two; ten commits later they become one, from memory, and every reader has fewer
        // files to ask for.
        properties.put(TableProperties.MANIFEST_MIN_MERGE_COUNT, "10");
        properties.put(StampProperties.PIPELINE, pipeline);
        properties.put(StampProperties.SOURCE_TABLE, source.schema() + "." + source.name());
        return properties;
    }

    private static void checkOwner(Table table, TableIdentifier identifier, String pipeline, SourceTable source) {
        String owner = table.properties().get(StampProperties.PIPELINE);
        if (!pipeline.equals(owner)) {
            throw new SluiceException(
                    ErrorCode.E0505,
                    "lake table " + identifier + " is already there and "
                            + (owner == null ? "was not made by Sluice" : "belongs to pipeline " + owner),
                    "choose another catalog.namespace, or drop that table");
        }
        String wanted = source.schema() + "." + source.name();
        String held = table.properties().get(StampProperties.SOURCE_TABLE);
        if (!wanted.equals(held)) {
            throw new SluiceException(
                    ErrorCode.E0505,
                    "lake table " + identifier + " holds " + held + ", not " + wanted,
                    "two source tables of one name need two pipelines with different bronze namespaces");
        }
    }

    private static void fitColumns(Table table, TableIdentifier identifier, Schema wanted, SourceTable source) {
        String difference = difference(table.schema(), LakeSchemas.of(source), source);
        if (difference.isEmpty()) {
            return;
        }
        boolean holdsFollowedRows =
                Following.of(table).isFollowed() && TableStamps.current(table).isPresent();
        if (!holdsFollowedRows) {
            LakeErrors.calling("giving " + identifier + " the columns of its source", () -> {
                SchemaReplacement.commit(table, wanted);
                return true;
            });
            return;
        }
        Following.stop(
                table,
                ErrorCode.E0404,
                "the columns of lake table " + identifier + " are not those of its source " + source.schema() + "."
                        + source.name() + ": " + difference,
                Remedy.resync(source.name()));
    }

    /** Companions may be there or not: they are not the source's. */
    private static String difference(Schema heldSchema, Schema wanted, SourceTable source) {
        List<NestedField> held = heldSchema.columns().stream()
                .filter(field -> !SpecialColumns.isCompanion(source, field.name()))
                .toList();
        List<NestedField> due = wanted.columns();
        if (held.size() != due.size()) {
            return held.size() + " columns instead of " + due.size();
        }
        for (int i = 0; i < due.size(); i++) {
            NestedField have = held.get(i);
            NestedField want = due.get(i);
            boolean same = have.name().equals(want.name())
                    && have.isOptional() == want.isOptional()
                    && withoutIds(have).equals(withoutIds(want));
            if (!same) {
                return "column " + (i + 1) + " is " + have.name() + " " + have.type() + " instead of " + want.name()
                        + " " + want.type();
            }
        }
        return identifierNames(heldSchema).equals(identifierNames(wanted))
                ? ""
                : "its key is " + identifierNames(heldSchema) + " instead of " + identifierNames(wanted);
    }

    private static Set<String> identifierNames(Schema schema) {
        return new HashSet<>(schema.identifierFieldNames());
    }

    static String withoutIds(NestedField field) {
        return field.type().isListType()
                ? "list " + field.type().asListType().elementType()
                : field.type().toString();
    }
}
