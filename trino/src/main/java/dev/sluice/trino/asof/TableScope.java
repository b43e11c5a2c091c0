package dev.sluice.trino.asof;

import dev.sluice.trino.asof.SnapshotLookup.LakeTable;
import dev.sluice.trino.sql.TableReference;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How names without a catalog or schema resolve, and which catalogs are the lake.
 *
 * @param catalog the session's catalog
 * @param schema the session's schema; empty when it has none
 * @param lakeCatalogs Trino's names of the lake, in lower case: {@code lake}, {@code lake_ro}
 */
public record TableScope(String catalog, Optional<String> schema, Set<String> lakeCatalogs) {
    /** Schemas that Trino makes up in every catalog. */
    private static final Set<String> MADE_UP = Set.of("information_schema", "system");

    /** The two catalogs that Sluice ships, with {@code catalog} as the session's. */
    public static TableScope ofCatalog(String catalog, Optional<String> schema) {
        return new TableScope(
                catalog, schema, Stream.of("lake", "lake_ro", catalog).collect(Collectors.toUnmodifiableSet()));
    }

    /** The table of the lake that a reference names; empty for other catalogs, metadata tables and unresolvable names. */
    public Optional<LakeTable> lakeTable(TableReference reference) {
        List<String> parts = reference.parts();
        String inCatalog = parts.size() == 3 ? parts.getFirst() : catalog;
        Optional<String> inSchema = parts.size() >= 2 ? Optional.of(parts.get(parts.size() - 2)) : schema;
        if (!lakeCatalogs.contains(inCatalog) || reference.table().contains("$")) {
            return Optional.empty();
        }
        return inSchema.filter(name -> !MADE_UP.contains(name)).map(name -> new LakeTable(name, reference.table()));
    }
}
