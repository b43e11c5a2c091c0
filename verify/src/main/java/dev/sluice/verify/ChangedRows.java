package dev.sluice.verify;

import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What became of the rows of one table between the snapshot and the end. Memory is bounded by the number of changed
 * keys. Not thread-safe while it is filled; afterwards each {@link Overlay} may be used by one thread.
 */
final class ChangedRows implements RowChanges {
    private static final int MAX_KEYS = 2_000_000;

    private final ComparedTable table;
    /** The last image of each changed key; null once it is deleted. */
    private final Map<Key, @Nullable Image> images = new HashMap<>();

    /** A row, and the key under which the snapshot holds the values that no change has sent. */
    private record Image(byte[][] row, Key origin) {
        boolean isComplete() {
            for (byte[] value : row) {
                if (value == UNCHANGED) {
                    return false;
                }
            }
            return true;
        }
    }

    /** The texts of the key columns. */
    private record Key(List<Text> parts) {}

    private record Text(byte @Nullable [] bytes) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Text that && Arrays.equals(that.bytes, bytes);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(bytes);
        }
    }

    ChangedRows(ComparedTable table) {
        this.table = table;
    }

    @Override
    public ComparedTable table() {
        return table;
    }

    @Override
    public void inserted(byte[][] row) {
        complete(row);
        Key key = key(row);
        put(key, new Image(row, key));
    }

    @Override
    public void updated(byte @Nullable [][] old, byte[][] now) {
        byte[][] row = now.clone();
        for (int i = 0; old != null && i < row.length; i++) {
            row[i] = row[i] == UNCHANGED && old[i] != ABSENT ? old[i] : row[i];
        }
        complete(row);
        Key after = key(row);
        Key before = old == null ? after : key(old);
        Image known = images.get(before);
        for (int i = 0; known != null && i < row.length; i++) {
            row[i] = row[i] == UNCHANGED ? known.row()[i] : row[i];
        }
        if (!before.equals(after)) {
            put(before, null);
        }
        put(after, new Image(row, known == null ? before : known.origin()));
    }

    @Override
    public void deleted(byte[][] old) {
        put(key(old), null);
    }

    /** Of this the rows that an older snapshot shows know nothing: they are gone for it too. */
    @Override
    public void truncated() {
        throw new SluiceException(
                ErrorCode.E1202,
                table.spec().qualifiedName() + " was truncated during the verification",
                "verify again");
    }

    private void put(Key key, @Nullable Image image) {
        images.put(key, image);
        if (images.size() > MAX_KEYS) {
            throw new SluiceException(
                    ErrorCode.E1202,
                    "more than " + MAX_KEYS + " rows of " + table.spec().qualifiedName()
                            + " changed while the lake was catching up",
                    "verify again when the source is calmer");
        }
    }

    private void complete(byte[][] row) {
        for (int i = 0; i < row.length; i++) {
            if (row[i] == ABSENT) {
                throw notSaid("the column " + table.columns().get(i).name());
            }
        }
    }

    private SluiceException notSaid(String what) {
        return new SluiceException(
                ErrorCode.E1202,
                "a change of " + table.spec().qualifiedName() + " does not hold " + what,
                "if the table was altered just now, verify again; else see that it has a replica identity");
    }

    private Key key(byte[][] row) {
        List<Text> parts = new ArrayList<>(table.keyColumns().length);
        for (int column : table.keyColumns()) {
            if (row[column] == ABSENT || row[column] == UNCHANGED) {
                throw notSaid("the key column " + table.columns().get(column).name());
            }
            parts.add(new Text(row[column]));
        }
        return new Key(parts);
    }

    /** A visitor of the snapshot's rows that hands on the rows as of the end; {@link Overlay#finish} must be called. */
    Overlay over(RowVisitor rows) {
        return new Overlay(rows);
    }

    /** One pass over the snapshot. */
    final class Overlay implements RowVisitor {
        private final RowVisitor rows;
        private final Map<Key, List<Image>> incomplete = new HashMap<>();

        private Overlay(RowVisitor rows) {
            this.rows = rows;
            images.values().stream()
                    .filter(image -> image != null && !image.isComplete())
                    .forEach(image -> incomplete
                            .computeIfAbsent(image.origin(), origin -> new ArrayList<>())
                            .add(image));
        }

        @Override
        public void row(byte[][] row) {
            if (images.isEmpty()) {
                rows.row(row);
                return;
            }
            Key key = key(row);
            List<Image> waiting = incomplete.remove(key);
            if (waiting != null) {
                waiting.forEach(image -> rows.row(completed(image.row(), row)));
            }
            if (!images.containsKey(key)) {
                rows.row(row);
            }
        }

        private byte[][] completed(byte[][] image, byte[][] snapshot) {
            byte[][] row = image.clone();
            for (int i = 0; i < row.length; i++) {
                row[i] = row[i] == UNCHANGED ? snapshot[i] : row[i];
            }
            return row;
        }

        /** Hands on the rows that changes brought. */
        void finish() {
            images.values().stream()
                    .filter(image -> image != null && image.isComplete())
                    .forEach(image -> rows.row(image.row()));
            if (!incomplete.isEmpty()) {
                throw new SluiceException(
                        ErrorCode.E1202,
                        "an update of " + table.spec().qualifiedName() + " refers to a row that the snapshot lacks",
                        "verify again; report it if it stays");
            }
        }
    }
}
