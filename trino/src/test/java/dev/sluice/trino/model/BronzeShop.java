package dev.sluice.trino.model;

import dev.sluice.lake.Advance;
import dev.sluice.lake.LakeCatalog;
import dev.sluice.lake.LakeCommit;
import dev.sluice.lake.Position;
import dev.sluice.lake.Progress;
import dev.sluice.lake.ProgressRecord;
import dev.sluice.lake.Stamp;
import dev.sluice.lake.TableChange;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetWriter;
import org.apache.iceberg.io.DataWriter;
import org.apache.iceberg.parquet.Parquet;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;

/** The bronze tables of the shop, written as the pipeline writes them: all tables of an LSN in one stamped commit. */
final class BronzeShop {
    static final String PIPELINE = "shop";
    private static final String RUN = "bronze shop";

    private static final Map<String, String> TABLES = new LinkedHashMap<>();

    static {
        TABLES.put("users", "user_id:l name:s email:s phone:s created_at:t updated_at:t deleted_at:t");
        TABLES.put("categories", "category_id:l name:s parent_id:l created_at:t updated_at:t deleted_at:t");
        TABLES.put(
                "products",
                "product_id:l name:s description:s price:d stock_quantity:i category_id:l created_at:t updated_at:t"
                        + " deleted_at:t");
        TABLES.put("orders", "order_id:l user_id:l order_status:s total_amount:d created_at:t updated_at:t");
        TABLES.put(
                "order_items", "order_item_id:l order_id:l product_id:l quantity:i price:d created_at:t updated_at:t");
        TABLES.put(
                "payments",
                "payment_id:l order_id:l amount:d payment_method:s payment_date:t status:s created_at:t updated_at:t");
        TABLES.put(
                "shipping",
                "shipping_id:l order_id:l address:s city:s postal_code:s country:s shipping_date:t tracking_number:s"
                        + " created_at:t updated_at:t");
        TABLES.put(
                "product_reviews", "review_id:l product_id:l user_id:l rating:i comment:s created_at:t updated_at:t");
    }

    private final LakeCatalog catalog;
    private final Map<String, List<Object[]>> staged = new LinkedHashMap<>();

    BronzeShop(LakeCatalog catalog) {
        this.catalog = catalog;
        if (!catalog.rest().namespaceExists(catalog.bronzeNamespace())) {
            catalog.rest().createNamespace(catalog.bronzeNamespace());
        }
        TABLES.forEach((name, columns) -> catalog.rest().createTable(catalog.bronze(name), schema(columns)));
    }

    /** Rows that the next commit makes the whole content of a table. Times are {@code 2026-01-31 10:00}. */
    BronzeShop rows(String table, Object[]... rows) {
        staged.put(table, List.of(rows));
        return this;
    }

    /** As after `sluice drop --tables` and a load from a server with positions of its own. */
    BronzeShop loadAnew(String table, Object[]... rows) {
        catalog.rest().dropTable(catalog.bronze(table), false);
        catalog.rest().createTable(catalog.bronze(table), schema(TABLES.get(table)));
        catalog.rest().dropTable(new Progress(catalog, PIPELINE).table(), false);
        return rows(table, rows);
    }

    static Object[] row(Object... values) {
        return values;
    }

    void commit(String position, String sourceCommitTime) throws IOException {
        List<TableChange> changes = new ArrayList<>();
        for (Map.Entry<String, List<Object[]>> entry : staged.entrySet()) {
            TableIdentifier identifier = catalog.bronze(entry.getKey());
            List<DataFile> files =
                    entry.getValue().isEmpty() ? List.of() : List.of(write(catalog.load(identifier), entry.getValue()));
            Stamp stamp = new Stamp(
                    PIPELINE,
                    Position.parse(position),
                    Position.ZERO,
                    Instant.parse(sourceCommitTime),
                    Stamp.Kind.DATA,
                    entry.getValue().size(),
                    0);
            changes.add(new TableChange(identifier, stamp, Position.parse(position), files, List.of(), true));
        }
        LakeCommit commit = new LakeCommit(catalog, LakeCommit.Bounds.DEFAULT);
        commit.commit(changes).orThrow();
        Progress progress = new Progress(catalog, PIPELINE);
        progress.claim(RUN, false);
        Optional<Position> from = progress.read().map(ProgressRecord::position);
        commit.commit(List.of(), Optional.of(new Advance(progress, RUN, from, Position.parse(position))))
                .orThrow();
        staged.clear();
    }

    private static Schema schema(String columns) {
        List<Types.NestedField> fields = new ArrayList<>();
        for (String column : columns.split(" ")) {
            Type type = switch (column.charAt(column.length() - 1)) {
                case 'l' -> Types.LongType.get();
                case 'i' -> Types.IntegerType.get();
                case 'd' -> Types.DecimalType.of(12, 2);
                case 't' -> Types.TimestampType.withoutZone();
                default -> Types.StringType.get();
            };
            fields.add(Types.NestedField.optional(fields.size() + 1, column.substring(0, column.length() - 2), type));
        }
        return new Schema(fields);
    }

    private static DataFile write(Table table, List<Object[]> rows) throws IOException {
        String path = table.locationProvider().newDataLocation(UUID.randomUUID() + ".parquet");
        DataWriter<Record> writer = Parquet.writeData(table.io().newOutputFile(path))
                .schema(table.schema())
                .createWriterFunc(GenericParquetWriter::create)
                .overwrite()
                .withSpec(PartitionSpec.unpartitioned())
                .build();
        try (writer) {
            for (Object[] row : rows) {
                writer.write(record(table.schema(), row));
            }
        }
        return writer.toDataFile();
    }

    private static Record record(Schema schema, Object[] values) {
        Record record = GenericRecord.create(schema);
        for (int i = 0; i < values.length; i++) {
            Type type = schema.columns().get(i).type();
            Object value = values[i];
            record.set(
                    i,
                    value == null
                            ? null
                            : switch (type.typeId()) {
                                case LONG -> ((Number) value).longValue();
                                case DECIMAL -> new BigDecimal(value.toString());
                                case TIMESTAMP ->
                                    LocalDateTime.parse(value.toString().replace(' ', 'T'));
                                default -> value;
                            });
        }
        return record;
    }
}
