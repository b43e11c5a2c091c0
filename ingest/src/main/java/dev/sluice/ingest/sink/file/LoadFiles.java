package dev.sluice.ingest.sink.file;

import dev.sluice.ingest.batch.RowBatch;
import dev.sluice.ingest.sink.cut.TableFiles;
import dev.sluice.ingest.sink.row.RowCursor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.iceberg.DataFile;

/** The files of one table's load, kept apart from those of changes until the whole load can be published. */
public final class LoadFiles {
    private static final long FILE_BYTES_MAX = 128L << 20;

    private final TableFormat format;
    private final int table;
    private final RowCursor row;
    private final List<DataFile> files = new ArrayList<>();
    private DataFileWriter open;
    private long lsn;
    private long rows;

    public LoadFiles(TableFormat format, int table, RowCursor row) {
        this.format = format;
        this.table = table;
        this.row = row;
    }

    /** Appends the rows of a LOAD batch. Rows of a load at another LSN are given up: that load was started over. */
    public void add(RowBatch batch) throws IOException {
        if (batch.lsn != lsn) {
            abandon();
            files.clear();
            rows = 0;
            lsn = batch.lsn;
        }
        if (open == null) {
            open = new DataFileWriter(format);
        }
        for (int i = 0; i < batch.count; i++) {
            open.add(row.moveTo(batch.bytes, batch.newOffsets[i]));
        }
        rows += batch.count;
        if (open.length() > FILE_BYTES_MAX) {
            closeOpenFile();
        }
    }

    /** Completes the files of this cut; empty when it brought no rows. */
    public Optional<TableFiles> finish() throws IOException {
        closeOpenFile();
        if (files.isEmpty()) {
            return Optional.empty();
        }
        TableFiles result = new TableFiles(table, lsn, lsn, 0, rows, 0, files, List.of(), List.of());
        files.clear();
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
