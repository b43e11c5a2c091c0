package dev.sluice.trino.asof;

import dev.sluice.spec.Lsn;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** Snapshots kept in a map: the lake of the unit tests. */
final class MapLookup implements SnapshotLookup {
    record Entry(long id, Lsn lsn, Instant time, String tag) {}

    private final Map<LakeTable, List<Entry>> tables = new HashMap<>();
    private Optional<Lsn> progress = Optional.empty();

    MapLookup progress(String lsn) {
        progress = Optional.of(Lsn.parse(lsn));
        return this;
    }

    MapLookup table(String name) {
        tables.computeIfAbsent(parse(name), key -> new ArrayList<>());
        return this;
    }

    MapLookup add(String name, long id, String lsn, String time, String tag) {
        table(name).tables.get(parse(name)).add(new Entry(id, Lsn.parse(lsn), Instant.parse(time), tag));
        return this;
    }

    private static LakeTable parse(String name) {
        String[] parts = name.split("\\.");
        return new LakeTable(parts[0], parts[1]);
    }

    @Override
    public Optional<Lsn> progress() {
        return progress;
    }

    @Override
    public Found atLsn(LakeTable table, Lsn lsn) {
        return newest(table, entry -> entry.lsn().isAtMost(lsn));
    }

    @Override
    public Found atTime(LakeTable table, Instant time) {
        return newest(table, entry -> !entry.time().isAfter(time));
    }

    @Override
    public Found atTag(LakeTable table, String tag) {
        return newest(table, entry -> entry.tag().equals(tag));
    }

    @Override
    public List<String> tables(String schema) {
        return tables.keySet().stream()
                .filter(table -> table.schema().equals(schema))
                .map(LakeTable::table)
                .toList();
    }

    private Found newest(LakeTable table, Predicate<Entry> wanted) {
        List<Entry> entries = tables.get(table);
        if (entries == null) {
            return new NoTable();
        }
        return entries.stream()
                .filter(wanted)
                .max(Comparator.comparing(Entry::lsn))
                .<Found>map(entry -> new AtSnapshot(entry.id(), Optional.of(entry.lsn()), Optional.of(entry.time())))
                .orElseGet(() -> new NotAt(
                        entries.stream().min(Comparator.comparing(Entry::lsn)).map(entry -> "LSN " + entry.lsn())));
    }
}
