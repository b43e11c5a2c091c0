package dev.sluice.ingest.source;

import dev.sluice.ingest.source.PipelineSplit.AnnouncementSplit;
import dev.sluice.ingest.source.PipelineSplit.LoadSplit;
import dev.sluice.ingest.source.PipelineSplit.StopSplit;
import dev.sluice.ingest.source.PipelineSplit.StreamSplit;
import dev.sluice.ingest.table.TableStop;
import dev.sluice.lake.Position;
import dev.sluice.spec.errors.ErrorCode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/** The persisted form of splits and of the enumerator's state. Stateless. */
final class SplitCodec {
    private static final int VERSION = 3;
    private static final int LOAD = 0;
    private static final int STREAM = 1;
    private static final int ANNOUNCEMENT = 2;
    private static final int STOP = 3;
    /** More than any pipeline has tables; a guard against reading foreign bytes. */
    private static final int LIST_LENGTH_MAX = 1_000_000;

    private SplitCodec() {}

    static SimpleVersionedSerializer<PipelineSplit> splits(RangeCodec ranges) {
        return new Versioned<>() {
            @Override
            void write(PipelineSplit split, DataOutputStream out) throws IOException {
                if (split instanceof LoadSplit load) {
                    out.writeByte(LOAD);
                    writeLoad(load, ranges, out);
                } else if (split instanceof AnnouncementSplit announcement) {
                    out.writeByte(ANNOUNCEMENT);
                    writeLoaded(announcement.load(), out);
                } else if (split instanceof StopSplit stop) {
                    out.writeByte(STOP);
                    writeStop(stop.stop(), out);
                } else {
                    out.writeByte(STREAM);
                    writeStream((StreamSplit) split, out);
                }
            }

            @Override
            PipelineSplit read(DataInputStream in) throws IOException {
                int kind = in.readByte();
                return switch (kind) {
                    case LOAD -> readLoad(in, ranges);
                    case STREAM -> readStream(in);
                    case ANNOUNCEMENT -> new AnnouncementSplit(readLoaded(in));
                    case STOP -> new StopSplit(readStop(in));
                    default -> throw new IOException("unknown kind of split: " + kind);
                };
            }
        };
    }

    static SimpleVersionedSerializer<EnumeratorState> enumerator() {
        return new Versioned<>() {
            @Override
            void write(EnumeratorState state, DataOutputStream out) throws IOException {
                out.writeUTF(state.phase().name());
                writeTexts(state.tableIds(), out);
                writeLoads(state.loaded(), out);
            }

            @Override
            EnumeratorState read(DataInputStream in) throws IOException {
                return new EnumeratorState(EnumeratorState.Phase.valueOf(in.readUTF()), readTexts(in), readLoads(in));
            }
        };
    }

    private static void writeLoad(LoadSplit load, RangeCodec ranges, DataOutputStream out) throws IOException {
        out.writeInt(load.chunk());
        out.writeLong(load.loadLsn());
        out.writeInt(load.table());
        ranges.write(load.range(), out);
        out.writeLong(load.rowsEmitted());
        out.writeLong(load.rowsBefore());
    }

    private static LoadSplit readLoad(DataInputStream in, RangeCodec ranges) throws IOException {
        int chunk = in.readInt();
        long loadLsn = in.readLong();
        int table = in.readInt();
        ChunkRange range = ranges.read(in);
        return new LoadSplit(chunk, loadLsn, table, range, in.readLong(), in.readLong());
    }

    private static void writeStop(TableStop stop, DataOutputStream out) throws IOException {
        out.writeInt(stop.table());
        out.writeUTF(stop.code().name());
        writeText(stop.reason(), out);
        writeText(stop.fix(), out);
    }

    private static TableStop readStop(DataInputStream in) throws IOException {
        return new TableStop(in.readInt(), ErrorCode.valueOf(in.readUTF()), readText(in), readText(in));
    }

    private static void writeStream(StreamSplit stream, DataOutputStream out) throws IOException {
        writePosition(stream.position(), out);
        writeTexts(stream.tableIds(), out);
        writePositions(stream.skipTo(), out);
        writeLoads(stream.loaded(), out);
    }

    private static StreamSplit readStream(DataInputStream in) throws IOException {
        Position position = readPosition(in);
        List<String> ids = readTexts(in);
        return new StreamSplit(position, ids, readPositions(in), readLoads(in));
    }

    private static void writeLoads(List<LoadedTables> loads, DataOutputStream out) throws IOException {
        out.writeInt(loads.size());
        for (LoadedTables load : loads) {
            writeLoaded(load, out);
        }
    }

    private static List<LoadedTables> readLoads(DataInputStream in) throws IOException {
        int length = length(in);
        List<LoadedTables> loads = new ArrayList<>();
        for (int i = 0; i < length; i++) {
            loads.add(readLoaded(in));
        }
        return loads;
    }

    private static void writeLoaded(LoadedTables loaded, DataOutputStream out) throws IOException {
        writePosition(loaded.position(), out);
        out.writeLong(loaded.timeMicros());
        writeInts(loaded.tables(), out);
        writeLongs(loaded.rows(), out);
        out.writeUTF(loaded.place().name());
    }

    private static LoadedTables readLoaded(DataInputStream in) throws IOException {
        return new LoadedTables(
                readPosition(in), in.readLong(), readInts(in), readLongs(in), LoadedTables.Place.valueOf(in.readUTF()));
    }

    private static void writeInts(List<Integer> values, DataOutputStream out) throws IOException {
        out.writeInt(values.size());
        for (int value : values) {
            out.writeInt(value);
        }
    }

    private static List<Integer> readInts(DataInputStream in) throws IOException {
        int length = length(in);
        List<Integer> values = new ArrayList<>();
        for (int i = 0; i < length; i++) {
            values.add(in.readInt());
        }
        return values;
    }

    private static void writeLongs(List<Long> values, DataOutputStream out) throws IOException {
        out.writeInt(values.size());
        for (long value : values) {
            out.writeLong(value);
        }
    }

    private static List<Long> readLongs(DataInputStream in) throws IOException {
        int length = length(in);
        List<Long> values = new ArrayList<>();
        for (int i = 0; i < length; i++) {
            values.add(in.readLong());
        }
        return values;
    }

    private static void writePosition(Position position, DataOutputStream out) throws IOException {
        out.writeLong(position.order());
        writeText(position.text(), out);
    }

    private static Position readPosition(DataInputStream in) throws IOException {
        return new Position(in.readLong(), readText(in));
    }

    private static void writePositions(List<Position> positions, DataOutputStream out) throws IOException {
        out.writeInt(positions.size());
        for (Position position : positions) {
            writePosition(position, out);
        }
    }

    private static List<Position> readPositions(DataInputStream in) throws IOException {
        int length = length(in);
        List<Position> positions = new ArrayList<>();
        for (int i = 0; i < length; i++) {
            positions.add(readPosition(in));
        }
        return positions;
    }

    private static void writeTexts(List<String> texts, DataOutputStream out) throws IOException {
        out.writeInt(texts.size());
        for (String text : texts) {
            writeText(text, out);
        }
    }

    private static List<String> readTexts(DataInputStream in) throws IOException {
        int length = length(in);
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < length; i++) {
            texts.add(readText(in));
        }
        return texts;
    }

    /** Not writeUTF: a reason may be longer than that takes. */
    private static void writeText(String text, DataOutputStream out) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static String readText(DataInputStream in) throws IOException {
        byte[] bytes = new byte[length(in)];
        in.readFully(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static int length(DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length < 0 || length > LIST_LENGTH_MAX) {
            throw new IOException("length out of range: " + length);
        }
        return length;
    }

    private abstract static class Versioned<T> implements SimpleVersionedSerializer<T> {
        abstract void write(T value, DataOutputStream out) throws IOException;

        abstract T read(DataInputStream in) throws IOException;

        @Override
        public int getVersion() {
            return VERSION;
        }

        @Override
        public byte[] serialize(T value) throws IOException {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (DataOutputStream out = new DataOutputStream(bytes)) {
                write(value, out);
            }
            return bytes.toByteArray();
        }

        @Override
        public T deserialize(int version, byte[] bytes) throws IOException {
            if (version != VERSION) {
                throw new IOException("version " + version + " of the source's state is not known");
            }
            try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
                T value = read(in);
                if (in.read() >= 0) {
                    throw new IOException("bytes are left over");
                }
                return value;
            }
        }
    }
}
