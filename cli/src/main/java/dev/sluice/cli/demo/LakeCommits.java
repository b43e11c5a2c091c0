package dev.sluice.cli.demo;

import dev.sluice.lake.LakeCatalog;
import dev.sluice.lake.Position;
import dev.sluice.lake.Stamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;

/** Reads the lake commits of all tables from their snapshots: one commit is one LSN over several tables. */
final class LakeCommits {
    private final LakeCatalog lake;
    private final List<String> tables;

    LakeCommits(LakeCatalog lake, List<String> tables) {
        this.lake = lake;
        this.tables = List.copyOf(tables);
    }

    /**
     * @param latency from the commit at the source to the commit in the lake
     */
    record Commit(
            Position position,
            Stamp.Kind kind,
            List<String> tables,
            long inserted,
            long deleted,
            Instant at,
            Duration latency) {}

    /** Data commits with an LSN over {@code after}, oldest first. */
    List<Commit> after(Position after) {
        Map<Position, List<Found>> byPosition = new TreeMap<>();
        for (String name : tables) {
            Table table = lake.load(lake.bronze(name));
            for (Snapshot snapshot : table.snapshots()) {
                Stamp.of(snapshot)
                        .filter(stamp -> stamp.kind() == Stamp.Kind.DATA || stamp.kind() == Stamp.Kind.LOAD)
                        .filter(stamp -> stamp.position().compareTo(after) > 0)
                        .ifPresent(stamp -> byPosition
                                .computeIfAbsent(stamp.position(), position -> new ArrayList<>())
                                .add(new Found(name, snapshot.timestampMillis(), stamp)));
            }
        }
        List<Commit> commits = new ArrayList<>();
        byPosition.forEach((position, found) -> commits.add(merge(position, found)));
        return commits;
    }

    private static Commit merge(Position position, List<Found> found) {
        long atMillis = found.stream().mapToLong(Found::atMillis).max().orElseThrow();
        Stamp any = found.get(0).stamp();
        Instant at = Instant.ofEpochMilli(atMillis);
        return new Commit(
                position,
                any.kind(),
                found.stream().map(Found::table).toList(),
                found.stream().mapToLong(f -> f.stamp().rowsInserted()).sum(),
                found.stream().mapToLong(f -> f.stamp().rowsDeleted()).sum(),
                at,
                Duration.between(any.sourceCommitTime(), at));
    }

    private record Found(String table, long atMillis, Stamp stamp) {}
}
