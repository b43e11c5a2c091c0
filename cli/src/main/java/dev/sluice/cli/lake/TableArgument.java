package dev.sluice.cli.lake;

import dev.sluice.lake.LakeCatalog;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.NearestName;
import dev.sluice.spec.errors.SluiceException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;

/** A table as users name it: {@code orders} is the replicated one, {@code gold.daily_user} any other. */
final class TableArgument {
    private TableArgument() {}

    /** The table; E0703 with the nearest name when there is none. */
    static Table load(LakeCatalog catalog, String name) {
        TableIdentifier bronze = catalog.bronze(name);
        TableIdentifier identifier = name.contains(".") ? TableIdentifier.parse(name) : bronze;
        // A source's table may itself have a point in its name.
        return catalog.find(identifier).or(() -> catalog.find(bronze)).orElseThrow(() -> {
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
        return identifiers(catalog).stream().map(TableIdentifier::toString).toList();
    }

    /** The same as the catalog names them: a name that holds a point or a quote is not taken apart. */
    static List<TableIdentifier> identifiers(LakeCatalog catalog) {
        List<TableIdentifier> identifiers = new ArrayList<>();
        for (Namespace namespace : catalog.rest().listNamespaces()) {
            identifiers.addAll(catalog.rest().listTables(namespace));
        }
        identifiers.sort(Comparator.comparing(TableIdentifier::toString));
        return identifiers;
    }
}
