package dev.sluice.trino.asof;

import dev.sluice.lake.AsOf;
import dev.sluice.lake.LakeCatalog;
import dev.sluice.lake.LakeErrors;
import dev.sluice.lake.Position;
import dev.sluice.lake.Progress;
import dev.sluice.lake.Stamp;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.NoSuchNamespaceException;
import org.apache.iceberg.util.SnapshotUtil;

/** Looks snapshots up in the catalog. Each table is loaded once; make a new lookup for each statement. */
public final class LakeSnapshotLookup implements SnapshotLookup {
    private final LakeCatalog catalog;
    private final String pipeline;
    private final Map<LakeTable, Optional<Table>> loaded = new HashMap<>();

    public LakeSnapshotLookup(LakeCatalog catalog, String pipeline) {
        this.catalog = catalog;
        this.pipeline = pipeline;
    }

    @Override
    public Optional<Position> progress() {
        return new Progress(catalog, pipeline).acknowledged();
    }

    @Override
    public Found atPosition(LakeTable table, Position position) {
        return find(table, found -> AsOf.position(found, position));
    }

    @Override
    public Found atTime(LakeTable table, Instant time) {
        return find(table, found -> AsOf.time(found, time));
    }

    @Override
    public Found atTag(LakeTable table, String tag) {
        return find(table, found -> AsOf.tag(found, tag));
    }

    @Override
    public List<String> tables(String schema) {
        return LakeErrors.calling("listing the tables of " + schema, () -> {
            try {
                return catalog.rest().listTables(Namespace.of(schema)).stream()
                        .map(TableIdentifier::name)
                        .toList();
            } catch (NoSuchNamespaceException e) {
                return List.of();
            }
        });
    }

    private Found find(LakeTable name, Function<Table, Optional<Snapshot>> search) {
        Optional<Table> table = loaded.computeIfAbsent(
                name, key -> catalog.find(TableIdentifier.of(Namespace.of(key.schema()), key.table())));
        if (table.isEmpty()) {
            return new NoTable();
        }
        return search.apply(table.get())
                .<Found>map(snapshot -> new AtSnapshot(
                        snapshot.snapshotId(),
                        Stamp.of(snapshot).map(Stamp::position),
                        Stamp.of(snapshot).map(Stamp::sourceCommitTime)))
                .orElseGet(() -> new NotAt(oldest(table.get())));
    }

    /** The stamp of the oldest snapshot that is left. */
    private static Optional<String> oldest(Table table) {
        if (table.currentSnapshot() == null) {
            return Optional.empty();
        }
        Optional<Stamp> oldest = Optional.empty();
        for (Snapshot snapshot : SnapshotUtil.currentAncestors(table)) {
            Optional<Stamp> stamp = Stamp.of(snapshot);
            oldest = stamp.isPresent() ? stamp : oldest;
        }
        return oldest.map(stamp -> "LSN " + stamp.position() + " (" + stamp.sourceCommitTime() + ")");
    }
}
