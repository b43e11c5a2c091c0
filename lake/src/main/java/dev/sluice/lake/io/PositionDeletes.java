package dev.sluice.lake.io;

import java.util.List;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileContent;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.DeleteFilter;
import org.apache.iceberg.data.InternalRecordWrapper;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.InputFile;

/** Iceberg's filter of the rows of one file, for the deletes that name this file: those by value are left to the caller. */
public final class PositionDeletes extends DeleteFilter<Record> {
    private final Table table;
    private final InternalRecordWrapper wrapper;

    public PositionDeletes(Table table, FileScanTask task) {
        super(task.file().location(), ofPositions(task), table.schema(), table.schema());
        this.table = table;
        this.wrapper = new InternalRecordWrapper(requiredSchema().asStruct());
    }

    private static List<DeleteFile> ofPositions(FileScanTask task) {
        return task.deletes().stream()
                .filter(file -> file.content() == FileContent.POSITION_DELETES)
                .toList();
    }

    @Override
    protected StructLike asStructLike(Record row) {
        return wrapper.wrap(row);
    }

    @Override
    protected InputFile getInputFile(String location) {
        return table.io().newInputFile(location);
    }

    @Override
    protected InputFile loadInputFile(DeleteFile file) {
        return table.io().newInputFile(file);
    }
}
