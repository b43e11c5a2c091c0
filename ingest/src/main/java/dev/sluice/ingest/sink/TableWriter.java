package dev.sluice.ingest.sink;

import dev.sluice.ingest.row.ChangeRows;
import dev.sluice.ingest.row.KeyBytes;
import dev.sluice.ingest.row.LoadRows;
import dev.sluice.ingest.row.RowCursor;
import dev.sluice.ingest.row.RowForm;
import dev.sluice.ingest.sink.cut.TableFiles;
import dev.sluice.ingest.sink.file.ChangeFiles;
import dev.sluice.ingest.sink.file.LoadFiles;
import dev.sluice.ingest.sink.file.OpenFiles;
import dev.sluice.ingest.sink.file.TableFormat;
import dev.sluice.ingest.sink.poison.PoisonStops;
import dev.sluice.ingest.sink.poison.RowJudge;
import dev.sluice.ingest.sink.poison.RowJudge.Verdict;
import dev.sluice.ingest.sink.spill.HeapBudget;
import dev.sluice.ingest.table.SourceTable;
import dev.sluice.ingest.table.TableStop;
import dev.sluice.spec.Lsn;
import dev.sluice.spec.PoisonPolicy;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Turns the batches of one table into files, and finds rows that have no place in them. */
final class TableWriter {
    private final SourceTable source;
    private final int table;
    private final RowJudge judge;
    private final RowCursor newRow;
    private final RowCursor oldRow;
    private final KeyBytes newKey;
    private final KeyBytes oldKey;
    private final boolean[] isKey;
    private final ChangeFiles changes;
    private final LoadFiles load;

    /** @param policies of the columns of {@code source} */
    TableWriter(SourceTable source, TableFormat format, int table, List<PoisonPolicy> policies, OpenFiles openFiles) {
        String name = source.schema() + "." + source.name();
        int sent = source.columns().size();
        int all = format.source().columns().size();
        this.source = source;
        this.table = table;
        this.judge = new RowJudge(format.source(), policies);
        this.newRow = new RowCursor(name, sent, all);
        this.oldRow = new RowCursor(name, sent, all);
        this.newKey = new KeyBytes(source);
        this.oldKey = new KeyBytes(source);
        this.isKey = new boolean[all];
        source.keyColumns().forEach(column -> isKey[column] = true);
        this.changes = new ChangeFiles(format, table, judge, openFiles, HeapBudget.PROCESS);
        this.load = new LoadFiles(format, table, newRow, judge, openFiles, HeapBudget.PROCESS);
    }

    /** Writes rows of a load; says so when the table must not go on. */
    Optional<TableStop> load(LoadRows batch) throws IOException {
        if (!load.add(batch)) {
            return Optional.of(stop(" in the load at " + new Lsn(batch.lsn())));
        }
        return load.isQuarantineFull() ? Optional.of(PoisonStops.tooMany(table, source)) : Optional.empty();
    }

    void closeLoadFile() throws IOException {
        load.closeEarly();
    }

    /** Writes changes; says so when the table must not go on, and leaves the rest of the batch then. */
    Optional<TableStop> change(ChangeRows batch) throws IOException {
        for (int i = 0; i < batch.count(); i++) {
            changes.see(batch.lsns()[i]);
            boolean goesOn = true;
            switch (batch.operations()[i]) {
                case ChangeRows.INSERT -> goesOn = insert(batch, i);
                case ChangeRows.UPDATE -> goesOn = update(batch, i);
                case ChangeRows.DELETE -> {
                    oldRow.moveTo(batch.bytes(), batch.oldOffsets()[i]);
                    changes.delete(oldKey.of(oldRow), oldRow);
                }
                case ChangeRows.TRUNCATE -> changes.truncate(batch.lsns()[i]);
                default ->
                    throw new SluiceException(
                            ErrorCode.E1901,
                            "unknown operation " + batch.operations()[i] + " in a batch",
                            "report this");
            }
            if (!goesOn) {
                return Optional.of(stop(" in the change at commit " + new Lsn(batch.lsns()[i])));
            }
        }
        return Optional.empty();
    }

    private TableStop stop(String where) {
        return PoisonStops.misfit(table, source, judge, where);
    }

    private boolean insert(ChangeRows batch, int change) throws IOException {
        newRow.moveTo(batch.bytes(), batch.newOffsets()[change]);
        Verdict verdict = judge.judge(newRow);
        if (verdict != Verdict.STOP) {
            put(verdict);
        }
        return verdict != Verdict.STOP;
    }

    private void put(Verdict verdict) throws IOException {
        newKey.of(newRow);
        if (verdict == Verdict.FITS) {
            changes.insert(newKey, newRow);
        } else {
            changes.quarantine(newKey, newRow);
        }
    }

    private boolean update(ChangeRows batch, int change) throws IOException {
        newRow.moveTo(batch.bytes(), batch.newOffsets()[change]);
        boolean hasOldRow = batch.oldOffsets()[change] != RowForm.NO_ROW;
        if (hasOldRow) {
            oldRow.moveTo(batch.bytes(), batch.oldOffsets()[change]);
        }
        boolean complete = !hasUnchanged() || hasOldRow && fillUnchanged(batch.oldRowsAreFull());
        Verdict verdict = judge.judge(newRow);
        if (verdict == Verdict.STOP) {
            return false;
        }
        RowCursor deleted = hasOldRow ? oldRow : newRow;
        oldKey.of(deleted);
        if (complete) {
            changes.delete(oldKey, deleted);
            put(verdict);
        } else {
            // Whoever completes the row judges it once more.
            changes.replaceCarrying(oldKey, deleted, newKey.of(newRow), newRow);
        }
        return true;
    }

    private boolean hasUnchanged() {
        for (int column = 0; column < newRow.columns(); column++) {
            if (newRow.isUnchanged(column)) {
                return true;
            }
        }
        return false;
    }

    /** Takes values that the server did not send again from the old row, where that has them; returns whether all are set. */
    private boolean fillUnchanged(boolean oldRowIsFull) {
        boolean complete = true;
        for (int column = 0; column < newRow.columns(); column++) {
            if (newRow.isUnchanged(column) && (oldRowIsFull || isKey[column])) {
                newRow.take(column, oldRow);
            }
            complete &= !newRow.isUnchanged(column);
        }
        return complete;
    }

    Optional<TableFiles> finishChanges() throws IOException {
        return changes.finish();
    }

    Optional<TableFiles> finishLoad() throws IOException {
        return load.finish();
    }

    void abandon() {
        changes.abandon();
        load.abandon();
    }
}
