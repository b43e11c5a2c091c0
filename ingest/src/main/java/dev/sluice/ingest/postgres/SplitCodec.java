package dev.sluice.ingest.postgres;

import dev.sluice.ingest.postgres.PostgresSplit.AnnouncementSplit;
import dev.sluice.ingest.postgres.PostgresSplit.LoadSplit;
import dev.sluice.ingest.postgres.PostgresSplit.StreamSplit;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/** The persisted form of splits and of the enumerator's state. Stateless. */
final class SplitCodec {
    private static final int VERSION = 1;
    private static final int LOAD = 0;
    private static final int STREAM = 1;
    private static final int ANNOUNCEMENT = 2;
    /** More than any pipeline has tables; a guard against reading foreign bytes. */
    private static final int LIST_LENGTH_MAX = 1_000_000;

    private SplitCodec() {}

    static SimpleVersionedSerializer<PostgresSplit> splits() {
        return new Versioned<>() {
            @Override
            void write(PostgresSplit split, DataOutputStream out) throws IOException {
                if (split instanceof LoadSplit load) {
                    out.writeByte(LOAD);
                    writeLoad(load, out);
                } else if (split instanceof AnnouncementSplit announcement) {
                    out.writeByte(ANNOUNCEMENT);
                    writeLoaded(announcement.load(), out);
                } else {
                    out.writeByte(STREAM);
                    writeStream((StreamSplit) split, out);
                }
            }

            @Override
            PostgresSplit read(DataInputStream in) throws IOException {
                int kind = in.readByte();
                return switch (kind) {
                    case LOAD -> readLoad(in);
                    case STREAM -> readStream(in);
                    case ANNOUNCEMENT -> new AnnouncementSplit(readLoaded(in));
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
                writeInts(state.tableOids(), out);
                writeOptionalLoaded(state.loaded(), out);
            }

            @Override
            EnumeratorState read(DataInputStream in) throws IOException {
                return new EnumeratorState(
                        EnumeratorState.Phase.valueOf(in.readUTF()), readInts(in), readOptionalLoaded(in));
            }
        };
    }

    private static void writeLoad(LoadSplit load, DataOutputStream out) throws IOException {
        out.writeInt(load.chunk());
        out.writeLong(load.loadLsn());
        out.writeUTF(load.snapshotName());
        out.writeInt(load.table());
        out.writeLong(load.firstPage());
        out.writeLong(load.endPage());
        out.writeLong(load.rowsEmitted());
    }

    private static LoadSplit readLoad(DataInputStream in) throws IOException {
        return new LoadSplit(
                in.readInt(), in.readLong(), in.readUTF(), in.readInt(), in.readLong(), in.readLong(), in.readLong());
    }

    private static void writeStream(StreamSplit stream, DataOutputStream out) throws IOException {
        out.writeLong(stream.position());
        writeInts(stream.tableOids(), out);
        writeLongs(stream.skipTo(), out);
        writeOptionalLoaded(stream.loaded(), out);
    }

    private static StreamSplit readStream(DataInputStream in) throws IOException {
        long position = in.readLong();
        List<Integer> oids = readInts(in);
        return new StreamSplit(position, oids, readLongs(in), readOptionalLoaded(in));
    }

    private static void writeOptionalLoaded(Optional<LoadedTables> loaded, DataOutputStream out) throws IOException {
        out.writeBoolean(loaded.isPresent());
        if (loaded.isPresent()) {
            writeLoaded(loaded.get(), out);
        }
    }

    private static Optional<LoadedTables> readOptionalLoaded(DataInputStream in) throws IOException {
        return in.readBoolean() ? Optional.of(readLoaded(in)) : Optional.empty();
    }

    private static void writeLoaded(LoadedTables loaded, DataOutputStream out) throws IOException {
        out.writeLong(loaded.lsn());
        out.writeLong(loaded.timeMicros());
        writeInts(loaded.tables(), out);
        writeLongs(loaded.rows(), out);
    }

    private static LoadedTables readLoaded(DataInputStream in) throws IOException {
        return new LoadedTables(in.readLong(), in.readLong(), readInts(in), readLongs(in));
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
