package dev.sluice.ingest.source;

import dev.sluice.ingest.source.PipelineSplit.LoadSplit;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
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
    private int chunks;

    /** A number that no chunk of this load has yet. */
    int nextChunk() {
        return chunks++;
    }

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

    /** The chunks of a table that cannot be read now wait behind those of all others. */
    void postpone(int table) {
        List<LoadSplit> postponed =
                waiting.stream().filter(chunk -> chunk.table() == table).toList();
        waiting.removeIf(chunk -> chunk.table() == table);
        waiting.addAll(postponed);
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

    /** Forgets a table's chunks: it is loaded otherwise, or not at all. */
    void drop(int table) {
        waiting.removeIf(chunk -> chunk.table() == table);
        tables.entrySet().removeIf(entry -> {
            boolean drops = entry.getValue() == table;
            if (drops) {
                unfinished.remove(entry.getKey());
                rows.remove(entry.getKey());
            }
            return drops;
        });
    }

    boolean isAnyWaiting() {
        return !waiting.isEmpty();
    }

    /** The next chunk to be read; null when none waits. */
    LoadSplit next() {
        return waiting.poll();
    }

    boolean isFinished(int table) {
        return unfinished.stream().noneMatch(chunk -> tables.get(chunk) == table);
    }

    /** Rows that were read of a table. */
    long rows(int table) {
        return rows.entrySet().stream()
                .filter(entry -> tables.get(entry.getKey()) == table)
                .mapToLong(Map.Entry::getValue)
                .sum();
    }
}
