package dev.sluice.ingest.postgres;

import dev.sluice.ingest.postgres.PostgresSplit.LoadSplit;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * The chunks of a load: which wait for a reader, which are not finished, and how many rows came of those that are. A
 * chunk is unfinished until a reader says that its last row was emitted.
 */
final class ChunkLedger {
    private final Deque<LoadSplit> waiting = new ArrayDeque<>();
    private final Set<Integer> unfinished = new HashSet<>();
    private final Map<Integer, Integer> tables = new HashMap<>();
    private final Map<Integer, Long> rows = new HashMap<>();

    void add(LoadSplit chunk) {
        waiting.add(chunk);
        unfinished.add(chunk.chunk());
        tables.put(chunk.chunk(), chunk.table());
    }

    /** A reader failed that had been assigned the chunk since the last checkpoint. */
    void giveBack(LoadSplit chunk) {
        waiting.addFirst(chunk);
        unfinished.add(chunk.chunk());
    }

    /** A reader has the chunk from a checkpoint and will read the rest of it. */
    void hold(int chunk) {
        unfinished.add(chunk);
    }

    void finish(int chunk, long chunkRows) {
        if (unfinished.remove(chunk)) {
            rows.put(chunk, chunkRows);
        }
    }

    boolean isAnyWaiting() {
        return !waiting.isEmpty();
    }

    /** The next chunk to be read; null when none waits. */
    LoadSplit next() {
        return waiting.poll();
    }

    boolean isFinished() {
        return unfinished.isEmpty();
    }

    /** The load with the rows that were read of each of its tables. */
    LoadedTables count(LoadedTables load) {
        Map<Integer, Long> byTable = new HashMap<>();
        load.tables().forEach(table -> byTable.put(table, 0L));
        rows.forEach((chunk, count) -> byTable.merge(tables.get(chunk), count, Long::sum));
        return load.withRows(load.tables().stream().map(byTable::get).toList());
    }
}
