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
public final class LoadFiles implements OpenFiles.Open {
    private final TableFormat format;
    private final int table;
    private final RowCursor row;
    private final OpenFiles openFiles;
    private final List<DataFile> files = new ArrayList<>();
    private DataFileWriter open;
    private long lsn;
    private long rows;

    public LoadFiles(TableFormat format, int table, RowCursor row, OpenFiles openFiles) {
        this.openFiles = openFiles;
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
        for (int i = 0; i < batch.count; i++) {
            row.moveTo(batch.bytes, batch.newOffsets[i]);
            if (open != null && !open.takes(row.size())) {
                closeEarly();
            }
            if (open == null) {
                open = new DataFileWriter(format, row.size(), openFiles.rowGroupBytes());
                openFiles.add(this);
            }
            open.add(row);
        }
        rows += batch.count;
    }

    /** Completes the files of this cut; empty when it brought no rows. */
    public Optional<TableFiles> finish() throws IOException {
        closeEarly();
        if (files.isEmpty()) {
            return Optional.empty();
        }
        TableFiles result = new TableFiles(table, lsn, lsn, 0, rows, 0, files, List.of(), List.of());
        files.clear();
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

    /** Gives up the file that is still open. */
    public void abandon() {
        if (open != null) {
            openFiles.remove(this);
            open.abandon();
            open = null;
        }
    }
}
