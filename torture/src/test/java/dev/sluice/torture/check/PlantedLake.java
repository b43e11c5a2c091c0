package dev.sluice.torture.check;

import dev.sluice.lake.Advance;
import dev.sluice.lake.LakeCatalog;
import dev.sluice.lake.LakeCommit;
import dev.sluice.lake.Position;
import dev.sluice.lake.Progress;
import dev.sluice.lake.ProgressRecord;
import dev.sluice.lake.Stamp;
import dev.sluice.lake.testing.FaultyCatalog;
import dev.sluice.spec.Lsn;
import dev.sluice.verify.ComparedTable;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.OverwriteFiles;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.RowDelta;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetWriter;
import org.apache.iceberg.deletes.EqualityDeleteWriter;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.DataWriter;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.parquet.Parquet;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;

/** A lake in memory that follows a {@link ScriptedSource} rightly, but for what a test plants in it. */
final class PlantedLake implements AutoCloseable {
    static final String PIPELINE = "planted";

    private final FaultyCatalog server = new FaultyCatalog();
    final LakeCatalog lake = server.connect();
    private final ScriptedSource source;
    private final Map<String, Lsn> tableAt = new HashMap<>();

    /** What one commit does to one table; a test may change it before it is written. */
    static final class TableWrite {
        final String table;
        final List<List<Object>> rows = new ArrayList<>();
        final Set<Integer> deletedIds = new HashSet<>();
        Lsn position;
        Lsn from;
        boolean stamped = true;
        Stamp.Kind kind = Stamp.Kind.DATA;
        int times = 1;

        TableWrite(String table) {
            this.table = table;
        }
    }

    PlantedLake(ScriptedSource source) {
        this.source = source;
        lake.rest().createNamespace(lake.bronzeNamespace(), new HashMap<>());
        for (ComparedTable table : ScriptedSource.tables()) {
            lake.rest()
                    .createTable(
                            lake.bronze(table.spec().name()),
                            schema(table),
                            PartitionSpec.unpartitioned(),
                            Map.of("format-version", "2"));
        }
    }

    private static Schema schema(ComparedTable table) {
        List<NestedField> fields = new ArrayList<>();
        for (ComparedTable.Column column : table.columns()) {
            Type type = switch (column.lakeType()) {
                case "int" -> Types.IntegerType.get();
                case "long" -> Types.LongType.get();
                default -> Types.StringType.get();
            };
            fields.add(NestedField.optional(fields.size() + 1, column.name(), type));
        }
        return new Schema(fields);
    }

    /** All tables with their rows after a transaction. */
    void load(int transaction) throws IOException {
        load(transaction, ScriptedSource.CHECKING, ScriptedSource.SAVINGS, ScriptedSource.DOCS);
        progress(ScriptedSource.position(transaction));
    }

    /** Some tables; a load does not move the progress. */
    void load(int transaction, String... tables) throws IOException {
        for (String table : tables) {
            TableWrite write = new TableWrite(table);
            write.rows.addAll(source.rows(table, transaction).values());
            write.kind = Stamp.Kind.LOAD;
            write.position = ScriptedSource.position(transaction);
            write(write);
        }
    }

    /** The transactions from {@code first} to {@code last} in one commit, changed by {@code plant}. */
    void commit(int first, int last, Consumer<TableWrite> plant) throws IOException {
        List<TableWrite> writes = new ArrayList<>();
        for (ComparedTable table : ScriptedSource.tables()) {
            TableWrite write = changes(table.spec().name(), first - 1, last);
            if (!write.deletedIds.isEmpty()) {
                plant.accept(write);
                writes.add(write);
            }
        }
        write(writes);
        progress(ScriptedSource.position(last));
    }

    /** By the states before and after: what is another row is deleted, and written where it is there. */
    private TableWrite changes(String table, int before, int after) {
        TableWrite write = new TableWrite(table);
        TreeMap<Integer, List<Object>> old = source.rows(table, before);
        TreeMap<Integer, List<Object>> now = source.rows(table, after);
        Set<Integer> ids = new HashSet<>(old.keySet());
        ids.addAll(now.keySet());
        for (int id : ids) {
            if (!java.util.Objects.equals(old.get(id), now.get(id))) {
                write.deletedIds.add(id);
                if (now.containsKey(id)) {
                    write.rows.add(now.get(id));
                }
            }
        }
        write.position = ScriptedSource.position(after);
        return write;
    }

    void write(List<TableWrite> writes) throws IOException {
        for (TableWrite write : writes) {
            for (int i = 0; i < write.times; i++) {
                write(write);
            }
        }
    }

    private void write(TableWrite write) throws IOException {
        Table table = table(write.table);
        RowDelta delta = table.newRowDelta();
        if (!write.rows.isEmpty()) {
            delta.addRows(data(table, write.rows));
        }
        if (!write.deletedIds.isEmpty() && write.kind == Stamp.Kind.DATA) {
            delta.addDeletes(deletes(table, write.deletedIds));
        }
        if (write.stamped) {
            Lsn from = write.from != null ? write.from : tableAt.getOrDefault(write.table, write.position);
            stamp(write.position, from, write.kind).toSummary().forEach(delta::set);
        }
        delta.commit();
        tableAt.put(write.table, write.position);
    }

    /** Replaces all files of a table by one with these rows, as upkeep does. */
    void rewrite(String name, List<List<Object>> rows, Lsn position) throws IOException {
        Table table = table(name);
        OverwriteFiles overwrite = table.newOverwrite()
                .overwriteByRowFilter(Expressions.alwaysTrue())
                .addFile(data(table, rows));
        stamp(position, position, Stamp.Kind.UPKEEP).toSummary().forEach(overwrite::set);
        overwrite.commit();
    }

    private static Stamp stamp(Lsn position, Lsn from, Stamp.Kind kind) {
        return new Stamp(PIPELINE, Position.of(position), Position.of(from), Instant.now(), kind, 0, 0);
    }

    void progress(Lsn position) {
        Progress progress = new Progress(lake, PIPELINE);
        progress.claim(PIPELINE, false);
        Optional<Position> from = progress.read().map(ProgressRecord::position);
        new LakeCommit(lake, LakeCommit.Bounds.DEFAULT)
                .commit(List.of(), Optional.of(new Advance(progress, PIPELINE, from, Position.of(position))))
                .orThrow();
    }

    Table table(String name) {
        return lake.load(lake.bronze(name));
    }

    private static DataFile data(Table table, List<List<Object>> rows) throws IOException {
        DataWriter<Record> writer = Parquet.writeData(file(table))
                .forTable(table)
                .createWriterFunc(GenericParquetWriter::create)
                .build();
        try (writer) {
            for (List<Object> row : rows) {
                Record record = GenericRecord.create(table.schema());
                for (int i = 0; i < row.size(); i++) {
                    record.set(i, row.get(i));
                }
                writer.write(record);
            }
        }
        return writer.toDataFile();
    }

    private static DeleteFile deletes(Table table, Set<Integer> ids) throws IOException {
        Schema key = table.schema().select("id");
        EqualityDeleteWriter<Record> writer = Parquet.writeDeletes(file(table))
                .forTable(table)
                .rowSchema(key)
                .equalityFieldIds(key.findField("id").fieldId())
                .createWriterFunc(GenericParquetWriter::create)
                .buildEqualityWriter();
        try (writer) {
            for (int id : ids) {
                Record record = GenericRecord.create(key);
                record.setField("id", id);
                writer.write(record);
            }
        }
        return writer.toDeleteFile();
    }

    private static OutputFile file(Table table) {
        return table.io().newOutputFile(table.locationProvider().newDataLocation(UUID.randomUUID() + ".parquet"));
    }

    @Override
    public void close() throws IOException {
        lake.close();
        server.close();
    }
}
