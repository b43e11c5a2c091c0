package dev.sluice.compaction;

import dev.sluice.lake.Position;
import dev.sluice.lake.Stamp;
import dev.sluice.spec.Lsn;
import dev.sluice.spec.PipelineSpec.UpkeepSpec;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.RowDelta;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.GenericFileWriterFactory;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.deletes.EqualityDeleteWriter;
import org.apache.iceberg.encryption.EncryptedFiles;
import org.apache.iceberg.encryption.EncryptedOutputFile;
import org.apache.iceberg.encryption.EncryptionKeyMetadata;
import org.apache.iceberg.inmemory.InMemoryCatalog;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.DataWriter;
import org.apache.iceberg.types.Types;

/** A table in memory, written as the lake sink writes it: data files, equality deletes on the key, a stamp per commit. */
public final class TestLake {
    static final Schema SCHEMA = new Schema(
            List.of(
                    Types.NestedField.required(1, "id", Types.LongType.get()),
                    Types.NestedField.optional(2, "payload", Types.StringType.get())),
            java.util.Set.of(1));
    public static final UpkeepSpec POLICY = new UpkeepSpec(64 << 20, 3, 2, Duration.ZERO, 1);

    public final Table table;
    public final Map<Long, String> model = new TreeMap<>();
    private long lsn = 100;

    public TestLake() {
        InMemoryCatalog catalog = new InMemoryCatalog();
        catalog.initialize("test", Map.of());
        catalog.createNamespace(Namespace.of("bronze"));
        table = catalog.buildTable(TableIdentifier.of("bronze", "t"), SCHEMA)
                .withProperty("format-version", "2")
                .withProperty("commit.retry.num-retries", "20")
                .create();
    }

    Position lastLsn() {
        return Position.of(new Lsn(lsn));
    }

    /** One lake commit: a null payload deletes, any other inserts or replaces. */
    public void commit(Map<Long, String> changes) throws IOException {
        table.refresh();
        RowDelta delta = table.newRowDelta();
        Map<Long, String> written = new HashMap<>();
        EqualityDeleteWriter<Record> deletes = null;
        for (Map.Entry<Long, String> change : changes.entrySet()) {
            if (model.containsKey(change.getKey())) {
                if (deletes == null) {
                    deletes = writers().newEqualityDeleteWriter(output("delete"), table.spec(), null);
                }
                GenericRecord key = GenericRecord.create(SCHEMA.select("id"));
                key.setField("id", change.getKey());
                deletes.write(key);
            }
            if (change.getValue() != null) {
                written.put(change.getKey(), change.getValue());
            }
        }
        if (!written.isEmpty()) {
            delta.addRows(dataFile(written));
        }
        if (deletes != null) {
            deletes.close();
            DeleteFile file = deletes.toDeleteFile();
            delta.addDeletes(file);
        }
        lsn++;
        new Stamp(
                        "test",
                        Position.of(new Lsn(lsn)),
                        Position.of(new Lsn(lsn - 1)),
                        Instant.ofEpochSecond(lsn),
                        Stamp.Kind.DATA,
                        written.size(),
                        0)
                .toSummary()
                .forEach(delta::set);
        delta.commit();
        changes.forEach((id, payload) -> {
            if (payload == null) {
                model.remove(id);
            } else {
                model.put(id, payload);
            }
        });
    }

    public Map<Long, String> content() throws IOException {
        return content(table.currentSnapshot().snapshotId());
    }

    Map<Long, String> content(long snapshotId) throws IOException {
        table.refresh();
        Map<Long, String> rows = new TreeMap<>();
        try (CloseableIterable<Record> records =
                IcebergGenerics.read(table).useSnapshot(snapshotId).build()) {
            for (Record row : records) {
                if (rows.put((Long) row.getField("id"), (String) row.getField("payload")) != null) {
                    throw new AssertionError("row " + row.getField("id") + " is there twice");
                }
            }
        }
        return rows;
    }

    private DataFile dataFile(Map<Long, String> rows) throws IOException {
        DataWriter<Record> writer = writers().newDataWriter(output("data"), table.spec(), null);
        try (writer) {
            rows.forEach((id, payload) -> {
                GenericRecord row = GenericRecord.create(SCHEMA);
                row.setField("id", id);
                row.setField("payload", payload);
                writer.write(row);
            });
        }
        return writer.toDataFile();
    }

    private GenericFileWriterFactory writers() {
        return new GenericFileWriterFactory.Builder(table)
                .dataFileFormat(FileFormat.PARQUET)
                .dataSchema(SCHEMA)
                .deleteFileFormat(FileFormat.PARQUET)
                .equalityFieldIds(new int[] {1})
                .equalityDeleteRowSchema(SCHEMA.select("id"))
                .build();
    }

    private EncryptedOutputFile output(String kind) {
        return EncryptedFiles.encryptedOutput(
                table.io().newOutputFile(table.location() + "/data/" + kind + "-" + UUID.randomUUID() + ".parquet"),
                EncryptionKeyMetadata.EMPTY);
    }
}
