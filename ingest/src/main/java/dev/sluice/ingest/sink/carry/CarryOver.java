package dev.sluice.ingest.sink.carry;

import dev.sluice.ingest.row.BigEndian;
import dev.sluice.ingest.row.KeyBytes;
import dev.sluice.ingest.row.RowCursor;
import dev.sluice.ingest.row.RowForm;
import dev.sluice.ingest.row.ValueForm;
import dev.sluice.ingest.sink.cut.CarriedRow;
import dev.sluice.ingest.sink.cut.TableFiles;
import dev.sluice.ingest.sink.file.DataFileWriter;
import dev.sluice.ingest.sink.file.TableFormat;
import dev.sluice.ingest.sink.poison.DeadLetter;
import dev.sluice.ingest.sink.poison.RowJudge;
import dev.sluice.ingest.sink.spill.HeapBudget;
import dev.sluice.ingest.table.SourceTable;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.Remedy;
import dev.sluice.spec.errors.SluiceException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileContent;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.BaseDeleteLoader;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetReaders;
import org.apache.iceberg.deletes.PositionDeleteIndex;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.parquet.Parquet;
import org.apache.iceberg.types.Types.NestedField;

/**
 * Completes the rows of a cut that lack unchanged large values, and writes them into further data files of the cut.
 *
 * <p>Must run where commits happen, after the commit of every earlier cut: then the current snapshot holds exactly the
 * versions before. Every file is read at most once, the newest first, and only until the last version was found:
 *
 * <ol>
 *   <li>data files with sequence number n: a wanted key that is in one, and not deleted there by position, is the version
 *       before, since every delete that could reach it, that is of a higher number, was read already;
 *   <li>then equality deletes with number n: a wanted key in one has no version before, as all that is left is older.
 * </ol>
 *
 * Only rows that are looked for are kept, in the heap or on local disk; of a file, one row at a time. Large values are
 * read of no other rows than of the data files, and row groups of these, that hold a version before.
 */
public final class CarryOver implements AutoCloseable {
    /** So many rows of one data file are completed in one reading of their missing columns. */
    private static final int ROWS_AT_ONCE = 200_000;

    private static final long ROW_GROUP_BYTES = 16L << 20;

    private final TableFormat format;
    private final SourceTable source;
    private final FileIO io;
    private final RowCursor row;
    private final RowCursor before;
    private final KeyBytes key;
    private final WantedRows wanted;
    private final RowJudge judge;
    private final List<DataFile> written = new ArrayList<>();
    private final List<DeadLetter> letters = new ArrayList<>();
    private DataFileWriter writer;
    private long filesRead;

    private CarryOver(TableFormat format, TableFiles files, RowJudge judge, HeapBudget budget) throws IOException {
        this.judge = judge;
        this.format = format;
        this.source = format.source();
        this.io = format.table().io();
        String name = source.schema() + "." + source.name();
        this.row = new RowCursor(name, source.columns().size());
        this.before = new RowCursor(name, source.columns().size());
        this.key = new KeyBytes(source);
        this.wanted = new WantedRows(format, files.carried(), budget);
    }

    /**
     * Completes the carried rows of {@code files}.
     *
     * @param format of the table as it stands after the cut before
     * @param judge says which of them fit, once they are complete
     * @param held rows that are dead letters of the table: versions before may be among them
     * @throws SluiceException E0407 when the version before of a row is not there
     */
    public static Result complete(TableFormat format, TableFiles files, RowJudge judge, List<byte[]> held)
            throws IOException {
        return complete(format, files, judge, held, HeapBudget.PROCESS);
    }

    static Result complete(TableFormat format, TableFiles files, RowJudge judge, List<byte[]> held, HeapBudget budget)
            throws IOException {
        try (CarryOver carryOver = new CarryOver(format, files, judge, budget)) {
            for (long address : carryOver.wanted.complete()) {
                carryOver.emit(
                        carryOver.row.moveTo(carryOver.wanted.row(address).row(), 0));
            }
            // First: the lake has a delete of each of these keys, behind which nothing is looked for.
            for (byte[] letter : held) {
                carryOver.takeFrom(letter);
            }
            for (String file : carryOver.wanted.files()) {
                carryOver.readOwn(file);
            }
            carryOver.expectNoneLeft(carryOver.wanted.leftInFiles());
            carryOver.readLake();
            carryOver.finishFile();
            return new Result(List.copyOf(carryOver.written), List.copyOf(carryOver.letters), carryOver.filesRead);
        }
    }

    /**
     * What came of it.
     *
     * @param letters rows that no file can hold
     * @param filesRead data and delete files of the lake that were read
     */
    public record Result(List<DataFile> files, List<DeadLetter> letters, long filesRead) {}

    private void takeFrom(byte[] letter) throws IOException {
        RowCursor held = new RowCursor(source.name(), BigEndian.int16(letter, 0), row.columns());
        held.moveTo(letter, 0);
        KeyBytes there = key.of(held);
        if (!wanted.isWanted(there)) {
            return;
        }
        row.moveTo(wanted.row(wanted.take(there)).row(), 0);
        for (int column = 0; column < row.columns(); column++) {
            if (row.isUnchanged(column)) {
                row.take(column, held);
            }
        }
        emit(row);
    }

    private void readOwn(String location) throws IOException {
        VersionsBefore found = new VersionsBefore();
        long position = 0;
        try (CloseableIterable<Record> records = read(location, project(source.keyColumns()))) {
            for (Record record : records) {
                long address = wanted.take(location, position);
                if (address >= 0) {
                    found.add(position, address);
                }
                position++;
                if (found.count() == ROWS_AT_ONCE) {
                    complete(location, found);
                }
            }
        }
        complete(location, found);
    }

    private void readLake() throws IOException {
        if (wanted.leftInLake() == 0) {
            return;
        }
        for (LakeFiles.Entry entry :
                LakeFiles.newestFirst(format.table(), wanted.ranges().filter())) {
            if (wanted.leftInLake() == 0) {
                return;
            }
            filesRead++;
            if (entry.file().content() == FileContent.EQUALITY_DELETES) {
                readDeletes((DeleteFile) entry.file());
            } else {
                readData(entry);
            }
        }
        expectNoneLeft(wanted.leftInLake());
    }

    private void readData(LakeFiles.Entry entry) throws IOException {
        String location = entry.file().location();
        PositionDeleteIndex deleted = positionsDeleted(entry);
        VersionsBefore found = new VersionsBefore();
        long position = 0;
        try (CloseableIterable<Record> records = read(location, project(source.keyColumns()))) {
            for (Record record : records) {
                KeyBytes there = keyOf(record);
                if (wanted.isWanted(there) && !deleted.isDeleted(position)) {
                    found.add(position, wanted.take(there));
                }
                position++;
                if (found.count() == ROWS_AT_ONCE) {
                    complete(location, found);
                }
            }
        }
        complete(location, found);
    }

    private PositionDeleteIndex positionsDeleted(LakeFiles.Entry entry) {
        if (entry.positionDeletes().isEmpty()) {
            return PositionDeleteIndex.empty();
        }
        return new BaseDeleteLoader(delete -> io.newInputFile(delete.location(), delete.fileSizeInBytes()))
                .loadPositionDeletes(entry.positionDeletes(), entry.file().location());
    }

    private void readDeletes(DeleteFile deletes) throws IOException {
        List<Integer> own =
                format.keySchema().columns().stream().map(NestedField::fieldId).toList();
        if (!deletes.equalityFieldIds().equals(own)) {
            throw new SluiceException(
                    ErrorCode.E0407,
                    "table " + format.table().name() + " has equality deletes by other columns than its key: something"
                            + " else writes it",
                    "find out what writes it; then " + Remedy.LOAD_ANEW);
        }
        long missing = 0;
        try (CloseableIterable<Record> records = read(deletes.location(), format.keySchema())) {
            for (Record record : records) {
                missing += wanted.isWanted(keyOf(record)) ? 1 : 0;
            }
        }
        expectNoneLeft(missing);
    }

    private CloseableIterable<Record> read(String location, Schema schema) {
        return Parquet.read(io.newInputFile(location))
                .project(schema)
                .createReaderFunc(type -> GenericParquetReaders.buildReader(schema, type))
                .build();
    }

    private Schema project(Collection<Integer> columns) {
        List<NestedField> fields = new ArrayList<>();
        columns.forEach(column -> fields.add(format.schema().columns().get(column)));
        return new Schema(fields);
    }

    private KeyBytes keyOf(Record record) throws IOException {
        for (int column : source.keyColumns()) {
            set(before, column, record);
        }
        return key.of(before);
    }

    /** Writes the rows that were found in a data file, with what they lack from there. */
    private void complete(String location, VersionsBefore found) throws IOException {
        if (found.count() == 0) {
            return;
        }
        TreeSet<Integer> missing = wanted.missing();
        long position = 0;
        int next = 0;
        try (CloseableIterable<Record> records = read(location, project(missing))) {
            for (Record record : records) {
                if (position++ < found.position(next)) {
                    continue;
                }
                write(wanted.row(found.address(next++)), record, missing);
                if (next == found.count()) {
                    break;
                }
            }
        }
        found.clear();
    }

    private void write(CarriedRow carried, Record record, TreeSet<Integer> missing) throws IOException {
        row.moveTo(carried.row(), 0);
        for (int column : missing) {
            if (row.isUnchanged(column)) {
                set(row, column, record);
            }
        }
        emit(row);
    }

    /** A row that has all its values goes into a file, or among the dead letters when it does not fit there. */
    private void emit(RowCursor whole) throws IOException {
        if (judge.judge(whole) != RowJudge.Verdict.FITS) {
            // A policy that became stop in between counts from the next change on: here the row was taken already.
            letters.add(DeadLetter.of(source, whole, judge));
            return;
        }
        if (writer != null && !writer.takes(whole.size())) {
            finishFile();
        }
        if (writer == null) {
            writer = new DataFileWriter(format, whole.size(), ROW_GROUP_BYTES);
        }
        writer.add(whole);
    }

    private void finishFile() throws IOException {
        if (writer != null) {
            written.add(writer.finish());
            writer = null;
        }
    }

    private void set(RowCursor target, int column, Record record) throws IOException {
        SourceTable.SourceColumn source = this.source.columns().get(column);
        Object value = record.getField(source.name());
        if (value == null) {
            target.set(column, new byte[0], 0, RowForm.NULL);
            return;
        }
        byte[] bytes = ValueForm.of(source.type(), value);
        target.set(column, bytes, 0, bytes.length);
    }

    private void expectNoneLeft(long left) {
        if (left > 0) {
            String name = source.schema() + "." + source.name();
            throw new SluiceException(
                    ErrorCode.E0407,
                    left + " rows of table " + name + " are not in the lake, but the source updated them and left"
                            + " large values unchanged",
                    "the lake differs from the source: sluice verify shows where; then " + Remedy.LOAD_ANEW);
        }
    }

    @Override
    public void close() {
        wanted.close();
        if (writer != null) {
            writer.abandon();
        }
    }

    /** Positions in one data file, ascending, each with the address of the row that waits for it. */
    private static final class VersionsBefore {
        private long[] pairs = new long[64];
        private int count;

        void add(long position, long address) {
            if (count * 2 == pairs.length) {
                pairs = java.util.Arrays.copyOf(pairs, pairs.length * 2);
            }
            pairs[count * 2] = position;
            pairs[count * 2 + 1] = address;
            count++;
        }

        int count() {
            return count;
        }

        long position(int index) {
            return pairs[index * 2];
        }

        long address(int index) {
            return pairs[index * 2 + 1];
        }

        void clear() {
            count = 0;
        }
    }
}
