package dev.sluice.ingest.source.postgres.stream;

import dev.sluice.ingest.source.postgres.catalogue.PostgresIds;
import dev.sluice.ingest.table.SourceTable;
import dev.sluice.ingest.table.SourceTable.SourceColumn;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Writes pgoutput messages as a server would. */
final class Messages {
    static final Object UNCHANGED = new Object();
    static final long MICROS_2000 = 946_684_800_000_000L;

    /** A value sent as text although binary was asked for. */
    record Text(String value) {}

    private Messages() {}

    private interface Body {
        void write(DataOutputStream out) throws IOException;
    }

    private static byte[] message(Body body) {
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            body.write(new DataOutputStream(bytes));
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] begin(long commitLsn, long micros) {
        return message(out -> {
            out.writeByte('B');
            out.writeLong(commitLsn);
            out.writeLong(micros - MICROS_2000);
            out.writeInt(7);
        });
    }

    static byte[] commit(long commitLsn, long endLsn) {
        return message(out -> {
            out.writeByte('C');
            out.writeByte(0);
            out.writeLong(commitLsn);
            out.writeLong(endLsn);
            out.writeLong(0);
        });
    }

    static byte[] relation(SourceTable table) {
        return message(out -> {
            out.writeByte('R');
            out.writeInt(PostgresIds.oid(table));
            string(out, table.schema());
            string(out, table.name());
            out.writeByte(table.identityFull() ? 'f' : 'd');
            out.writeShort(table.columns().size());
            for (int i = 0; i < table.columns().size(); i++) {
                SourceColumn column = table.columns().get(i);
                out.writeByte(table.identityFull() || table.keyColumns().contains(i) ? 1 : 0);
                string(out, column.name());
                String[] type = column.sourceType().split(":", 2);
                out.writeInt(Integer.parseUnsignedInt(type[0]));
                out.writeInt(Integer.parseInt(type[1]));
            }
        });
    }

    static byte[] insert(int oid, Object... row) {
        return message(out -> {
            out.writeByte('I');
            out.writeInt(oid);
            tuple(out, 'N', row);
        });
    }

    static byte[] update(int oid, char oldKind, Object[] old, Object... row) {
        return message(out -> {
            out.writeByte('U');
            out.writeInt(oid);
            if (old != null) {
                tuple(out, oldKind, old);
            }
            tuple(out, 'N', row);
        });
    }

    static byte[] delete(int oid, char oldKind, Object... old) {
        return message(out -> {
            out.writeByte('D');
            out.writeInt(oid);
            tuple(out, oldKind, old);
        });
    }

    static byte[] truncate(int... oids) {
        return message(out -> {
            out.writeByte('T');
            out.writeInt(oids.length);
            out.writeByte(0);
            for (int oid : oids) {
                out.writeInt(oid);
            }
        });
    }

    private static void tuple(DataOutputStream out, char kind, Object... values) throws IOException {
        out.writeByte(kind);
        out.writeShort(values.length);
        for (Object value : values) {
            if (value == null) {
                out.writeByte('n');
            } else if (value == UNCHANGED) {
                out.writeByte('u');
            } else if (value instanceof Text text) {
                bytes(out, 't', text.value().getBytes(StandardCharsets.UTF_8));
            } else if (value instanceof Integer number) {
                out.writeByte('b');
                out.writeInt(4);
                out.writeInt(number);
            } else {
                bytes(out, 'b', value.toString().getBytes(StandardCharsets.UTF_8));
            }
        }
    }

    private static void bytes(DataOutputStream out, char tag, byte[] bytes) throws IOException {
        out.writeByte(tag);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static void string(DataOutputStream out, String value) throws IOException {
        out.write(value.getBytes(StandardCharsets.UTF_8));
        out.writeByte(0);
    }
}
