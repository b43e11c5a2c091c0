package dev.sluice.ingest.sink.cut;

import com.fasterxml.jackson.databind.ObjectMapper;
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
import java.util.Optional;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.iceberg.ContentFile;
import org.apache.iceberg.ContentFileParser;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.PartitionSpec;

/** The persisted form of {@link CutFiles}: our own framing around Iceberg's JSON of content files. No Java serialization. */
public final class CutFilesSerializer implements SimpleVersionedSerializer<CutFiles> {
    private static final int VERSION = 5;
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final PartitionSpec SPEC = PartitionSpec.unpartitioned();

    @Override
    public int getVersion() {
        return VERSION;
    }

    @Override
    public byte[] serialize(CutFiles cut) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeBoolean(cut.isEarly());
            writePosition(out, cut.to());
            out.writeBoolean(cut.from().isPresent());
            if (cut.from().isPresent()) {
                writePosition(out, cut.from().get());
            }
            out.writeLong(cut.commitTimeMicros());
            writeTables(out, cut.changes());
            writeTables(out, cut.loads());
            out.writeInt(cut.markers().size());
            for (LoadMarker marker : cut.markers()) {
                writePosition(out, marker.position());
                out.writeLong(marker.timeMicros());
                out.writeInt(marker.tables().length);
                for (int table : marker.tables()) {
                    out.writeInt(table);
                }
                out.writeInt(marker.rows().length);
                for (long rows : marker.rows()) {
                    out.writeLong(rows);
                }
            }
            out.writeInt(cut.stops().size());
            for (TableStop stop : cut.stops()) {
                out.writeInt(stop.table());
                out.writeUTF(stop.code().name());
                out.writeUTF(stop.reason());
                out.writeUTF(stop.fix());
            }
        }
        return bytes.toByteArray();
    }

    @Override
    public CutFiles deserialize(int version, byte[] serialized) throws IOException {
        if (version != VERSION) {
            throw new IOException("cut of version " + version + ", this build reads version " + VERSION);
        }
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(serialized))) {
            boolean isEarly = in.readBoolean();
            Position to = readPosition(in);
            Optional<Position> from = in.readBoolean() ? Optional.of(readPosition(in)) : Optional.empty();
            long time = in.readLong();
            List<TableFiles> changes = readTables(in);
            List<TableFiles> loads = readTables(in);
            List<LoadMarker> markers = new ArrayList<>();
            for (int left = readCount(in); left > 0; left--) {
                markers.add(readMarker(in));
            }
            List<TableStop> stops = new ArrayList<>();
            for (int left = readCount(in); left > 0; left--) {
                stops.add(new TableStop(in.readInt(), ErrorCode.valueOf(in.readUTF()), in.readUTF(), in.readUTF()));
            }
            return new CutFiles(isEarly, to, time, changes, loads, markers, stops, from);
        }
    }

    private static LoadMarker readMarker(DataInputStream in) throws IOException {
        Position position = readPosition(in);
        long time = in.readLong();
        int[] tables = new int[readCount(in)];
        for (int i = 0; i < tables.length; i++) {
            tables[i] = in.readInt();
        }
        long[] rows = new long[readCount(in)];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = in.readLong();
        }
        return new LoadMarker(position, time, tables, rows);
    }

    private static void writePosition(DataOutputStream out, Position position) throws IOException {
        out.writeLong(position.order());
        writeBytes(out, position.text().getBytes(StandardCharsets.UTF_8));
    }

    private static Position readPosition(DataInputStream in) throws IOException {
        return new Position(in.readLong(), new String(in.readNBytes(readCount(in)), StandardCharsets.UTF_8));
    }

    private static void writeTables(DataOutputStream out, List<TableFiles> tables) throws IOException {
        out.writeInt(tables.size());
        for (TableFiles files : tables) {
            out.writeInt(files.table());
            out.writeLong(files.lowestLsn());
            out.writeLong(files.highestLsn());
            out.writeLong(files.truncateLsn());
            out.writeLong(files.rowsInserted());
            out.writeLong(files.rowsDeleted());
            writeFiles(out, files.dataFiles());
            writeFiles(out, files.deleteFiles());
            writeCarried(out, files.carried());
        }
    }

    private static List<TableFiles> readTables(DataInputStream in) throws IOException {
        List<TableFiles> tables = new ArrayList<>();
        for (int left = readCount(in); left > 0; left--) {
            int table = in.readInt();
            long lowest = in.readLong();
            long highest = in.readLong();
            long truncate = in.readLong();
            long inserted = in.readLong();
            long deleted = in.readLong();
            List<DataFile> dataFiles = new ArrayList<>();
            for (ContentFile<?> file : readFiles(in)) {
                dataFiles.add((DataFile) file);
            }
            List<DeleteFile> deleteFiles = new ArrayList<>();
            for (ContentFile<?> file : readFiles(in)) {
                deleteFiles.add((DeleteFile) file);
            }
            tables.add(new TableFiles(
                    table, lowest, highest, truncate, inserted, deleted, dataFiles, deleteFiles, readCarried(in)));
        }
        return tables;
    }

    private static void writeCarried(DataOutputStream out, List<CarriedFile> files) throws IOException {
        out.writeInt(files.size());
        for (CarriedFile file : files) {
            out.writeUTF(file.location());
            out.writeLong(file.length());
            out.writeLong(file.rows());
        }
    }

    private static List<CarriedFile> readCarried(DataInputStream in) throws IOException {
        List<CarriedFile> files = new ArrayList<>();
        for (int left = readCount(in); left > 0; left--) {
            files.add(new CarriedFile(in.readUTF(), in.readLong(), in.readLong()));
        }
        return files;
    }

    private static void writeBytes(DataOutputStream out, byte[] bytes) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static void writeFiles(DataOutputStream out, List<? extends ContentFile<?>> files) throws IOException {
        out.writeInt(files.size());
        for (ContentFile<?> file : files) {
            writeBytes(out, ContentFileParser.toJson(file, SPEC).getBytes(StandardCharsets.UTF_8));
        }
    }

    private static List<ContentFile<?>> readFiles(DataInputStream in) throws IOException {
        List<ContentFile<?>> files = new ArrayList<>();
        for (int left = readCount(in); left > 0; left--) {
            byte[] json = in.readNBytes(readCount(in));
            files.add(ContentFileParser.fromJson(JSON.readTree(json), SPEC));
        }
        return files;
    }

    private static int readCount(DataInputStream in) throws IOException {
        int count = in.readInt();
        if (count < 0 || count > in.available() + 1) {
            throw new IOException("malformed cut: a count of " + count + " with " + in.available() + " bytes left");
        }
        return count;
    }
}
