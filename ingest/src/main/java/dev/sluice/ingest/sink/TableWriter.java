package dev.sluice.ingest.sink;

import dev.sluice.ingest.batch.RowBatch;
import dev.sluice.ingest.sink.cut.TableFiles;
import dev.sluice.ingest.sink.file.ChangeFiles;
import dev.sluice.ingest.sink.file.LoadFiles;
import dev.sluice.ingest.sink.file.OpenFiles;
import dev.sluice.ingest.sink.file.TableFormat;
import dev.sluice.ingest.sink.row.KeyBytes;
import dev.sluice.ingest.sink.row.RowCursor;
import dev.sluice.ingest.sink.spill.HeapBudget;
import dev.sluice.ingest.table.SourceTable;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.io.IOException;
import java.util.Optional;

/** Turns the batches of one table into files. */
final class TableWriter {
    private final RowCursor newRow;
    private final RowCursor oldRow;
    private final KeyBytes newKey;
    private final KeyBytes oldKey;
    private final boolean[] isKey;
    private final ChangeFiles changes;
    private final LoadFiles load;

    TableWriter(SourceTable source, TableFormat format, int table, OpenFiles openFiles) {
        String name = source.schema() + "." + source.name();
        this.newRow = new RowCursor(name, source.columns().size());
        this.oldRow = new RowCursor(name, source.columns().size());
        this.newKey = new KeyBytes(source);
        this.oldKey = new KeyBytes(source);
        this.isKey = new boolean[source.columns().size()];
        source.keyColumns().forEach(column -> isKey[column] = true);
        this.changes = new ChangeFiles(format, table, openFiles, HeapBudget.PROCESS);
        this.load = new LoadFiles(format, table, newRow, openFiles);
    }

    void load(RowBatch batch) throws IOException {
        load.add(batch);
    }

    void closeLoadFile() throws IOException {
        load.closeEarly();
    }

    void change(RowBatch batch) throws IOException {
        for (int i = 0; i < batch.count; i++) {
            changes.see(batch.lsns[i]);
            switch (batch.operations[i]) {
                case RowBatch.INSERT -> insert(batch, i);
                case RowBatch.UPDATE -> update(batch, i);
                case RowBatch.DELETE -> {
                    oldRow.moveTo(batch.bytes, batch.oldOffsets[i]);
                    changes.delete(oldKey.of(oldRow), oldRow);
                }
                case RowBatch.TRUNCATE -> changes.truncate(batch.lsns[i]);
                default ->
                    throw new SluiceException(
                            ErrorCode.E1901, "unknown operation " + batch.operations[i] + " in a batch", "report this");
            }
        }
    }

    private void insert(RowBatch batch, int change) throws IOException {
        newRow.moveTo(batch.bytes, batch.newOffsets[change]);
        changes.insert(newKey.of(newRow), newRow);
    }

    private void update(RowBatch batch, int change) throws IOException {
        newRow.moveTo(batch.bytes, batch.newOffsets[change]);
        boolean hasOldRow = batch.oldOffsets[change] != RowBatch.NONE;
        if (hasOldRow) {
            oldRow.moveTo(batch.bytes, batch.oldOffsets[change]);
        }
        boolean complete = !hasUnchanged() || hasOldRow && fillUnchanged(batch.oldRowsAreFull);
        RowCursor deleted = hasOldRow ? oldRow : newRow;
        oldKey.of(deleted);
        newKey.of(newRow);
        if (!complete) {
            changes.replaceCarrying(oldKey, deleted, newKey, newRow);
            return;
        }
        changes.delete(oldKey, deleted);
        changes.insert(newKey, newRow);
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
