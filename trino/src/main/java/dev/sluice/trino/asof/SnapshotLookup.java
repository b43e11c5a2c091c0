package dev.sluice.trino.asof;

import dev.sluice.lake.Position;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What the lake knows of its snapshots. One lookup serves one statement: it may remember what it has read. */
public interface SnapshotLookup {
    /** How far the pipeline has got; empty where nothing was ever acknowledged. */
    Optional<Position> progress();

    /** The newest stamped snapshot at or before {@code position}. */
    Found atPosition(LakeTable table, Position position);

    /** The newest stamped snapshot whose source commit time is at or before {@code time}. */
    Found atTime(LakeTable table, Instant time);

    Found atTag(LakeTable table, String tag);

    /** Names of the tables of a schema, for hints. */
    List<String> tables(String schema);

    /**
     * A table of the lake.
     *
     * @param schema Iceberg namespace
     */
    record LakeTable(String schema, String table) {
        @Override
        public String toString() {
            return schema + "." + table;
        }
    }

    /** What a search found. */
    sealed interface Found {}

    /** A snapshot and its stamp; a snapshot found by tag may have none. */
    record AtSnapshot(long snapshotId, Optional<Position> position, Optional<Instant> sourceCommitTime)
            implements Found {}

    /**
     * The table exists and has no such snapshot.
     *
     * @param oldest the oldest position that it can be read at, as text for the user; empty when it has none at all
     */
    record NotAt(Optional<String> oldest) implements Found {}

    /** There is no such table: no such name, or it is a view. */
    record NoTable() implements Found {}
}
