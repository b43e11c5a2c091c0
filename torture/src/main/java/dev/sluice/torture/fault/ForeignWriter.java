package dev.sluice.torture.fault;

import dev.sluice.lake.io.SmallFileIO;
import dev.sluice.spec.PipelineSpec.CatalogSpec;
import dev.sluice.torture.check.LakeChecker;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.apache.iceberg.DeleteFiles;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.rest.RESTCatalog;

/** Somebody who holds the writer's token, and writes to a table of the pipeline past the catalog's guard. */
final class ForeignWriter {
    private final CatalogSpec catalog;

    ForeignWriter(CatalogSpec catalog) {
        this.catalog = catalog;
    }

    /** All rows of the table go. */
    void deleteAll(TableIdentifier id) throws IOException {
        try (RESTCatalog rest = new RESTCatalog()) {
            rest.initialize("foreigner", properties());
            DeleteFiles delete = rest.loadTable(id).newDelete().deleteFromRowFilter(Expressions.alwaysTrue());
            delete.set(LakeChecker.FOREIGN, "true");
            delete.commit();
        }
    }

    private Map<String, String> properties() {
        Map<String, String> properties = new HashMap<>();
        properties.put("uri", catalog.uri());
        properties.put("warehouse", catalog.warehouse());
        properties.put("io-impl", SmallFileIO.class.getName());
        properties.put("rest.auth.type", "oauth2");
        properties.put("token", catalog.token().reveal());
        properties.put("token-refresh-enabled", "false");
        properties.put("rest-metrics-reporting-enabled", "false");
        properties.put("header.Sluice-Repair", "sluice torture");
        catalog.s3().ifPresent(s3 -> {
            properties.put("s3.endpoint", s3.endpoint());
            properties.put("s3.path-style-access", "true");
            properties.put("client.region", s3.region());
            properties.put("s3.access-key-id", s3.accessKeyId());
            properties.put("s3.secret-access-key", s3.secretAccessKey().reveal());
        });
        return properties;
    }
}
