package dev.sluice.ingest.row;

import dev.sluice.ingest.table.TableStop;
import dev.sluice.spec.errors.ErrorCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.base.TypeSerializerSingleton;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Writes batches for the case that an operator is not chained to the source; compact, but the chain avoids it. */
public final class BatchSerializer extends TypeSerializerSingleton<Batch> {
    private static final long serialVersionUID = 1L;
    public static final BatchSerializer INSTANCE = new BatchSerializer();
    private static final byte LOAD_ROWS = 1;
    private static final byte CHANGE_ROWS = 2;
    private static final byte CHUNK_END = 3;
    private static final byte START = 4;
    private static final byte PROGRESS = 5;
    private static final byte LOADED = 6;
    private static final byte STOP = 7;
    private static final byte OPEN = 8;

    @Override
    public boolean isImmutableType() {
        return true;
    }

    @Override
    public Batch createInstance() {
        return new Batch.Progress(0, 0);
    }

    @Override
    public Batch copy(Batch from) {
        return from;
    }

    @Override
    public Batch copy(Batch from, Batch reuse) {
        return from;
    }

    @Override
    public int getLength() {
        return -1;
    }

    @Override
    public void serialize(Batch batch, DataOutputView out) throws IOException {
        if (batch instanceof LoadRows rows) {
            out.writeByte(LOAD_ROWS);
            out.writeInt(rows.table());
            out.writeLong(rows.lsn());
            out.writeInt(rows.count());
            writeBytes(rows.bytes(), usedBytes(rows.bytes(), rows.count(), rows.offsets()), out);
            writeInts(rows.offsets(), rows.count(), out);
        } else if (batch instanceof ChangeRows changes) {
            out.writeByte(CHANGE_ROWS);
            write(changes, out);
        } else if (batch instanceof Batch.ChunkEnd end) {
            out.writeByte(CHUNK_END);
            out.writeInt(end.table());
            out.writeLong(end.lsn());
        } else if (batch instanceof Batch.Start start) {
            out.writeByte(START);
            writeLongs(start.firstAfter(), start.firstAfter().length, out);
        } else if (batch instanceof Batch.Progress progress) {
            out.writeByte(PROGRESS);
            out.writeLong(progress.lsn());
            out.writeLong(progress.commitTimeMicros());
            writeText(progress.text(), out);
        } else if (batch instanceof Batch.Loaded loaded) {
            out.writeByte(LOADED);
            out.writeLong(loaded.lsn());
            out.writeLong(loaded.commitTimeMicros());
            writeInts(loaded.tables(), loaded.tables().length, out);
            writeLongs(loaded.rows(), loaded.rows().length, out);
            writeText(loaded.text(), out);
        } else if (batch instanceof Batch.Stop stop) {
            out.writeByte(STOP);
            out.writeInt(stop.reason().table());
            out.writeUTF(stop.reason().code().name());
            out.writeUTF(stop.reason().reason());
            out.writeUTF(stop.reason().fix());
        } else if (batch instanceof Batch.Open open) {
            out.writeByte(OPEN);
            out.writeLong(open.lsn());
        } else {
            throw new IllegalStateException("no form for " + batch);
        }
    }

    private static void write(ChangeRows changes, DataOutputView out) throws IOException {
        int count = changes.count();
        int used = Math.max(
                usedBytes(changes.bytes(), count, changes.newOffsets()),
                usedBytes(changes.bytes(), count, changes.oldOffsets()));
        out.writeInt(changes.table());
        out.writeLong(changes.lsn());
        out.writeLong(changes.commitTimeMicros());
        out.writeInt(count);
        writeBytes(changes.bytes(), used, out);
        writeInts(changes.newOffsets(), count, out);
        writeInts(changes.oldOffsets(), count, out);
        out.writeBoolean(changes.oldRowsAreFull());
        writeBytes(changes.operations(), count, out);
        writeLongs(changes.lsns(), count, out);
        out.writeBoolean(changes.commitMicros() != null);
        if (changes.commitMicros() != null) {
            writeLongs(changes.commitMicros(), count, out);
        }
    }

    /** Not writeUTF: the position of a source may be longer than that takes. */
    private static void writeText(String text, DataOutputView out) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        writeBytes(bytes, bytes.length, out);
    }

    private static String readText(DataInputView in) throws IOException {
        return new String(readBytes(in), StandardCharsets.UTF_8);
    }

    @Override
    public Batch deserialize(DataInputView in) throws IOException {
        byte tag = in.readByte();
        return switch (tag) {
            case LOAD_ROWS -> new LoadRows(in.readInt(), in.readLong(), in.readInt(), readBytes(in), readInts(in));
            case CHANGE_ROWS ->
                new ChangeRows(
                        in.readInt(),
                        in.readLong(),
                        in.readLong(),
                        in.readInt(),
                        readBytes(in),
                        readInts(in),
                        readInts(in),
                        in.readBoolean(),
                        readBytes(in),
                        readLongs(in),
                        in.readBoolean() ? readLongs(in) : null);
            case CHUNK_END -> new Batch.ChunkEnd(in.readInt(), in.readLong());
            case START -> new Batch.Start(readLongs(in));
            case PROGRESS -> new Batch.Progress(in.readLong(), in.readLong(), readText(in));
            case LOADED -> new Batch.Loaded(in.readLong(), in.readLong(), readInts(in), readLongs(in), readText(in));
            case STOP ->
                new Batch.Stop(
                        new TableStop(in.readInt(), ErrorCode.valueOf(in.readUTF()), in.readUTF(), in.readUTF()));
            case OPEN -> new Batch.Open(in.readLong());
            default -> throw new IOException("an unknown kind of batch, " + tag);
        };
    }

    @Override
    public Batch deserialize(Batch reuse, DataInputView in) throws IOException {
        return deserialize(in);
    }

    @Override
    public void copy(DataInputView in, DataOutputView out) throws IOException {
        serialize(deserialize(in), out);
    }

    @Override
    public TypeSerializerSnapshot<Batch> snapshotConfiguration() {
        return new Snapshot();
    }

    /** Where the row that begins last ends: the array may be longer. */
    private static int usedBytes(byte[] bytes, int count, int[] offsets) {
        int last = RowForm.NO_ROW;
        for (int i = 0; i < count; i++) {
            last = Math.max(last, offsets[i]);
        }
        return last == RowForm.NO_ROW ? 0 : rowEnd(bytes, last);
    }

    private static int rowEnd(byte[] bytes, int start) {
        int columns = BigEndian.int16(bytes, start);
        int at = start + 2;
        for (int i = 0; i < columns; i++) {
            at += 4 + Math.max(BigEndian.int32(bytes, at), 0);
        }
        return at;
    }

    private static void writeBytes(byte[] bytes, int length, DataOutputView out) throws IOException {
        out.writeInt(length);
        out.write(bytes, 0, length);
    }

    private static byte[] readBytes(DataInputView in) throws IOException {
        byte[] bytes = new byte[in.readInt()];
        in.readFully(bytes);
        return bytes;
    }

    private static void writeLongs(long[] values, int count, DataOutputView out) throws IOException {
        out.writeInt(count);
        for (int i = 0; i < count; i++) {
            out.writeLong(values[i]);
        }
    }

    private static long[] readLongs(DataInputView in) throws IOException {
        long[] values = new long[in.readInt()];
        for (int i = 0; i < values.length; i++) {
            values[i] = in.readLong();
        }
        return values;
    }

    private static void writeInts(int[] values, int count, DataOutputView out) throws IOException {
        out.writeInt(count);
        for (int i = 0; i < count; i++) {
            out.writeInt(values[i]);
        }
    }

    private static int[] readInts(DataInputView in) throws IOException {
        int[] values = new int[in.readInt()];
        for (int i = 0; i < values.length; i++) {
            values[i] = in.readInt();
        }
        return values;
    }

    /** Flink asks for a public class with a public constructor. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<Batch> {
        public Snapshot() {
            super(() -> INSTANCE);
        }
    }
}
