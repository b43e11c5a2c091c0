package dev.sluice.ingest.source.postgres.load;

import dev.sluice.ingest.source.ChunkRange;
import dev.sluice.ingest.source.RangeCodec;
import dev.sluice.ingest.source.postgres.load.TableRange.KeyRange;
import dev.sluice.ingest.source.postgres.load.TableRange.PageRange;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Ranges of PostgreSQL in a checkpoint: whether it is one of keys, then its pages as two {@code int64}, or the rows of a
 * page as {@code int32} and the literals of the key, each an {@code int32} length and UTF-8.
 */
public enum TableRangeCodec implements RangeCodec {
    INSTANCE;

    /** More columns than a key can have; a guard against reading foreign bytes. */
    private static final int KEY_COLUMNS_MAX = 1_600;

    @Override
    public void write(ChunkRange range, DataOutputStream out) throws IOException {
        out.writeBoolean(range instanceof KeyRange);
        if (range instanceof KeyRange keys) {
            writeKeys(keys, out);
        } else {
            PageRange pages = (PageRange) range;
            out.writeLong(pages.first());
            out.writeLong(pages.end());
        }
    }

    private static void writeKeys(KeyRange keys, DataOutputStream out) throws IOException {
        out.writeInt(keys.pageRows());
        out.writeInt(keys.after().size());
        for (String literal : keys.after()) {
            // Not writeUTF: a key may be longer than that takes.
            byte[] bytes = literal.getBytes(StandardCharsets.UTF_8);
            out.writeInt(bytes.length);
            out.write(bytes);
        }
    }

    @Override
    public TableRange read(DataInputStream in) throws IOException {
        return in.readBoolean() ? readKeys(in) : new PageRange(in.readLong(), in.readLong());
    }

    private static KeyRange readKeys(DataInputStream in) throws IOException {
        int pageRows = in.readInt();
        int columns = in.readInt();
        if (columns < 0 || columns > KEY_COLUMNS_MAX) {
            throw new IOException("a key of " + columns + " columns");
        }
        List<String> after = new ArrayList<>();
        for (int i = 0; i < columns; i++) {
            int length = in.readInt();
            if (length < 0 || length > in.available()) {
                throw new IOException("a key column of " + length + " bytes");
            }
            after.add(new String(in.readNBytes(length), StandardCharsets.UTF_8));
        }
        return new KeyRange(after, pageRows);
    }
}
