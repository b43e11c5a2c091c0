package dev.sluice.ingest.sink.file;

import dev.sluice.ingest.row.KeyBytes;
import dev.sluice.ingest.row.RowCursor;
import dev.sluice.ingest.sink.cut.CarriedRow;
import dev.sluice.ingest.sink.cut.TableFiles;
import dev.sluice.ingest.sink.poison.RowJudge;
import dev.sluice.ingest.sink.row.CutKeys;
import dev.sluice.ingest.sink.spill.HeapBudget;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;

/**
 * The files of one table in one cut. All changes of a key go through one of these, in order.
 *
 * <p>An equality delete does not reach rows of its own commit, so a row that this cut wrote is deleted by its position
 * and any other by its key; the equality delete of a key is written once, when the cut first deletes it. Inserts never
 * write deletes. Keeping this choice here, a key index can later replace the equality deletes without touching callers.
 */
public final class ChangeFiles implements OpenFiles.Open {
    private static final byte[] NO_KEY = {};

    private final TableFormat format;
    private final RowJudge judge;
    private final int table;
    private final OpenFiles openFiles;
    private final CutKeys keys;
    private final List<Written> files = new ArrayList<>();
    private DataFileWriter open;
    private final EqualityDeletes equalityDeletes;
    private final CarriedRows carried;
    private long lowestLsn;
    private long highestLsn;
    private long truncateLsn;
    private long rowsInserted;
    private long rowsDeleted;

    /**
     * @param judge looks at rows that are completed here; those that are given are judged already
     * @param budget for what is known of the keys, and for carried rows
     */
    public ChangeFiles(TableFormat format, int table, RowJudge judge, OpenFiles openFiles, HeapBudget budget) {
        this.format = format;
        this.judge = judge;
        this.table = table;
        this.openFiles = openFiles;
        this.keys = new CutKeys(budget);
        this.equalityDeletes = new EqualityDeletes(format, openFiles);
        this.carried = new CarriedRows(format.source(), budget);
    }

    /** A data file of the cut; {@code file} is null while it is open. */
    private static final class Written {
        private final PositionDeletes deletes = new PositionDeletes();
        private final String location;
        private DataFile file;

        private Written(String location) {
            this.location = location;
        }
    }

    /** Notes the commit LSN of a change. */
    public void see(long lsn) {
        if (lowestLsn == 0 || Long.compareUnsigned(lsn, lowestLsn) < 0) {
            lowestLsn = lsn;
        }
        if (Long.compareUnsigned(lsn, highestLsn) > 0) {
            highestLsn = lsn;
        }
    }

    public void insert(KeyBytes key, RowCursor row) throws IOException {
        expectAbsent(key);
        if (open != null && !open.takes(row.size())) {
            closeEarly();
        }
        if (open == null) {
            open = new DataFileWriter(format, row.size(), openFiles.rowGroupBytes());
            openFiles.add(this);
            files.add(new Written(open.location()));
        }
        long position = open.add(row);
        keys.put(key, CutKeys.rowAt(files.size() - 1, position));
        rowsInserted++;
    }

    /** Deletes the row of {@code key}; {@code row} has at least its key columns. */
    public void delete(KeyBytes key, RowCursor row) throws IOException {
        long state = keys.state(key);
        if (state == CutKeys.GONE || state == CutKeys.UNTOUCHED && truncateLsn != 0) {
            throw disorder("a row was deleted that is not there");
        }
        if (state == CutKeys.UNTOUCHED) {
            equalityDeletes.add(row);
        } else if (CutKeys.isCarried(state)) {
            carried.drop(CutKeys.carriedAddressOf(state));
        } else {
            files.get(CutKeys.fileOf(state)).deletes.add(CutKeys.positionOf(state));
        }
        keys.put(key, CutKeys.GONE);
        rowsDeleted++;
    }

    /**
     * Replaces a row by a version that lacks large values, which stay as they are.
     *
     * @param oldKey key of the version before
     * @param oldRow has at least the key columns of the version before
     */
    public void replaceCarrying(KeyBytes oldKey, RowCursor oldRow, KeyBytes newKey, RowCursor newRow)
            throws IOException {
        long state = keys.state(oldKey);
        CarriedRow version;
        if (CutKeys.isCarried(state)) {
            version = carried.next(CutKeys.carriedAddressOf(state), newRow);
        } else if (state >= 0) {
            String location = files.get(CutKeys.fileOf(state)).location;
            version = new CarriedRow(NO_KEY, location, CutKeys.positionOf(state), newRow.toRow());
        } else {
            version = new CarriedRow(oldKey.toArray(), "", 0, newRow.toRow());
        }
        delete(oldKey, oldRow);
        if (carried.isComplete(newRow)) {
            if (judge.judge(newRow) == RowJudge.Verdict.FITS) {
                insert(newKey, newRow);
            } else {
                quarantine(newKey, newRow);
            }
            return;
        }
        expectAbsent(newKey);
        keys.put(newKey, CutKeys.carriedAt(carried.add(version)));
        rowsInserted++;
    }

    /**
     * Takes a whole row that no file can hold. It goes with those that lack values: whoever completes them finds it
     * complete, and puts it among the dead letters; until then a later change of its key finds it where it finds those.
     */
    public void quarantine(KeyBytes key, RowCursor row) {
        expectAbsent(key);
        keys.put(key, CutKeys.carriedAt(carried.add(CarriedRow.whole(key.toArray(), row.toRow()))));
        rowsInserted++;
    }

    private void expectAbsent(KeyBytes key) {
        long state = keys.state(key);
        if (state >= 0 || CutKeys.isCarried(state)) {
            throw disorder("a row was inserted whose key is already there");
        }
    }

    /**
     * Forgets everything that the cut has written so far: only what follows is left of the table. With the rows that the
     * table had before the cut, which the committer counts, every row that was inserted up to here is deleted.
     */
    public void truncate(long lsn) {
        giveUpFiles();
        files.clear();
        keys.clear();
        carried.clear();
        truncateLsn = lsn;
        rowsDeleted = rowsInserted;
    }

    /** Completes the files and begins the next cut; empty when the table did not change. */
    public Optional<TableFiles> finish() throws IOException {
        if (lowestLsn == 0) {
            return Optional.empty();
        }
        closeEarly();
        List<DataFile> dataFiles = new ArrayList<>();
        List<DeleteFile> deleteFiles = new ArrayList<>();
        for (Written written : files) {
            if (written.deletes.count() == written.file.recordCount()) {
                // Nothing in it outlived the cut: an orphan, never referenced.
                continue;
            }
            dataFiles.add(written.file);
            if (written.deletes.count() > 0) {
                deleteFiles.add(written.deletes.write(format, written.file.location()));
            }
        }
        deleteFiles.addAll(equalityDeletes.finish());
        TableFiles result = new TableFiles(
                table,
                lowestLsn,
                highestLsn,
                truncateLsn,
                rowsInserted,
                rowsDeleted,
                dataFiles,
                deleteFiles,
                carried.write(format));
        reset();
        return Optional.of(result);
    }

    private void reset() {
        files.clear();
        keys.clear();
        carried.clear();
        lowestLsn = 0;
        highestLsn = 0;
        truncateLsn = 0;
        rowsInserted = 0;
        rowsDeleted = 0;
    }

    @Override
    public long bufferedBytes() {
        return open == null ? 0 : open.bufferedBytes();
    }

    @Override
    public void closeEarly() throws IOException {
        if (open != null) {
            openFiles.remove(this);
            files.get(files.size() - 1).file = open.finish();
            open = null;
        }
    }

    /** Gives up files that are still open, and what is kept on local disk. The object is of no use afterwards. */
    public void abandon() {
        giveUpFiles();
        keys.close();
        carried.close();
    }

    private void giveUpFiles() {
        if (open != null) {
            openFiles.remove(this);
            open.abandon();
            open = null;
        }
        equalityDeletes.abandon();
    }

    private SluiceException disorder(String what) {
        return new SluiceException(
                ErrorCode.E1901,
                "table " + format.source().schema() + "." + format.source().name() + ": " + what
                        + " according to the changes of this cut",
                "report this; nothing of the cut was committed");
    }
}
