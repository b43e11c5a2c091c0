package dev.sluice.verify;

import dev.sluice.lake.LakeCatalog;
import dev.sluice.lake.Position;
import dev.sluice.lake.Stamp;
import dev.sluice.lake.StampProperties;
import dev.sluice.spec.Lsn;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.sql.Array;
import java.sql.Connection;
import java.sql.Date;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.OverwriteFiles;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.UpdateProperties;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetWriter;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.DataWriter;
import org.apache.iceberg.parquet.Parquet;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;

/** Copies tables into a lake by the shortest way, through JDBC's objects; shares nothing with the pipeline. */
final class SimpleCopier {
    private final Connection source;
    private final LakeCatalog lake;
    private final String pipeline;

    SimpleCopier(Connection source, LakeCatalog lake, String pipeline) {
        this.source = source;
        this.lake = lake;
        this.pipeline = pipeline;
    }

    /** Replaces the lake table by the source's rows, after {@code tamper} had its way with them. */
    void copy(String name, String columns, Lsn lsn, Consumer<List<Record>> tamper) throws SQLException, IOException {
        copy(lake.bronze(name), "select " + columns + " from " + name, lsn, tamper);
    }

    /** The rows of {@code from} as a table of another namespace. */
    void copyInto(String namespace, String name, String from, Lsn lsn) throws SQLException, IOException {
        copy(TableIdentifier.of(namespace, name), "select * from " + from, lsn, rows -> {});
    }

    private void copy(TableIdentifier id, String query, Lsn lsn, Consumer<List<Record>> tamper)
            throws SQLException, IOException {
        try (Statement statement = source.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            Schema schema = schema(rows.getMetaData());
            List<Record> records = new ArrayList<>();
            while (rows.next()) {
                records.add(record(schema, rows));
            }
            tamper.accept(records);
            write(id, schema, records, lsn);
        }
    }

    private void write(TableIdentifier id, Schema schema, List<Record> records, Lsn lsn) throws IOException {
        if (!lake.rest().tableExists(id)) {
            lake.rest().createTable(id, schema, PartitionSpec.unpartitioned());
        }
        Table table = lake.load(id);
        DataFile file = file(table, records);
        OverwriteFiles overwrite = table.newOverwrite()
                .overwriteByRowFilter(Expressions.alwaysTrue())
                .addFile(file);
        Stamp stamp = new Stamp(
                pipeline, Position.of(lsn), Position.of(lsn), Instant.now(), Stamp.Kind.DATA, records.size(), 0);
        stamp.toSummary().forEach(overwrite::set);
        overwrite.commit();
        UpdateProperties properties = table.updateProperties();
        stamp.toTableProperties().forEach(properties::set);
        properties.set(StampProperties.FOLLOWED_SINCE, lsn.toString()).commit();
    }

    /** Appends rows as a foreign writer does: no stamp. */
    void append(String name, List<Record> records) throws IOException {
        Table table = lake.load(lake.bronze(name));
        table.newAppend().appendFile(file(table, records)).commit();
    }

    private static DataFile file(Table table, List<Record> records) throws IOException {
        DataWriter<Record> writer = Parquet.writeData(table.io()
                        .newOutputFile(table.locationProvider().newDataLocation(UUID.randomUUID() + ".parquet")))
                .forTable(table)
                .createWriterFunc(GenericParquetWriter::create)
                .build();
        try (writer) {
            writer.write(records);
        }
        return writer.toDataFile();
    }

    private static Schema schema(ResultSetMetaData columns) throws SQLException {
        List<NestedField> fields = new ArrayList<>();
        for (int i = 1; i <= columns.getColumnCount(); i++) {
            String type = columns.getColumnTypeName(i);
            Type lake = type.startsWith("_")
                    ? Types.ListType.ofOptional(1000 + i, scalar(type.substring(1), columns, i))
                    : scalar(type, columns, i);
            fields.add(NestedField.optional(i, columns.getColumnName(i), lake));
        }
        return new Schema(fields);
    }

    private static Type scalar(String type, ResultSetMetaData columns, int i) throws SQLException {
        return switch (type) {
            case "bool" -> Types.BooleanType.get();
            case "int2", "int4", "serial" -> Types.IntegerType.get();
            case "int8", "bigserial" -> Types.LongType.get();
            case "float4" -> Types.FloatType.get();
            case "float8" -> Types.DoubleType.get();
            case "numeric" -> Types.DecimalType.of(columns.getPrecision(i), columns.getScale(i));
            case "uuid" -> Types.UUIDType.get();
            case "date" -> Types.DateType.get();
            case "time" -> Types.TimeType.get();
            case "timestamp" -> Types.TimestampType.withoutZone();
            case "timestamptz" -> Types.TimestampType.withZone();
            case "bytea" -> Types.BinaryType.get();
            default -> Types.StringType.get();
        };
    }

    private static Record record(Schema schema, ResultSet row) throws SQLException {
        Record record = GenericRecord.create(schema);
        for (int i = 0; i < schema.columns().size(); i++) {
            Type type = schema.columns().get(i).type();
            if (type.isListType()) {
                Array array = row.getArray(i + 1);
                record.set(i, array == null ? null : list(array));
            } else {
                record.set(i, value(row, i + 1, type));
            }
        }
        return record;
    }

    private static List<Object> list(Array array) throws SQLException {
        List<Object> elements = new ArrayList<>();
        for (Object element : (Object[]) array.getArray()) {
            elements.add(
                    switch (element) {
                        case Timestamp time -> time.toLocalDateTime();
                        case Date date -> date.toLocalDate();
                        case null, default -> element;
                    });
        }
        return elements;
    }

    private static Object value(ResultSet row, int column, Type type) throws SQLException {
        Object value = switch (type.typeId()) {
            case BOOLEAN -> row.getBoolean(column);
            case INTEGER -> row.getInt(column);
            case LONG -> row.getLong(column);
            case FLOAT -> row.getFloat(column);
            case DOUBLE -> row.getDouble(column);
            case DECIMAL -> row.getObject(column, BigDecimal.class);
            case UUID -> row.getObject(column, UUID.class);
            case DATE -> row.getObject(column, LocalDate.class);
            case TIME -> row.getObject(column, LocalTime.class);
            case TIMESTAMP ->
                ((Types.TimestampType) type).shouldAdjustToUTC()
                        ? row.getObject(column, OffsetDateTime.class)
                        : row.getObject(column, LocalDateTime.class);
            case BINARY -> row.getBytes(column) == null ? null : ByteBuffer.wrap(row.getBytes(column));
            default -> row.getString(column);
        };
        return row.wasNull() ? null : value;
    }
}
