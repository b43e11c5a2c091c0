package dev.sluice.ingest.sink.carry;

import dev.sluice.ingest.batch.RowBatch;
import dev.sluice.ingest.sink.cut.CarriedRow;
import dev.sluice.ingest.sink.cut.TableFiles;
import dev.sluice.ingest.sink.file.DataFileWriter;
import dev.sluice.ingest.sink.file.TableFormat;
import dev.sluice.ingest.sink.poison.DeadLetter;
import dev.sluice.ingest.sink.poison.RowJudge;
import dev.sluice.ingest.sink.row.BigEndian;
import dev.sluice.ingest.sink.row.KeyBytes;
import dev.sluice.ingest.sink.row.RowCursor;
import dev.sluice.ingest.table.SourceTable;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.Remedy;
import dev.sluice.spec.errors.SluiceException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetReaders;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.parquet.Parquet;
import org.apache.iceberg.types.Types.NestedField;

/**
 * Completes the rows of a cut that lack unchanged large values, and writes them into one more data file of the cut.
 *
 * <p>Must run where commits happen, after the commit of every earlier cut: then the current snapshot holds exactly the
 * versions before. One scan of the lake per table and cut, of the missing columns only; one value at a time in memory.
 */
public final class CarryOver {
    /** More keys than this are not worth a filter: the scan reads the table. */
    private static final int FILTER_KEYS_MAX = 1_000;

    private final TableFormat format;
    private final SourceTable source;
    private final RowCursor row;
    private final RowCursor before;
    private final KeyBytes key;
    private final Set<Integer> missing = new TreeSet<>();
    private final Map<ByteBuffer, CarriedRow> fromLake = new HashMap<>();
    private final Map<String, Map<Long, CarriedRow>> fromFiles = new HashMap<>();
    private final List<CarriedRow> complete = new ArrayList<>();
    private final RowJudge judge;
    private final List<DeadLetter> letters = new ArrayList<>();
    private DataFileWriter writer;

    private CarryOver(TableFormat format, RowJudge judge, List<CarriedRow> rows) {
        this.judge = judge;
        this.format = format;
        this.source = format.source();
        String name = source.schema() + "." + source.name();
        this.row = new RowCursor(name, source.columns().size());
        this.before = new RowCursor(name, source.columns().size());
        this.key = new KeyBytes(source);
        for (CarriedRow carried : rows) {
            row.moveTo(carried.row(), 0);
            boolean isComplete = true;
            for (int column = 0; column < row.columns(); column++) {
                if (row.isUnchanged(column)) {
                    missing.add(column);
                    isComplete = false;
                }
            }
            if (isComplete) {
                complete.add(carried);
            } else if (carried.isFromLake()) {
                fromLake.put(ByteBuffer.wrap(carried.lakeKey()), carried);
            } else {
                fromFiles
                        .computeIfAbsent(carried.file(), file -> new HashMap<>())
                        .put(carried.position(), carried);
            }
        }
    }

    /**
     * What became of carried rows: they are complete.
     *
     * @param file those that fit; null when there are none
     * @param letters those that do not
     */
    public record Completed(DataFile file, List<DeadLetter> letters) {}

    /** Where a row's version before is, when the lake does not have it. */
    @FunctionalInterface
    public interface DeadLetterRows {
        /** The row of a key among the dead letters, in the order of the table's columns; null when there is none. */
        byte[] find(RowCursor key);
    }

    /**
     * Completes the carried rows of {@code files}.
     *
     * @param format of the table as it stands after the cut before
     * @throws SluiceException E0407 when the version before of a row is not there
     */
    public static Completed complete(TableFormat format, TableFiles files, RowJudge judge, DeadLetterRows deadLetters)
            throws IOException {
        CarryOver carryOver = new CarryOver(format, judge, files.carriedRows());
        for (CarriedRow carried : carryOver.complete) {
            carryOver.emit(carryOver.row.moveTo(carried.row(), 0));
        }
        for (String file : carryOver.fromFiles.keySet()) {
            carryOver.readFile(file);
        }
        carryOver.readLake();
        carryOver.readDeadLetters(deadLetters);
        return new Completed(carryOver.writer == null ? null : carryOver.writer.finish(), carryOver.letters);
    }

    /** A row that has all its values goes into the file, or among the dead letters when it does not fit there. */
    private void emit(RowCursor whole) throws IOException {
        if (judge.judge(whole) != RowJudge.Verdict.FITS) {
            // A policy that became stop in between counts from the next change on: here the row was taken already.
            letters.add(DeadLetter.of(source, whole, judge));
            return;
        }
        if (writer == null) {
            writer = new DataFileWriter(format);
        }
        writer.add(whole);
    }

    private void readDeadLetters(DeadLetterRows deadLetters) throws IOException {
        for (CarriedRow carried : List.copyOf(fromLake.values())) {
            keyOf(carried.lakeKey());
            byte[] letter = deadLetters.find(before);
            if (letter == null) {
                continue;
            }
            fromLake.remove(ByteBuffer.wrap(carried.lakeKey()));
            RowCursor held = new RowCursor(source.name(), BigEndian.int16(letter, 0), before.columns());
            held.moveTo(letter, 0);
            row.moveTo(carried.row(), 0);
            for (int column : missing) {
                if (row.isUnchanged(column)) {
                    row.take(column, held);
                }
            }
            emit(row);
        }
        expectNoneLeft(fromLake.size());
    }

    /** Sets the key columns of {@link #before} from a key. */
    private void keyOf(byte[] lakeKey) {
        for (int i = 0; i < source.keyColumns().size(); i++) {
            int offset = KeyBytes.offsetOf(lakeKey, i);
            before.set(source.keyColumns().get(i), lakeKey, offset, KeyBytes.lengthBefore(lakeKey, offset));
        }
    }

    private void readFile(String location) throws IOException {
        Map<Long, CarriedRow> wanted = fromFiles.get(location);
        Schema schema = project(missing);
        try (CloseableIterable<Record> records = Parquet.read(
                        format.table().io().newInputFile(location))
                .project(schema)
                .createReaderFunc(type -> GenericParquetReaders.buildReader(schema, type))
                .build()) {
            long position = 0;
            for (Record record : records) {
                CarriedRow carried = wanted.remove(position++);
                if (carried != null) {
                    write(carried, record);
                }
            }
        }
        expectNoneLeft(wanted.size());
    }

    private void readLake() throws IOException {
        if (fromLake.isEmpty()) {
            return;
        }
        Set<Integer> columns = new TreeSet<>(missing);
        columns.addAll(source.keyColumns());
        try (CloseableIterable<Record> records = IcebergGenerics.read(format.table())
                .project(project(columns))
                .where(filter())
                .build()) {
            for (Record record : records) {
                CarriedRow carried = fromLake.remove(ByteBuffer.wrap(keyOf(record)));
                if (carried != null) {
                    write(carried, record);
                }
            }
        }
    }

    private Schema project(Set<Integer> columns) {
        List<NestedField> fields = new ArrayList<>();
        columns.forEach(column -> fields.add(format.schema().columns().get(column)));
        return new Schema(fields);
    }

    /** Narrows the scan by each key column that allows it: a superset of the keys, which is all that is needed. */
    private Expression filter() {
        Expression filter = Expressions.alwaysTrue();
        if (fromLake.size() > FILTER_KEYS_MAX) {
            return filter;
        }
        for (int i = 0; i < source.keyColumns().size(); i++) {
            SourceTable.SourceColumn column =
                    source.columns().get(source.keyColumns().get(i));
            Set<Object> values = new HashSet<>();
            for (ByteBuffer lakeKey : fromLake.keySet()) {
                int offset = KeyBytes.offsetOf(lakeKey.array(), i);
                int length = KeyBytes.lengthBefore(lakeKey.array(), offset);
                Optional<Object> value = PostgresForm.filterValue(column.type(), lakeKey.array(), offset, length);
                value.ifPresent(values::add);
            }
            if (!values.isEmpty()) {
                filter = Expressions.and(filter, Expressions.in(column.name(), values.toArray()));
            }
        }
        return filter;
    }

    private byte[] keyOf(Record record) throws IOException {
        for (int column : source.keyColumns()) {
            set(before, column, record);
        }
        return key.of(before).toArray();
    }

    private void write(CarriedRow carried, Record record) throws IOException {
        row.moveTo(carried.row(), 0);
        for (int column : missing) {
            if (row.isUnchanged(column)) {
                set(row, column, record);
            }
        }
        emit(row);
    }

    private void set(RowCursor target, int column, Record record) throws IOException {
        SourceTable.SourceColumn source = this.source.columns().get(column);
        Object value = record.getField(source.name());
        if (value == null) {
            target.set(column, new byte[0], 0, RowBatch.NULL);
            return;
        }
        byte[] bytes = PostgresForm.of(source.type(), value);
        target.set(column, bytes, 0, bytes.length);
    }

    private void expectNoneLeft(int left) {
        if (left > 0) {
            String name = source.schema() + "." + source.name();
            throw new SluiceException(
                    ErrorCode.E0407,
                    left + " rows of table " + name + " are not in the lake, but the source updated them and left"
                            + " large values unchanged",
                    "the lake differs from the source: sluice verify shows where; then " + Remedy.LOAD_ANEW);
        }
    }
}
