package dev.sluice.trino.asof;

import dev.sluice.lake.Position;
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
    record Entry(long id, Position position, Instant time, String tag) {}

    private final Map<LakeTable, List<Entry>> tables = new HashMap<>();
    private Optional<Position> progress = Optional.empty();

    MapLookup progress(String position) {
        progress = Optional.of(Position.parse(position));
        return this;
    }

    MapLookup table(String name) {
        tables.computeIfAbsent(parse(name), key -> new ArrayList<>());
        return this;
    }

    MapLookup add(String name, long id, String position, String time, String tag) {
        table(name).tables.get(parse(name)).add(new Entry(id, Position.parse(position), Instant.parse(time), tag));
        return this;
    }

    private static LakeTable parse(String name) {
        String[] parts = name.split("\\.");
        return new LakeTable(parts[0], parts[1]);
    }

    @Override
    public Optional<Position> progress() {
        return progress;
    }

    @Override
    public Found atPosition(LakeTable table, Position position) {
        return newest(table, entry -> entry.position().isAtMost(position));
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
                .max(Comparator.comparing(Entry::position))
                .<Found>map(
                        entry -> new AtSnapshot(entry.id(), Optional.of(entry.position()), Optional.of(entry.time())))
                .orElseGet(() -> new NotAt(entries.stream()
                        .min(Comparator.comparing(Entry::position))
                        .map(entry -> "LSN " + entry.position())));
    }
}
