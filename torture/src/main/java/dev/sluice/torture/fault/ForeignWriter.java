package dev.sluice.torture.fault;

import dev.sluice.lake.LakeCatalog;
import dev.sluice.spec.PipelineSpec.CatalogSpec;
import dev.sluice.torture.check.LakeChecker;
import org.apache.iceberg.DeleteFiles;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.expressions.Expressions;

/** Somebody who holds the writer's token, and writes to a table of the pipeline past the catalog's guard. */
final class ForeignWriter {
    private final CatalogSpec catalog;

    ForeignWriter(CatalogSpec catalog) {
        this.catalog = catalog;
    }

    /** All rows of the table go. */
    void deleteAll(TableIdentifier id) {
        try (LakeCatalog lake = LakeCatalog.openForRepair(catalog, "sluice torture")) {
            DeleteFiles delete = lake.load(id).newDelete().deleteFromRowFilter(Expressions.alwaysTrue());
            delete.set(LakeChecker.FOREIGN, "true");
            delete.commit();
        }
    }
}
