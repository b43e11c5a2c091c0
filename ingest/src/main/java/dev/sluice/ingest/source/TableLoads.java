package dev.sluice.ingest.source;

import dev.sluice.ingest.source.LoadedTables.Place;
import dev.sluice.ingest.source.PipelineSplit.LoadSplit;
import dev.sluice.ingest.source.SourceEvents.ActiveLoads;
import dev.sluice.lake.Position;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Where each table of a load is read, and how far. Most are read at one position; one that is rewritten meanwhile gets
 * a position of its own. Used by the enumerator's thread alone.
 */
final class TableLoads {
    private static final class Loading {
        final Position position;
        final long timeMicros;
        final Place place;
        /** A reader has the announcement, or has emitted it. */
        boolean announced;

        Loading(Position position, long timeMicros, Place place) {
            this.position = position;
            this.timeMicros = timeMicros;
            this.place = place;
        }
    }

    final ChunkLedger chunks = new ChunkLedger();
    private final Map<Integer, Loading> tables = new TreeMap<>();
    private final Map<Long, LoadSession> sessions = new HashMap<>();
    private final Map<Long, String> snapshots = new HashMap<>();
    /** Names under which readers hold a snapshot. */
    private final Map<Long, Set<String>> heldNames = new HashMap<>();

    private final Map<Integer, Integer> restarts = new HashMap<>();
    /** Given up at one position, and not yet begun at another. */
    private final Set<Integer> homeless = new HashSet<>();
    /** Complete before this enumerator began. */
    private final List<LoadedTables> restored = new ArrayList<>();

    void restore(List<LoadedTables> loaded) {
        restored.addAll(loaded);
    }

    void begin(LoadPosition position) {
        LoadSession session = position.session();
        sessions.put(session.position().order(), session);
        snapshots.put(session.position().order(), session.snapshotName());
        Place place = position.isBeforeTheStream() ? Place.BEFORE_THE_STREAM : Place.IN_THE_STREAM;
        position.chunks().forEach((table, ranges) -> {
            begin(table, new Loading(session.position(), session.timeMicros(), place));
            ranges.forEach(range -> chunks.add(
                    new LoadSplit(chunks.nextChunk(), session.position().order(), table, range, 0, 0)));
        });
        position.truncated()
                .forEach((table, before) ->
                        begin(table, new Loading(before, session.timeMicros(), Place.WITH_ITS_TRUNCATE)));
    }

    private void begin(int table, Loading loading) {
        tables.put(table, loading);
        homeless.remove(table);
    }

    /** Gives a table up at this position; returns how often that has happened, or 0 when it is not loaded there. */
    int giveUp(int table, long lsn) {
        if (!isActive(table, lsn)) {
            return 0;
        }
        remove(table);
        homeless.add(table);
        return restarts.merge(table, 1, Integer::sum);
    }

    /** The table is not loaded at all. */
    void remove(int table) {
        tables.remove(table);
        homeless.remove(table);
        chunks.drop(table);
    }

    boolean isActive(int table, long lsn) {
        Loading loading = tables.get(table);
        return loading != null && loading.position.order() == lsn && loading.place != Place.WITH_ITS_TRUNCATE;
    }

    boolean isActive(long lsn) {
        return tables.keySet().stream().anyMatch(table -> isActive(table, lsn));
    }

    boolean isAnnounced(int table) {
        return tables.containsKey(table) && tables.get(table).announced;
    }

    Set<Integer> homeless() {
        return Set.copyOf(homeless);
    }

    /** How often the table that was given up most often has been. */
    int restarts(Set<Integer> of) {
        return of.stream()
                .mapToInt(table -> restarts.getOrDefault(table, 0))
                .max()
                .orElse(0);
    }

    ActiveLoads active() {
        Map<Integer, Long> lsns = new HashMap<>();
        tables.forEach((table, loading) -> lsns.put(table, loading.position.order()));
        return new ActiveLoads(lsns, snapshots);
    }

    /** A reader holds the snapshot, too. */
    void hold(long lsn, String name) {
        heldNames.computeIfAbsent(lsn, any -> new HashSet<>()).add(name);
    }

    Set<String> heldNames(long lsn) {
        return Set.copyOf(heldNames.getOrDefault(lsn, Set.of()));
    }

    LoadSession session(long lsn) {
        return sessions.get(lsn);
    }

    void renamed(long lsn, String snapshotName) {
        snapshots.put(lsn, snapshotName);
    }

    /** Tables at a position that are not finished there. */
    List<Integer> unfinished(long lsn) {
        return tables.keySet().stream()
                .filter(table -> isActive(table, lsn) && !chunks.isFinished(table))
                .toList();
    }

    /** Tables that were read completely and are to be announced before the stream; each is told once. */
    List<LoadedTables> takeAnnouncements() {
        List<LoadedTables> due = new ArrayList<>();
        tables.forEach((table, loading) -> {
            if (loading.place == Place.BEFORE_THE_STREAM && !loading.announced && chunks.isFinished(table)) {
                loading.announced = true;
                due.add(loaded(table, loading));
            }
        });
        return due;
    }

    /** A reader failed before a checkpoint covered the announcement. */
    void withdraw(LoadedTables announced) {
        for (int table : announced.tables()) {
            if (tables.containsKey(table) && tables.get(table).position.equals(announced.position())) {
                tables.get(table).announced = false;
            }
        }
    }

    /** Whether nothing is left to be read or announced before the stream. */
    boolean isFinished() {
        return homeless.isEmpty()
                && tables.entrySet().stream()
                        .allMatch(entry -> chunks.isFinished(entry.getKey())
                                && (entry.getValue().announced || entry.getValue().place != Place.BEFORE_THE_STREAM));
    }

    /** The tables that need no more from the enumerator, with the rows that were read of them. */
    List<LoadedTables> complete() {
        List<LoadedTables> complete = new ArrayList<>(restored);
        tables.forEach((table, loading) -> {
            if (chunks.isFinished(table) && (loading.announced || loading.place != Place.BEFORE_THE_STREAM)) {
                addTo(complete, loaded(table, loading));
            }
        });
        return complete;
    }

    private static void addTo(List<LoadedTables> all, LoadedTables next) {
        for (int i = 0; i < all.size(); i++) {
            Optional<LoadedTables> both = all.get(i).with(next);
            if (both.isPresent()) {
                all.set(i, both.get());
                return;
            }
        }
        all.add(next);
    }

    private LoadedTables loaded(int table, Loading loading) {
        return new LoadedTables(
                loading.position, loading.timeMicros, List.of(table), List.of(chunks.rows(table)), loading.place);
    }
}
