package dev.sluice.e2e.verify;

import dev.sluice.spec.Lsn;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads pgoutput, protocol version 1, values as text, and keeps the last image of each changed row. Transactions whose
 * commit LSN is greater than the end are left out as wholes. Not thread-safe. Source: PostgreSQL documentation,
 * "Logical Replication Message Formats".
 */
final class ChangeDecoder {
    /** Stands for a TOAST value that the server did not send. */
    static final byte[] UNCHANGED = new byte[0];

    /** An empty text is not {@link #UNCHANGED}, which is known by its identity. */
    private static final byte[] EMPTY_TEXT = new byte[0];

    private final Lsn end;
    private final byte[] lastMessage;
    private final Map<Integer, Relation> relations = new HashMap<>();
    private final Map<Long, ChangedRows> tables;
    private boolean wanted;
    private boolean ended;
    private long changes;

    /** A relation as the server announced it: where each of its columns goes, -1 for those that are not compared. */
    private record Relation(ChangedRows rows, int[] targets) {}

    /**
     * @param end transactions with a commit LSN up to here count
     * @param lastMessage content of the message in the WAL after which there is nothing of interest
     * @param tables where the changes go, by the oid of the table
     */
    ChangeDecoder(Lsn end, String lastMessage, Map<Long, ChangedRows> tables) {
        this.end = end;
        this.lastMessage = lastMessage.getBytes(StandardCharsets.UTF_8);
        this.tables = tables;
    }

    /** Whether the last message has been seen. */
    boolean ended() {
        return ended;
    }

    /** Changes taken. */
    long changes() {
        return changes;
    }

    void accept(ByteBuffer in) {
        byte type = in.get();
        switch (type) {
            case 'B' -> wanted = new Lsn(in.getLong()).isAtMost(end);
            case 'R' -> relation(in);
            case 'I' -> insert(in);
            case 'U' -> update(in);
            case 'D' -> delete(in);
            case 'T' -> truncate(in);
            case 'M' -> message(in);
            default -> {
                // Commit, origin and type messages carry nothing that is compared.
            }
        }
    }

    private void relation(ByteBuffer in) {
        int id = in.getInt();
        string(in);
        string(in);
        in.get();
        ChangedRows rows = tables.get(Integer.toUnsignedLong(id));
        int count = in.getShort();
        int[] targets = new int[count];
        int found = 0;
        for (int i = 0; i < count; i++) {
            in.get();
            String name = string(in);
            in.getInt();
            in.getInt();
            targets[i] = rows == null ? -1 : indexOf(rows.table(), name);
            found += targets[i] >= 0 ? 1 : 0;
        }
        if (rows != null && found != rows.table().columns().size()) {
            throw new SluiceException(
                    ErrorCode.E1202,
                    "the published columns of " + rows.table().spec().qualifiedName() + " are not those of the table",
                    "if the table was altered just now, verify again; else publish all columns that are not excluded");
        }
        relations.put(id, new Relation(rows, targets));
    }

    private static int indexOf(ComparedTable table, String name) {
        List<ComparedTable.Column> columns = table.columns();
        for (int i = 0; i < columns.size(); i++) {
            if (columns.get(i).name().equals(name)) {
                return i;
            }
        }
        return -1;
    }

    private void insert(ByteBuffer in) {
        Relation relation = relations.get(in.getInt());
        if (isWanted(relation)) {
            in.get();
            relation.rows().inserted(row(in, relation));
        }
    }

    private void update(ByteBuffer in) {
        Relation relation = relations.get(in.getInt());
        if (!isWanted(relation)) {
            return;
        }
        byte tag = in.get();
        byte[][] old = null;
        if (tag != 'N') {
            old = row(in, relation);
            in.get();
        }
        byte[][] now = row(in, relation);
        relation.rows().updated(old == null ? now : old, now);
    }

    private void delete(ByteBuffer in) {
        Relation relation = relations.get(in.getInt());
        if (isWanted(relation)) {
            in.get();
            relation.rows().deleted(row(in, relation));
        }
    }

    private void truncate(ByteBuffer in) {
        int count = in.getInt();
        in.get();
        for (int i = 0; i < count; i++) {
            Relation relation = relations.get(in.getInt());
            if (isWanted(relation)) {
                relation.rows().truncated();
            } else if (relation != null && relation.rows() != null) {
                // It came before the lock on the table, and emptied the table for our snapshot, too.
                throw new SluiceException(
                        ErrorCode.E1202,
                        relation.rows().table().spec().qualifiedName() + " was truncated while the verification began",
                        "verify again");
            }
        }
    }

    private void message(ByteBuffer in) {
        in.get();
        in.getLong();
        String prefix = string(in);
        byte[] content = new byte[in.getInt()];
        in.get(content);
        ended |= prefix.equals(SourcePoint.MESSAGE_PREFIX) && Arrays.equals(content, lastMessage);
    }

    private boolean isWanted(Relation relation) {
        if (relation == null || relation.rows() == null || !wanted) {
            return false;
        }
        changes++;
        return true;
    }

    private static byte[][] row(ByteBuffer in, Relation relation) {
        byte[][] row = new byte[relation.rows().table().columns().size()][];
        int count = in.getShort();
        for (int i = 0; i < count; i++) {
            byte[] value = switch (in.get()) {
                case 'n' -> null;
                case 'u' -> UNCHANGED;
                default -> {
                    byte[] text = new byte[in.getInt()];
                    in.get(text);
                    yield text.length == 0 ? EMPTY_TEXT : text;
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
