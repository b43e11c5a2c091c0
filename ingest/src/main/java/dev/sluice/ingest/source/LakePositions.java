package dev.sluice.ingest.source;

import dev.sluice.ingest.table.TableStop;
import dev.sluice.lake.Position;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How far the lake is. The source starts from this and from nothing else; Flink's state only makes it quicker. Used by
 * one thread at a time.
 */
public interface LakePositions extends AutoCloseable {
    /** Throws E0503 when another run has taken the pipeline over: this one never gets it back. */
    default void checkRun() {}

    /** Stamps of the tables that are published and followed, by their index in the pipeline; a table without one needs a load. */
    Map<Integer, Position> stamps();

    /** Why tables are stopped, by their index in the pipeline: they are neither loaded nor streamed. */
    Map<Integer, String> stops();

    /** Followed tables on which somebody else has put something, or which were set back: they are to be stopped. */
    default List<TableStop> foreignHeads() {
        return List.of();
    }

    /** Every commit up to here is in the lake, as recorded by the committer; empty before the first lake commit. */
    Optional<Position> acknowledged();

    /** The server that the slot lives on, as recorded by {@link #recordSourceIdentity}; empty before the first load. */
    Optional<String> sourceIdentity();

    /** Remembers the server; called when a first load begins, replaces what was there. */
    void recordSourceIdentity(String identity);

    /** What tables were when they were loaded, by their index, as recorded by {@link #recordShape}. */
    Map<Integer, String> shapes();

    /** Remembers what a table is: when its load begins, and when it has changed without harm. */
    void recordShape(int table, String shape);

    /**
     * Remembers which partitions beside followed ones are not followed, by the table whose partitions they are.
     *
     * @return those that appeared since the pipeline began, and were not told of yet
     */
    default List<String> recordUnlisted(Map<String, List<String>> partitions) {
        return List.of();
    }

    /** What the source was made to give, as recorded by {@link #recordSourceSetup}; empty before the first load. */
    Optional<String> sourceSetup();

    /** Remembers what the source was made to give (PostgreSQL: its publication), and that it has changed without harm. */
    void recordSourceSetup(String setup);

    /** Stops a table at its last good position. Returns whether this call did; a table is stopped once. */
    boolean stop(TableStop stop);

    @Override
    void close();

    /** Opens the lake where the source runs. */
    interface Opener extends Serializable {
        LakePositions open();
    }
}
