package dev.sluice.verify;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads pgoutput, protocol version 1, values as text, and keeps the last image of each changed row. Not thread-safe.
 * Source: PostgreSQL documentation, "Logical Replication Message Formats".
 */
final class PgOutputChanges implements ChangeFeed.Parser {
    /** Those that are compared. */
    private final Map<Integer, Relation> relations = new HashMap<>();

    private final Map<Long, ChangedRows> tables = new HashMap<>();
    private long changes;

    /** A relation as the server announced it: where each of its columns goes, -1 for those that are not compared. */
    private record Relation(ChangedRows rows, int[] targets) {}

    PgOutputChanges(List<ChangedRows> tables) {
        tables.forEach(rows -> this.tables.put(rows.table().relationOid(), rows));
    }

    @Override
    public void accept(ResultSet row) throws SQLException {
        accept(ByteBuffer.wrap(row.getBytes(2)));
    }

    @Override
    public long changes() {
        return changes;
    }

    void accept(ByteBuffer in) {
        byte type = in.get();
        switch (type) {
            case 'R' -> relation(in);
            case 'I' -> insert(in);
            case 'U' -> update(in);
            case 'D' -> delete(in);
            case 'T' -> truncate(in);
            default -> {
                // Begin, commit, origin, type and other messages carry nothing that is compared.
            }
        }
    }

    private void relation(ByteBuffer in) {
        int id = in.getInt();
        string(in);
        string(in);
        in.get();
        ChangedRows rows = tables.get(Integer.toUnsignedLong(id));
        if (rows == null) {
            return;
        }
        int count = in.getShort();
        int[] targets = new int[count];
        for (int i = 0; i < count; i++) {
            in.get();
            String name = string(in);
            in.getInt();
            in.getInt();
            targets[i] = rows.table().indexOf(name);
        }
        relations.put(id, new Relation(rows, targets));
    }

    private void insert(ByteBuffer in) {
        Relation relation = wanted(in.getInt());
        if (relation != null) {
            in.get();
            relation.rows().inserted(row(in, relation));
        }
    }

    private void update(ByteBuffer in) {
        Relation relation = wanted(in.getInt());
        if (relation == null) {
            return;
        }
        byte tag = in.get();
        byte @Nullable [][] old = null;
        if (tag != 'N') {
            old = row(in, relation);
            if (tag == 'K') {
                // Columns outside of the key are sent as NULL here; what they were is not said.
                onlyKey(old, relation.rows().table());
            }
            in.get();
        }
        relation.rows().updated(old, row(in, relation));
    }

    private void delete(ByteBuffer in) {
        Relation relation = wanted(in.getInt());
        if (relation != null) {
            in.get();
            relation.rows().deleted(row(in, relation));
        }
    }

    private void truncate(ByteBuffer in) {
        int count = in.getInt();
        in.get();
        for (int i = 0; i < count; i++) {
            Relation relation = wanted(in.getInt());
            if (relation != null) {
                relation.rows().truncated();
            }
        }
    }

    /** The relation of a change, which is counted; null when its table is not compared. */
    private @Nullable Relation wanted(int id) {
        Relation relation = relations.get(id);
        changes += relation == null ? 0 : 1;
        return relation;
    }

    private static void onlyKey(byte[][] row, ComparedTable table) {
        byte[][] key = row.clone();
        java.util.Arrays.fill(row, ChangedRows.ABSENT);
        for (int column : table.keyColumns()) {
            row[column] = key[column];
        }
    }

    private static byte[][] row(ByteBuffer in, Relation relation) {
        byte[][] row = new byte[relation.rows().table().columns().size()][];
        java.util.Arrays.fill(row, ChangedRows.ABSENT);
        int count = in.getShort();
        for (int i = 0; i < count; i++) {
            byte[] value = switch (in.get()) {
                case 'n' -> null;
                case 'u' -> ChangedRows.UNCHANGED;
                default -> {
                    byte[] text = new byte[in.getInt()];
                    in.get(text);
                    yield text;
                }
            };
            if (relation.targets()[i] >= 0) {
                row[relation.targets()[i]] = value;
            }
        }
        return row;
    }

    private static String string(ByteBuffer in) {
        int start = in.position();
        while (in.get() != 0) {
            // The terminating zero ends it.
        }
        byte[] bytes = new byte[in.position() - 1 - start];
        in.get(start, bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
