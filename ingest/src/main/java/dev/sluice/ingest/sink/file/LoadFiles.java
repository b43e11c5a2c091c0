package dev.sluice.ingest.sink.file;

import dev.sluice.ingest.batch.RowBatch;
import dev.sluice.ingest.sink.cut.CarriedRow;
import dev.sluice.ingest.sink.cut.TableFiles;
import dev.sluice.ingest.sink.poison.RowJudge;
import dev.sluice.ingest.sink.row.RowCursor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.iceberg.DataFile;

/** The files of one table's load, kept apart from those of changes until the whole load can be published. */
public final class LoadFiles {
    private static final long FILE_BYTES_MAX = 128L << 20;
    /** They stay in memory and in checkpoints until the load is published. */
    private static final int QUARANTINED_MAX = 20_000;

    private static final long QUARANTINED_BYTES_MAX = 16L << 20;
    private static final byte[] NO_KEY = {};

    private final TableFormat format;
    private final int table;
    private final RowCursor row;
    private final RowJudge judge;
    private final List<DataFile> files = new ArrayList<>();
    /** Rows that no file can hold; they travel with the load's files. */
    private final List<CarriedRow> quarantined = new ArrayList<>();

    private long quarantinedBytes;
    private DataFileWriter open;
    private long lsn;
    private long rows;

    public LoadFiles(TableFormat format, int table, RowCursor row, RowJudge judge) {
        this.judge = judge;
        this.format = format;
        this.table = table;
        this.row = row;
    }

    /**
     * Appends the rows of a LOAD batch. Rows of a load at another LSN are given up: that load was started over.
     *
     * @return false when the judge found a row with which the table must not go on
     */
    public boolean add(RowBatch batch) throws IOException {
        if (batch.lsn != lsn) {
            abandon();
            files.clear();
            forgetQuarantined();
            rows = 0;
            lsn = batch.lsn;
        }
        if (open == null) {
            open = new DataFileWriter(format);
        }
        for (int i = 0; i < batch.count; i++) {
            row.moveTo(batch.bytes, batch.newOffsets[i]);
            switch (judge.judge(row)) {
                case FITS -> open.add(row);
                case QUARANTINE -> {
                    CarriedRow letter = CarriedRow.whole(NO_KEY, row.toRow());
                    quarantined.add(letter);
                    quarantinedBytes += letter.row().length;
                }
                case STOP -> {
                    return false;
                }
            }
        }
        rows += batch.count;
        if (open.length() > FILE_BYTES_MAX) {
            closeOpenFile();
        }
        return true;
    }

    /** Whether more rows were quarantined than may travel with a load. */
    public boolean isQuarantineFull() {
        return quarantined.size() > QUARANTINED_MAX || quarantinedBytes > QUARANTINED_BYTES_MAX;
    }

    private void forgetQuarantined() {
        quarantined.clear();
        quarantinedBytes = 0;
    }

    /** Completes the files of this cut; empty when it brought no rows. */
    public Optional<TableFiles> finish() throws IOException {
        closeOpenFile();
        if (files.isEmpty() && quarantined.isEmpty()) {
            return Optional.empty();
        }
        TableFiles result = new TableFiles(table, lsn, lsn, 0, rows, 0, files, List.of(), quarantined);
        files.clear();
        forgetQuarantined();
        rows = 0;
        return Optional.of(result);
    }

    /** Completes the file that is being written; the next rows begin another one. */
    public void closeOpenFile() throws IOException {
        if (open == null) {
            return;
        }
        if (open.rows() > 0) {
            files.add(open.finish());
        }
        open = null;
    }

    /** Gives up the file that is still open. */
    public void abandon() {
        if (open != null) {
            open.abandon();
            open = null;
        }
    }
}
