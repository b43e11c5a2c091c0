package dev.sluice.cli.lake;

import dev.sluice.lake.LakeCatalog;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.NearestName;
import dev.sluice.spec.errors.SluiceException;
import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;

/** A table as users name it: {@code orders} is the replicated one, {@code gold.daily_user} any other. */
final class TableArgument {
    private TableArgument() {}

    /** The table; E0703 with the nearest name when there is none. */
    static Table load(LakeCatalog catalog, String name) {
        TableIdentifier identifier = name.contains(".") ? TableIdentifier.parse(name) : catalog.bronze(name);
        return catalog.find(identifier).orElseThrow(() -> {
            List<String> known = names(catalog);
            return new SluiceException(
                    ErrorCode.E0703,
                    "there is no table " + identifier,
                    NearestName.of(identifier.toString(), known)
                            .map(near -> "did you mean " + near + "?")
                            .orElse("there are: " + String.join(", ", known)));
        });
    }

    /** All tables of the lake, {@code namespace.table}, sorted. */
    static List<String> names(LakeCatalog catalog) {
        List<String> names = new ArrayList<>();
        for (Namespace namespace : catalog.rest().listNamespaces()) {
            catalog.rest().listTables(namespace).forEach(table -> names.add(table.toString()));
        }
        names.sort(null);
        return names;
    }
}
