package dev.sluice.ingest.batch;

import dev.sluice.ingest.table.TableStop;
import dev.sluice.spec.errors.ErrorCode;
import java.io.IOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.base.TypeSerializerSingleton;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Writes batches for the case that an operator is not chained to the source; compact, but the chain avoids it. */
public final class RowBatchSerializer extends TypeSerializerSingleton<RowBatch> {
    private static final long serialVersionUID = 1L;
    public static final RowBatchSerializer INSTANCE = new RowBatchSerializer();
    private static final RowBatch.Kind[] KINDS = RowBatch.Kind.values();

    @Override
    public boolean isImmutableType() {
        return true;
    }

    @Override
    public RowBatch createInstance() {
        return RowBatch.progress(0, 0);
    }

    @Override
    public RowBatch copy(RowBatch from) {
        return from;
    }

    @Override
    public RowBatch copy(RowBatch from, RowBatch reuse) {
        return from;
    }

    @Override
    public int getLength() {
        return -1;
    }

    @Override
    public void serialize(RowBatch batch, DataOutputView out) throws IOException {
        out.writeByte(batch.kind.ordinal());
        out.writeInt(batch.table);
        out.writeLong(batch.lsn);
        out.writeLong(batch.commitTimeMicros);
        out.writeInt(batch.count);
        out.writeBoolean(batch.oldRowsAreFull);
        writeBytes(batch.bytes, batch.bytes == null ? -1 : usedBytes(batch), out);
        writeInts(batch.newOffsets, batch.count, out);
        writeInts(batch.oldOffsets, batch.count, out);
        writeBytes(batch.operations, batch.operations == null ? -1 : batch.count, out);
        // Of LOADED these are counts, one for each table; arrays of changes may be longer than needed.
        int lsns = batch.kind == RowBatch.Kind.CHANGES ? batch.count : batch.lsns == null ? 0 : batch.lsns.length;
        out.writeInt(batch.lsns == null ? -1 : lsns);
        for (int i = 0; batch.lsns != null && i < lsns; i++) {
            out.writeLong(batch.lsns[i]);
        }
        writeInts(batch.loadedTables, batch.loadedTables == null ? 0 : batch.loadedTables.length, out);
        if (batch.kind == RowBatch.Kind.CHANGES) {
            out.writeInt(batch.commitMicros == null ? -1 : batch.count);
            for (int i = 0; batch.commitMicros != null && i < batch.count; i++) {
                out.writeLong(batch.commitMicros[i]);
            }
        }
        if (batch.kind == RowBatch.Kind.STOP) {
            out.writeUTF(batch.stop.code().name());
            out.writeUTF(batch.stop.reason());
            out.writeUTF(batch.stop.fix());
        }
    }

    @Override
    public RowBatch deserialize(DataInputView in) throws IOException {
        RowBatch.Kind kind = KINDS[in.readUnsignedByte()];
        int table = in.readInt();
        long lsn = in.readLong();
        long commitTimeMicros = in.readLong();
        int count = in.readInt();
        boolean oldRowsAreFull = in.readBoolean();
        byte[] bytes = readBytes(in);
        int[] newOffsets = readInts(in);
        int[] oldOffsets = readInts(in);
        byte[] operations = readBytes(in);
        long[] lsns = readLongs(in);
        int[] loadedTables = readInts(in);
        if (kind == RowBatch.Kind.CHANGES) {
            return RowBatch.changes(
                    table,
                    lsn,
                    commitTimeMicros,
                    count,
                    bytes,
                    newOffsets,
                    oldOffsets,
                    oldRowsAreFull,
                    operations,
                    lsns,
                    readLongs(in));
        }
        if (kind == RowBatch.Kind.STOP) {
            return RowBatch.stop(new TableStop(table, ErrorCode.valueOf(in.readUTF()), in.readUTF(), in.readUTF()));
        }
        return new RowBatch(
                kind,
                table,
                lsn,
                commitTimeMicros,
                count,
                bytes,
                newOffsets,
                oldOffsets,
                oldRowsAreFull,
                operations,
                lsns,
                loadedTables);
    }

    @Override
    public RowBatch deserialize(RowBatch reuse, DataInputView in) throws IOException {
        return deserialize(in);
    }

    @Override
    public void copy(DataInputView in, DataOutputView out) throws IOException {
        serialize(deserialize(in), out);
    }

    @Override
    public TypeSerializerSnapshot<RowBatch> snapshotConfiguration() {
        return new Snapshot();
    }

    /** Where the row that begins last ends: the array may be longer. */
    static int usedBytes(RowBatch batch) {
        int last = -1;
        for (int i = 0; i < batch.count; i++) {
            last = Math.max(last, batch.newOffsets == null ? -1 : batch.newOffsets[i]);
            last = Math.max(last, batch.oldOffsets == null ? -1 : batch.oldOffsets[i]);
        }
        return last < 0 ? 0 : rowEnd(batch.bytes, last);
    }

    private static int rowEnd(byte[] bytes, int start) {
        int columns = bytes[start] << 8 | bytes[start + 1] & 0xFF;
        int at = start + 2;
        for (int i = 0; i < columns; i++) {
            int length =
                    bytes[at] << 24 | (bytes[at + 1] & 0xFF) << 16 | (bytes[at + 2] & 0xFF) << 8 | bytes[at + 3] & 0xFF;
            at += 4 + Math.max(length, 0);
        }
        return at;
    }

    private static void writeBytes(byte[] bytes, int length, DataOutputView out) throws IOException {
        out.writeInt(length);
        if (length > 0) {
            out.write(bytes, 0, length);
        }
    }

    private static byte[] readBytes(DataInputView in) throws IOException {
        int length = in.readInt();
        if (length < 0) {
            return null;
        }
        byte[] bytes = new byte[length];
        in.readFully(bytes);
        return bytes;
    }

    private static long[] readLongs(DataInputView in) throws IOException {
        int length = in.readInt();
        if (length < 0) {
            return null;
        }
        long[] values = new long[length];
        for (int i = 0; i < length; i++) {
            values[i] = in.readLong();
        }
        return values;
    }

    private static void writeInts(int[] values, int length, DataOutputView out) throws IOException {
        out.writeInt(values == null ? -1 : length);
        for (int i = 0; values != null && i < length; i++) {
            out.writeInt(values[i]);
        }
    }

    private static int[] readInts(DataInputView in) throws IOException {
        int length = in.readInt();
        if (length < 0) {
            return null;
        }
        int[] values = new int[length];
        for (int i = 0; i < length; i++) {
            values[i] = in.readInt();
        }
        return values;
    }

    /** Flink asks for a public class with a public constructor. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<RowBatch> {
        public Snapshot() {
            super(() -> INSTANCE);
        }
    }
}
