package dev.sluice.trino.model;

import dev.sluice.lake.LakeCatalog;
import dev.sluice.lake.LakeErrors;
import dev.sluice.spec.errors.SluiceException;
import dev.sluice.spec.sql.TrinoSql;
import dev.sluice.trino.asof.SnapshotLookup.LakeTable;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.types.Types;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The staging tables of one run. Closing drops them from the catalog and leaves their files to whoever adopted them. */
final class Staging implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Staging.class);
    private static final Duration ABANDONED_AFTER = Duration.ofDays(1);

    private final StagedOutput.Engine engine;
    private final String run = UUID.randomUUID().toString().substring(0, 8);
    private final List<TableIdentifier> tables = new ArrayList<>();

    private Staging(StagedOutput.Engine engine) {
        this.engine = engine;
    }

    /** Begins a run: makes the namespaces that it needs, and drops what crashed runs have left. */
    static Staging begin(StagedOutput.Engine engine) {
        createNamespace(engine.catalog(), StagedOutput.NAMESPACE);
        ModelFolder.LAYERS.forEach(layer -> createNamespace(engine.catalog(), Namespace.of(layer)));
        // Statistics would be written beside the staging tables, where nobody looks for them after the publication.
        engine.trino()
                .execute("SET SESSION " + TrinoSql.identifier(engine.trinoCatalog())
                        + ".collect_extended_statistics_on_write = false");
        Staging staging = new Staging(engine);
        staging.dropAbandoned();
        return staging;
    }

    /** Writes the rows of a model. */
    StagedOutput write(Model model, String query, Optional<Table> target) {
        String name = model.output().schema() + "__" + model.output().table() + "__" + run;
        tables.add(TableIdentifier.of(StagedOutput.NAMESPACE, name));
        String home = target.map(Table::location).orElseGet(() -> locationToBe(model.output()));
        return StagedOutput.write(
                engine, name, home, run, query, target, model.frontMatter().columns());
    }

    /** Asks the catalog where it would put a table, without making it; it may say another place the next time. */
    private String locationToBe(LakeTable table) {
        Schema any = new Schema(Types.NestedField.optional(1, "c", Types.IntegerType.get()));
        return LakeErrors.calling(
                "asking for the location of " + table,
                () -> engine.catalog()
                        .rest()
                        .buildTable(TableIdentifier.of(table.schema(), table.table()), any)
                        .createTransaction()
                        .table()
                        .location());
    }

    @Override
    public void close() {
        tables.forEach(this::drop);
    }

    /** Without purge, always: the files are those of a published table by now, or orphans that upkeep will find. */
    private void drop(TableIdentifier table) {
        try {
            LakeErrors.calling(
                    "dropping " + table, () -> engine.catalog().rest().dropTable(table, false));
        } catch (SluiceException e) {
            LOG.warn("staging table {} stays behind, a later run drops it: {}", table, e.getMessage());
        }
    }

    private void dropAbandoned() {
        long before = Instant.now().minus(ABANDONED_AFTER).toEpochMilli();
        List<TableIdentifier> all = LakeErrors.calling(
                "listing staging tables", () -> engine.catalog().rest().listTables(StagedOutput.NAMESPACE));
        for (TableIdentifier table : all) {
            engine.catalog()
                    .find(table)
                    .filter(found -> ((BaseTable) found).operations().current().lastUpdatedMillis() < before)
                    .ifPresent(found -> drop(table));
        }
    }

    private static void createNamespace(LakeCatalog catalog, Namespace namespace) {
        LakeErrors.calling("creating namespace " + namespace, () -> {
            if (!catalog.rest().namespaceExists(namespace)) {
                try {
                    catalog.rest().createNamespace(namespace);
                } catch (AlreadyExistsException e) {
                    LOG.debug("namespace {} has just been created by another", namespace);
                }
            }
            return null;
        });
    }
}
