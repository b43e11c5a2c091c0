package dev.sluice.ingest.sink;

import dev.sluice.ingest.row.Batch;
import dev.sluice.ingest.row.ChangeRows;
import dev.sluice.ingest.row.LoadRows;
import dev.sluice.ingest.row.RowForm;
import dev.sluice.ingest.sink.cut.CutFiles;
import dev.sluice.ingest.table.ColumnType.Scalar;
import dev.sluice.ingest.table.SourceTable;
import dev.sluice.ingest.table.SourceTable.SourceColumn;
import dev.sluice.lake.Stamp;
import dev.sluice.lake.TableStamps;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.apache.iceberg.ContentFile;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileContent;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetReaders;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.parquet.Parquet;

/**
 * Large cuts through the whole sink, in a process of its own whose heap is the shipped one: {@link SizesIT} starts it. What
 * it wrote is read back file by file, and every row is accounted for. Ends with 0 when all is right.
 */
public final class SizeRun {
    private static final int BATCH = 4_000;
    private static final int TABLES = 100;

    private SizeRun() {}

    public static void main(String[] arguments) {
        try {
            run(arguments);
        } catch (IOException | RuntimeException | Error e) {
            // Threads of the test lake would keep a failed process alive.
            e.printStackTrace();
            System.exit(1);
        }
    }

    private static void run(String[] arguments) throws IOException {
        long start = System.nanoTime();
        int size = Integer.parseInt(arguments[1]);
        switch (arguments[0]) {
            case "update" -> update(size);
            case "churn" -> churn(size);
            case "tables" -> tables(size);
            case "row" -> row(size);
            default -> throw new IllegalArgumentException(arguments[0]);
        }
        System.out.printf(
                "SIZE %s %d: exact, %d s, in a heap of %d MB%n",
                arguments[0],
                size,
                (System.nanoTime() - start) / 1_000_000_000,
                Runtime.getRuntime().maxMemory() >> 20);
    }

    /** One transaction that updates every row of a loaded table, with checkpoints while it is open. */
    private static void update(int rows) throws IOException {
        SourceTable source = table("big", 1);
        try (TestLake lake = TestLake.onDisk(source)) {
            for (int from = 0; from < rows; from += BATCH) {
                Rows batch = new Rows(0);
                for (int id = from; id < Math.min(rows, from + BATCH); id++) {
                    batch.add(ChangeRows.INSERT, 100, id, 0);
                }
                lake.write(batch.load(100));
            }
            lake.commitCut();
            lake.write(new Batch.Loaded(100, 0, new int[] {0}, new long[] {rows}));
            lake.commitCut();
            lake.write(new Batch.Open(200));
            int checkpoints = 0;
            for (int from = 0; from < rows; from += BATCH) {
                Rows batch = new Rows(0);
                for (int i = from; i < Math.min(rows, from + BATCH); i++) {
                    // Not in the order of the table: a prime that is no factor of the size.
                    batch.add(ChangeRows.UPDATE, 200, (int) (i * 15_485_863L % rows), 1);
                }
                lake.write(batch.changes());
                if (from % (1_000 * BATCH) == 0) {
                    expect(lake.checkpointCuts().isEmpty(), "a checkpoint hands over nothing of it");
                    checkpoints++;
                }
            }
            lake.write(new Batch.Progress(200, 1));
            CutFiles cut = lake.checkpoint();
            lake.commit(cut);
            expect(checkpoints > 0, "checkpoints passed");
            expectEach(lake.table(source), cut.changes().get(0).dataFiles(), rows, 1);
            expectEach(lake.table(source), cut.changes().get(0).deleteFiles(), rows, -1);
            expectStamp(lake.table(source), rows, rows);
        }
    }

    /** One transaction that inserts rows and updates each of them again: every deleted row is one of its own. */
    private static void churn(int rows) throws IOException {
        SourceTable source = table("churned", 1);
        try (TestLake lake = TestLake.onDisk(source)) {
            lake.write(new Batch.Open(200));
            for (int round = 0; round < 2; round++) {
                for (int from = 0; from < rows; from += BATCH) {
                    Rows batch = new Rows(0);
                    for (int id = from; id < Math.min(rows, from + BATCH); id++) {
                        batch.add(round == 0 ? ChangeRows.INSERT : ChangeRows.UPDATE, 200, id, round);
                    }
                    lake.write(batch.changes());
                }
            }
            lake.write(new Batch.Progress(200, 1));
            CutFiles cut = lake.checkpoint();
            lake.commit(cut);
            List<DataFile> whole = new ArrayList<>(cut.changes().get(0).dataFiles());
            long deleted = 0;
            for (DeleteFile delete : cut.changes().get(0).deleteFiles()) {
                expect(delete.content() == FileContent.POSITION_DELETES, "only positions are deleted");
                deleted += delete.recordCount();
            }
            long written = whole.stream().mapToLong(ContentFile::recordCount).sum();
            expect(written - deleted == rows, "as many rows as there are: " + written + " - " + deleted);
            expectStamp(lake.table(source), 2L * rows, rows);
            BitSet newest = new BitSet(rows);
            for (DataFile file : whole) {
                read(lake.table(source), file, (id, version) -> {
                    if (version == 1) {
                        expect(!newest.get(id), "once: " + id);
                        newest.set(id);
                    }
                });
            }
            expect(newest.cardinality() == rows, "every row in its last version");
        }
    }

    /** All of a hundred tables change in one cut, in turns. */
    private static void tables(int rows) throws IOException {
        SourceTable[] sources = new SourceTable[TABLES];
        for (int i = 0; i < TABLES; i++) {
            sources[i] = table("t" + i, i + 1);
        }
        try (TestLake lake = TestLake.onDisk(sources)) {
            int each = rows / TABLES;
            for (int from = 0; from < each; from += BATCH) {
                for (int table = 0; table < TABLES; table++) {
                    Rows batch = new Rows(table);
                    for (int id = from; id < Math.min(each, from + BATCH); id++) {
                        batch.add(ChangeRows.INSERT, 200, id, 1);
                    }
                    lake.write(batch.changes());
                }
            }
            CutFiles cut = lake.checkpoint();
            lake.commit(cut);
            expect(cut.changes().size() == TABLES, "all tables");
            for (int table = 0; table < TABLES; table++) {
                expectEach(lake.table(sources[table]), cut.changes().get(table).dataFiles(), each, 1);
            }
        }
    }

    /** One row of so many megabytes among small ones, while the next message is in memory already. */
    private static void row(int megabytes) throws IOException {
        SourceTable source = table("large", 1);
        try (TestLake lake = TestLake.onDisk(source)) {
            byte[] name = new byte[megabytes << 20];
            new java.util.Random(1).nextBytes(name);
            for (int i = 0; i < name.length; i++) {
                name[i] &= 0x7F;
            }
            int hash = Arrays.hashCode(name);
            lake.write(new Rows(0).add(ChangeRows.INSERT, 10, 1, 1).changes());
            byte[] message = name.clone();
            Rows batch = new Rows(0);
            batch.reserve(name.length + 32);
            batch.add(ChangeRows.INSERT, 11, 2, name);
            name = null;
            lake.write(batch.changes());
            batch = null;
            expect(message.length > 0, "the next message");
            lake.write(new Rows(0).add(ChangeRows.INSERT, 12, 3, 1).changes());
            CutFiles cut = lake.checkpoint();
            message = null;
            lake.commit(cut);
            int[] found = {0};
            for (DataFile file : cut.changes().get(0).dataFiles()) {
                try (CloseableIterable<Record> records = records(lake.table(source), file)) {
                    for (Record record : records) {
                        found[0]++;
                        String text = (String) record.get(1);
                        expect(
                                (Integer) record.get(0) != 2
                                        || Arrays.hashCode(text.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1))
                                                == hash,
                                "the large value as it was");
                    }
                }
            }
            expect(found[0] == 3, "three rows");
        }
    }

    private static void expectStamp(Table table, long inserted, long deleted) {
        Stamp stamp = TableStamps.current(table).orElseThrow();
        expect(stamp.rowsInserted() == 0 || stamp.rowsInserted() == inserted, "inserted " + stamp.rowsInserted());
        Stamp newest = Stamp.of(table.currentSnapshot()).orElseThrow();
        expect(newest.rowsInserted() == inserted && newest.rowsDeleted() == deleted, "the stamp's rows: " + newest);
    }

    /** Every id from 0 is in the files exactly once, in that version. */
    private static void expectEach(Table table, List<? extends ContentFile<?>> files, int rows, int version)
            throws IOException {
        BitSet seen = new BitSet(rows);
        for (ContentFile<?> file : files) {
            read(table, file, (id, found) -> {
                expect(!seen.get(id), "once: " + id);
                expect(found == version, "in its last version: " + id);
                seen.set(id);
            });
        }
        expect(seen.cardinality() == rows, "every row: " + seen.cardinality());
    }

    private interface Found {
        void row(int id, int version);
    }

    private static void read(Table table, ContentFile<?> file, Found found) throws IOException {
        try (CloseableIterable<Record> records = records(table, file)) {
            for (Record record : records) {
                boolean isKey = file.content() == FileContent.EQUALITY_DELETES;
                String name = isKey ? null : (String) record.get(1);
                found.row((Integer) record.get(0), isKey ? -1 : name.charAt(name.length() - 1) - '0');
            }
        }
    }

    private static CloseableIterable<Record> records(Table table, ContentFile<?> file) {
        Schema schema =
                file.content() == FileContent.EQUALITY_DELETES ? table.schema().select("id") : table.schema();
        return Parquet.read(table.io().newInputFile(file.location()))
                .project(schema)
                .createReaderFunc(type -> GenericParquetReaders.buildReader(schema, type))
                .build();
    }

    private static void expect(boolean condition, String what) {
        if (!condition) {
            throw new AssertionError(what);
        }
    }

    static SourceTable table(String name, int oid) {
        return new SourceTable(
                String.valueOf(oid),
                "public",
                name,
                List.of(new SourceColumn("id", true, Scalar.INTEGER), new SourceColumn("name", false, Scalar.TEXT)),
                List.of(0),
                false);
    }

    /** Builds batches of rows with an id and a name that ends with the row's version. */
    private static final class Rows {
        private final int table;
        private ByteBuffer bytes = ByteBuffer.allocate(BATCH * 64);
        private final int[] newOffsets = new int[BATCH];
        private final int[] oldOffsets = new int[BATCH];
        private final byte[] operations = new byte[BATCH];
        private final long[] lsns = new long[BATCH];
        private int count;

        Rows(int table) {
            this.table = table;
        }

        void reserve(int size) {
            bytes = ByteBuffer.allocate(size);
        }

        Rows add(byte operation, long lsn, int id, int version) {
            return add(
                    operation,
                    lsn,
                    id,
                    ("name of row " + id * 31L + " v" + version).getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        }

        Rows add(byte operation, long lsn, int id, byte[] name) {
            newOffsets[count] = bytes.position();
            oldOffsets[count] = RowForm.NO_ROW;
            operations[count] = operation;
            lsns[count++] = lsn;
            bytes.putShort((short) 2).putInt(4).putInt(id).putInt(name.length).put(name);
            return this;
        }

        ChangeRows changes() {
            long lsn = lsns[count - 1];
            return new ChangeRows(
                    table, lsn, 1, count, bytes.array(), newOffsets, oldOffsets, false, operations, lsns, null);
        }

        LoadRows load(long lsn) {
            return new LoadRows(table, lsn, count, bytes.array(), newOffsets);
        }
    }
}
