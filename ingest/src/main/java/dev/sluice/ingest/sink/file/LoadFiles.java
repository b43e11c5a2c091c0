package dev.sluice.ingest.sink.file;

import dev.sluice.ingest.row.KeyBytes;
import dev.sluice.ingest.row.LoadRows;
import dev.sluice.ingest.row.RowCursor;
import dev.sluice.ingest.sink.cut.CarriedRow;
import dev.sluice.ingest.sink.cut.TableFiles;
import dev.sluice.ingest.sink.poison.PoisonStops;
import dev.sluice.ingest.sink.poison.RowJudge;
import dev.sluice.ingest.sink.spill.HeapBudget;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.iceberg.DataFile;

/** The files of one table's load, kept apart from those of changes until the whole load can be published. */
public final class LoadFiles implements OpenFiles.Open {
    private final TableFormat format;
    private final int table;
    private final RowCursor row;
    private final KeyBytes key;
    private final OpenFiles openFiles;
    private final List<DataFile> files = new ArrayList<>();
    private DataFileWriter open;
    private final RowJudge judge;
    /** Rows that no file can hold; they travel with the load's files. */
    private final CarriedRows quarantined;

    private long lsn;
    private long rows;

    public LoadFiles(
            TableFormat format, int table, RowCursor row, RowJudge judge, OpenFiles openFiles, HeapBudget budget) {
        this.judge = judge;
        this.quarantined = new CarriedRows(format.source(), budget);
        this.openFiles = openFiles;
        this.format = format;
        this.table = table;
        this.row = row;
        this.key = new KeyBytes(format.source());
    }

    /**
     * Appends rows of a load. Rows of a load at another LSN are given up: that load was started over.
     *
     * @return false when the judge found a row with which the table must not go on
     */
    public boolean add(LoadRows batch) throws IOException {
        if (batch.lsn() != lsn) {
            giveUpFile();
            quarantined.clear();
            files.clear();
            rows = 0;
            lsn = batch.lsn();
        }
        for (int i = 0; i < batch.count(); i++) {
            row.moveTo(batch.bytes(), batch.offsets()[i]);
            RowJudge.Verdict verdict = judge.judge(row);
            if (verdict == RowJudge.Verdict.STOP) {
                return false;
            }
            if (verdict == RowJudge.Verdict.QUARANTINE) {
                quarantined.add(CarriedRow.whole(key.of(row).toArray(), row.toRow()));
                continue;
            }
            if (open != null && !open.takes(row.size())) {
                closeEarly();
            }
            if (open == null) {
                open = new DataFileWriter(format, row.size(), openFiles.rowGroupBytes());
                openFiles.add(this);
            }
            open.add(row);
        }
        rows += batch.count();
        return true;
    }

    /** Whether more rows were quarantined since the last cut than one table may have dead letters. */
    public boolean isQuarantineFull() {
        return quarantined.count() > PoisonStops.LETTERS_MAX;
    }

    /** Completes the files of this cut; empty when it brought no rows. */
    public Optional<TableFiles> finish() throws IOException {
        closeEarly();
        if (files.isEmpty() && quarantined.count() == 0) {
            return Optional.empty();
        }
        TableFiles result = new TableFiles(table, lsn, lsn, 0, rows, 0, files, List.of(), quarantined.write(format));
        files.clear();
        quarantined.clear();
        rows = 0;
        return Optional.of(result);
    }

    /** Completes the file that is being written; the next rows begin another one. */
    @Override
    public void closeEarly() throws IOException {
        if (open == null) {
            return;
        }
        openFiles.remove(this);
        if (open.rows() > 0) {
            files.add(open.finish());
        }
        open = null;
    }

    @Override
    public long bufferedBytes() {
        return open == null ? 0 : open.bufferedBytes();
    }

    /** Gives up the file that is still open, and what is kept on local disk. The object is of no use afterwards. */
    public void abandon() {
        giveUpFile();
        quarantined.close();
    }

    private void giveUpFile() {
        if (open != null) {
            openFiles.remove(this);
            open.abandon();
            open = null;
        }
    }
}
