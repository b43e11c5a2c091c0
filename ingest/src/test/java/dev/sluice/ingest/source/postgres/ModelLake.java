package dev.sluice.ingest.source.postgres;

import dev.sluice.ingest.row.Batch;
import dev.sluice.ingest.row.ChangeRows;
import dev.sluice.ingest.row.LoadRows;
import dev.sluice.ingest.row.RowForm;
import dev.sluice.ingest.source.LakePositions;
import dev.sluice.ingest.table.SourceTable;
import dev.sluice.ingest.table.TableStop;
import dev.sluice.lake.Position;
import dev.sluice.spec.Lsn;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A lake in memory that keeps the same promise as the real one: load rows become visible at once with the marker of
 * their load, changes apply strictly, and each commit moves stamps forward. Anything doubled or lost is an error.
 */
final class ModelLake {
    private static final int LITERAL_BYTES_MAX = 64;
    private static final Map<String, ModelLake> LAKES = new ConcurrentHashMap<>();

    final String id;
    final List<SourceTable> tables;
    private final Map<Integer, Map<String, List<String>>> rows = new HashMap<>();
    private final Map<Integer, Lsn> stamps = new HashMap<>();
    private final Map<Long, List<LoadRows>> staged = new HashMap<>();
    private final Set<String> applied = new HashSet<>();
    private final List<String> faults = new ArrayList<>();
    private Optional<Lsn> acknowledged = Optional.empty();
    /** A guard switched off: positions are told as if nothing had been committed after the load. */
    volatile boolean forgetful;

    private final Map<Integer, Lsn> loadStamps = new ConcurrentHashMap<>();

    volatile String identity;
    /** Why tables are stopped, by their number. */
    final Map<Integer, String> stops = new ConcurrentHashMap<>();

    final Map<Integer, String> shapes = new ConcurrentHashMap<>();
    volatile String publication;
    /** So many attempts to open the lake fail, once {@link #opensToPass} have passed. */
    final AtomicInteger opensToFail = new AtomicInteger();

    private final AtomicInteger opensToPass = new AtomicInteger();

    long commits;
    /** Tables that were published by a load. */
    long loads;
    /** Announcements of loads of which not all writers have committed their rows. */
    private final List<Batch.Loaded> markers = new ArrayList<>();

    ModelLake(String id, List<SourceTable> tables) {
        this.id = id;
        this.tables = tables;
        LAKES.put(id, this);
    }

    static ModelLake of(String id) {
        return LAKES.get(id);
    }

    /** The same lake for a changed set of tables; tables are recognised by name. */
    synchronized ModelLake with(List<SourceTable> newTables) {
        ModelLake lake = new ModelLake(id, newTables);
        for (int i = 0; i < newTables.size(); i++) {
            for (int j = 0; j < tables.size(); j++) {
                if (tables.get(j).name().equals(newTables.get(i).name()) && stamps.containsKey(j)) {
                    lake.rows.put(i, rows.get(j));
                    lake.stamps.put(i, stamps.get(j));
                }
            }
        }
        for (int i = 0; i < newTables.size(); i++) {
            for (int j = 0; j < tables.size(); j++) {
                if (tables.get(j).name().equals(newTables.get(i).name()) && shapes.containsKey(j)) {
                    lake.shapes.put(i, shapes.get(j));
                }
            }
        }
        lake.publication = publication;
        lake.acknowledged = acknowledged;
        lake.identity = identity;
        lake.faults.addAll(faults);
        return lake;
    }

    /** Applies what one writer has gathered between two checkpoints; a second time it has no effect. */
    synchronized void commit(String attempt, List<Batch> batches) {
        if (!applied.add(attempt)) {
            return;
        }
        commits++;
        try {
            batches.stream().filter(batch -> batch instanceof Batch.Stop).forEach(this::apply);
            List<Batch> rest = batches.stream()
                    .filter(batch -> !(batch instanceof Batch.Stop))
                    .filter(batch -> !(batch instanceof ChangeRows) || !stops.containsKey(batch.table()))
                    .toList();
            // As the committer does: what a load brings comes first, wherever in the cut it is told.
            rest.stream().filter(ModelLake::isOfALoad).forEach(this::apply);
            rest.stream().filter(batch -> !isOfALoad(batch)).forEach(this::apply);
            publishWhenComplete();
        } catch (RuntimeException e) {
            fault("apply failed: " + e);
        }
    }

    private static boolean isOfALoad(Batch batch) {
        return batch instanceof LoadRows || batch instanceof Batch.Loaded;
    }

    private void apply(Batch batch) {
        switch (batch) {
            case LoadRows rows ->
                staged.computeIfAbsent(rows.lsn(), x -> new ArrayList<>()).add(rows);
            case Batch.Loaded loaded -> {
                markers.add(loaded);
                publishWhenComplete();
            }
            case ChangeRows changes -> changes(changes);
            case Batch.ChunkEnd end -> {}
            case Batch.Open open -> {}
            case Batch.Start start -> {}
            case Batch.Stop stop ->
                stops.put(
                        stop.table(),
                        stop.reason().code() + ": " + stop.reason().reason());
            case Batch.Progress progress -> {
                Lsn lsn = new Lsn(progress.lsn());
                if (acknowledged.isPresent() && !acknowledged.get().isAtMost(lsn)) {
                    // A restart without state tells of what the lake has already.
                    return;
                }
                acknowledged = Optional.of(lsn);
            }
        }
    }

    /** The writers of one checkpoint commit one after the other here, in any order. */
    private void publishWhenComplete() {
        for (Batch.Loaded marker : List.copyOf(markers)) {
            long expected = Arrays.stream(marker.rows()).sum();
            long there =
                    stagedOf(marker).stream().mapToLong(batch -> batch.count()).sum();
            if (there > expected) {
                fault("the source says that it read " + expected + " rows, and has sent " + there);
            } else if (there == expected) {
                publish(marker);
                markers.remove(marker);
            }
        }
    }

    private List<LoadRows> stagedOf(Batch.Loaded marker) {
        Set<Integer> loaded = new HashSet<>();
        Arrays.stream(marker.tables()).forEach(loaded::add);
        return staged.getOrDefault(marker.lsn(), List.of()).stream()
                .filter(batch -> loaded.contains(batch.table()))
                .toList();
    }

    private void publish(Batch.Loaded marker) {
        for (int table : marker.tables()) {
            if (stamps.containsKey(table)) {
                fault("table " + table + " is published twice");
            }
            loads++;
            rows.put(table, new TreeMap<>());
            stamps.put(table, new Lsn(marker.lsn()));
            loadStamps.put(table, new Lsn(marker.lsn()));
        }
        List<LoadRows> mine = stagedOf(marker);
        for (LoadRows batch : mine) {
            for (int i = 0; i < batch.count(); i++) {
                List<String> row = row(batch.bytes(), batch.offsets()[i]);
                if (rows.get(batch.table()).put(key(batch.table(), row), row) != null) {
                    fault("loaded twice: " + row);
                }
            }
        }
        staged.values().forEach(batches -> batches.removeAll(mine));
    }

    private void changes(ChangeRows batch) {
        Map<String, List<String>> table = rows.get(batch.table());
        Lsn stamp = stamps.get(batch.table());
        for (int i = 0; i < batch.count(); i++) {
            if (Long.compareUnsigned(batch.lsns()[i], stamp.value()) <= 0 && !stamp.equals(new Lsn(batch.lsns()[i]))) {
                fault("change at " + new Lsn(batch.lsns()[i]) + " behind the stamp " + stamp);
            }
            change(batch, i, table);
            stamp = new Lsn(batch.lsns()[i]);
        }
        if (batch.lsn() != stamp.value()) {
            fault("the LSN of a batch is not that of its last change");
        }
        stamps.put(batch.table(), stamp);
    }

    private void change(ChangeRows batch, int i, Map<String, List<String>> table) {
        switch (batch.operations()[i]) {
            case ChangeRows.TRUNCATE -> table.clear();
            case ChangeRows.INSERT -> {
                List<String> row = row(batch.bytes(), batch.newOffsets()[i]);
                if (table.put(key(batch.table(), row), row) != null) {
                    fault("inserted twice: " + row);
                }
            }
            case ChangeRows.DELETE -> {
                List<String> old = row(batch.bytes(), batch.oldOffsets()[i]);
                if (table.remove(key(batch.table(), old)) == null) {
                    fault("deleted, but not there: " + old);
                }
            }
            case ChangeRows.UPDATE -> {
                List<String> row = row(batch.bytes(), batch.newOffsets()[i]);
                List<String> old =
                        batch.oldOffsets()[i] == RowForm.NO_ROW ? row : row(batch.bytes(), batch.oldOffsets()[i]);
                List<String> before = table.remove(key(batch.table(), old));
                if (before == null) {
                    fault("updated, but not there: " + old);
                    return;
                }
                for (int c = 0; c < row.size(); c++) {
                    if (row.get(c).equals("unchanged")) {
                        row.set(c, before.get(c));
                    }
                }
                if (table.put(key(batch.table(), row), row) != null) {
                    fault("updated onto another row: " + row);
                }
            }
            default -> fault("unknown operation " + batch.operations()[i]);
        }
    }

    private String key(int table, List<String> row) {
        StringBuilder key = new StringBuilder();
        for (int column : tables.get(table).keyColumns()) {
            key.append(row.get(column)).append('|');
        }
        return key.toString();
    }

    /** Frees what a test has kept. */
    void forget() {
        LAKES.remove(id, this);
    }

    /** The values of a row in hexadecimal; of a long one its hash, for there are lakes of many such rows. */
    static List<String> row(byte[] bytes, int offset) {
        java.nio.ByteBuffer in = java.nio.ByteBuffer.wrap(bytes).position(offset);
        List<String> values = new ArrayList<>();
        for (int columns = in.getShort(); columns > 0; columns--) {
            int length = in.getInt();
            if (length < 0) {
                values.add(length == RowForm.NULL ? "null" : "unchanged");
                continue;
            }
            byte[] value = new byte[length];
            in.get(value);
            values.add(length <= LITERAL_BYTES_MAX ? HexFormat.of().formatHex(value) : hash(value));
        }
        return values;
    }

    private static String hash(byte[] value) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(value);
            return value.length + " bytes " + HexFormat.of().formatHex(digest, 0, 12);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private void fault(String what) {
        if (faults.size() < 20) {
            faults.add(what);
        }
    }

    synchronized List<String> faults() {
        return List.copyOf(faults);
    }

    /** The rows of a table by key, as they would be read from the lake; empty before it is published. */
    synchronized Map<String, List<String>> rows(int table) {
        return new LinkedHashMap<>(rows.getOrDefault(table, Map.of()));
    }

    /** Rows of loads that are committed and not published. */
    synchronized long stagedRows() {
        return staged.values().stream()
                .flatMap(List::stream)
                .mapToLong(batch -> batch.count())
                .sum();
    }

    /** The position at which each table was loaded. */
    Map<Integer, Lsn> loadStamps() {
        return Map.copyOf(loadStamps);
    }

    synchronized Map<Integer, String> stops() {
        return new HashMap<>(stops);
    }

    synchronized Map<Integer, Lsn> stamps() {
        return new HashMap<>(stamps);
    }

    synchronized Optional<Lsn> acknowledged() {
        return acknowledged;
    }

    void failOpensAfter(int passing, int failing) {
        opensToPass.set(passing);
        opensToFail.set(failing);
    }

    LakePositions.Opener opener() {
        String lake = id;
        return () -> {
            if (of(lake).opensToPass.getAndUpdate(left -> Math.max(0, left - 1)) == 0
                    && of(lake).opensToFail.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                throw new SluiceException(ErrorCode.E0701, "the lake does not answer, by order of a test", "");
            }
            return new Positions(lake);
        };
    }

    private record Positions(String lake) implements LakePositions {
        @Override
        public Map<Integer, Position> stamps() {
            Map<Integer, Position> stamps = new HashMap<>();
            (of(lake).forgetful ? of(lake).loadStamps : of(lake).stamps())
                    .forEach((table, lsn) -> stamps.put(table, Position.of(lsn)));
            return stamps;
        }

        @Override
        public Map<Integer, String> stops() {
            return of(lake).stops;
        }

        @Override
        public Optional<Position> acknowledged() {
            return of(lake).forgetful
                    ? Optional.empty()
                    : of(lake).acknowledged().map(Position::of);
        }

        @Override
        public Optional<String> sourceIdentity() {
            return Optional.ofNullable(of(lake).identity);
        }

        @Override
        public void recordSourceIdentity(String identity) {
            of(lake).identity = identity;
        }

        @Override
        public Map<Integer, String> shapes() {
            return Map.copyOf(of(lake).shapes);
        }

        @Override
        public void recordShape(int table, String shape) {
            of(lake).shapes.put(table, shape);
        }

        @Override
        public Optional<String> sourceSetup() {
            return Optional.ofNullable(of(lake).publication);
        }

        @Override
        public void recordSourceSetup(String setup) {
            of(lake).publication = setup;
        }

        @Override
        public boolean stop(TableStop stop) {
            return of(lake).stops.putIfAbsent(stop.table(), stop.code() + ": " + stop.reason() + ". Fix: " + stop.fix())
                    == null;
        }

        @Override
        public void close() {}
    }
}
