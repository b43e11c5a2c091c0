package dev.sluice.ingest.sink.poison;

import dev.sluice.lake.LakeCatalog;
import dev.sluice.lake.LakeErrors;
import dev.sluice.lake.StampProperties;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetWriter;
import org.apache.iceberg.deletes.EqualityDeleteWriter;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.DataWriter;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.parquet.Parquet;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;

/**
 * The dead letters of a pipeline in the lake: {@code _sluice.dead_letters_<pipeline>}, keyed by table and key. A lake table
 * and its dead letters at one position are together the source at that position; no row is in both.
 */
public final class DeadLetterTable {
    private static final String NAMESPACE = "_sluice";
    private static final String PREFIX = "dead_letters_";
    private static final String TABLE = "table_name";
    private static final String KEY = "key";
    private static final Schema SCHEMA = new Schema(
            List.of(
                    NestedField.required(1, TABLE, Types.StringType.get(), "The lake's table"),
                    NestedField.required(2, KEY, Types.StringType.get(), "Key of the row, a JSON object"),
                    NestedField.required(3, "position", Types.StringType.get(), "Of the commit that put it here"),
                    NestedField.optional(4, "commit_time", Types.TimestampType.withZone(), "At the source"),
                    NestedField.required(5, "code", Types.StringType.get(), "E0401"),
                    NestedField.required(6, "column_name", Types.StringType.get(), "First column that does not fit"),
                    NestedField.required(7, "reason", Types.StringType.get(), "The kind of its value"),
                    NestedField.required(8, "payload", Types.StringType.get(), "The row, a JSON object of texts"),
                    NestedField.required(9, "payload_binary", Types.BinaryType.get(), "The row in COPY's binary form")),
            Set.of(1, 2));
    private static final Schema KEYS = SCHEMA.select(TABLE, KEY);

    private DeadLetterTable() {}

    public static TableIdentifier of(String pipeline) {
        return TableIdentifier.of(Namespace.of(NAMESPACE), PREFIX + pipeline);
    }

    /** A dead letter as it stands in the lake. */
    public record Filed(DeadLetter letter, String position, Instant commitTime) {}

    /** Finds the table, or makes it. */
    public static Table create(LakeCatalog catalog, String pipeline) {
        return LakeErrors.calling("creating the table of dead letters", () -> {
            Namespace namespace = Namespace.of(NAMESPACE);
            try {
                if (!catalog.rest().namespaceExists(namespace)) {
                    catalog.rest().createNamespace(namespace);
                }
                return catalog.rest()
                        .createTable(
                                of(pipeline),
                                SCHEMA,
                                PartitionSpec.unpartitioned(),
                                Map.of(
                                        TableProperties.FORMAT_VERSION,
                                        "2",
                                        TableProperties.METADATA_DELETE_AFTER_COMMIT_ENABLED,
                                        "true",
                                        StampProperties.PIPELINE,
                                        pipeline));
            } catch (AlreadyExistsException e) {
                return catalog.rest().loadTable(of(pipeline));
            }
        });
    }

    /** All that are open, of one table of the lake or of all. */
    public static List<Filed> read(Table letters, Optional<String> table) {
        Expression filter =
                table.<Expression>map(name -> Expressions.equal(TABLE, name)).orElse(Expressions.alwaysTrue());
        return LakeErrors.calling("reading dead letters", () -> {
            List<Filed> found = new ArrayList<>();
            try (CloseableIterable<Record> records =
                    IcebergGenerics.read(letters).where(filter).build()) {
                records.forEach(record -> found.add(filed(record)));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return found;
        });
    }

    /** How many are open; 0 for a pipeline that never had one. */
    public static long count(LakeCatalog catalog, String pipeline) {
        Table letters = catalog.find(of(pipeline)).orElse(null);
        if (letters == null || letters.currentSnapshot() == null) {
            return 0;
        }
        return LakeErrors.calling("counting dead letters", () -> {
            long count = 0;
            try (CloseableIterable<Record> records =
                    IcebergGenerics.read(letters).project(KEYS).build()) {
                for (Record record : records) {
                    count += record == null ? 0 : 1;
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return count;
        });
    }

    private static Filed filed(Record record) {
        ByteBuffer bytes = ((ByteBuffer) record.getField("payload_binary")).duplicate();
        byte[] row = new byte[bytes.remaining()];
        bytes.get(row);
        java.time.OffsetDateTime time = (java.time.OffsetDateTime) record.getField("commit_time");
        return new Filed(
                new DeadLetter(
                        (String) record.getField(TABLE),
                        (String) record.getField(KEY),
                        (String) record.getField("column_name"),
                        (String) record.getField("reason"),
                        (String) record.getField("payload"),
                        row),
                (String) record.getField("position"),
                time == null ? Instant.EPOCH : time.toInstant());
    }

    /** Writes letters into a file that nobody refers to yet. */
    public static DataFile write(Table letters, Collection<DeadLetter> rows, String position, Instant commitTime)
            throws IOException {
        DataWriter<Record> writer = Parquet.writeData(newFile(letters, ""))
                .schema(letters.schema())
                .withSpec(PartitionSpec.unpartitioned())
                .createWriterFunc(GenericParquetWriter::create)
                .overwrite()
                .build();
        try (writer) {
            for (DeadLetter row : rows) {
                Record record = GenericRecord.create(letters.schema());
                record.setField(TABLE, row.table());
                record.setField(KEY, row.key());
                record.setField("position", position);
                record.setField(
                        "commit_time", commitTime.equals(Instant.EPOCH) ? null : commitTime.atOffset(ZoneOffset.UTC));
                record.setField("code", "E0401");
                record.setField("column_name", row.column());
                record.setField("reason", row.reason());
                record.setField("payload", row.payload());
                record.setField("payload_binary", ByteBuffer.wrap(row.row()));
                writer.write(record);
            }
        }
        return writer.toDataFile();
    }

    /** Deletes letters by table and key, in a file that nobody refers to yet. */
    public static DeleteFile delete(Table letters, Map<String, ? extends Collection<String>> keysByTable)
            throws IOException {
        EqualityDeleteWriter<Record> writer = Parquet.writeDeletes(newFile(letters, "-eq"))
                .forTable(letters)
                .rowSchema(KEYS)
                .createWriterFunc(GenericParquetWriter::create)
                .equalityFieldIds(1, 2)
                .overwrite()
                .buildEqualityWriter();
        try (writer) {
            for (Map.Entry<String, ? extends Collection<String>> table : keysByTable.entrySet()) {
                for (String key : table.getValue()) {
                    Record record = GenericRecord.create(KEYS);
                    record.setField(TABLE, table.getKey());
                    record.setField(KEY, key);
                    writer.write(record);
                }
            }
        }
        return writer.toDeleteFile();
    }

    private static OutputFile newFile(Table letters, String kind) {
        return letters.io()
                .newOutputFile(letters.locationProvider().newDataLocation(UUID.randomUUID() + kind + ".parquet"));
    }
}
