package dev.sluice.lake;

import java.util.List;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.catalog.TableIdentifier;

/**
 * The part of a lake commit that concerns one table. The files are complete and stay as they are.
 *
 * @param stamp what the new snapshot will say; its {@code lsnFrom} is replaced by the table's stamp before it
 * @param lowest lowest commit LSN among the changes: a table whose stamp is not below it already has some of them,
 *     and the commit is refused
 * @param replaceAll whether all rows that the table holds go in the same snapshot (a load, or a TRUNCATE in the cut)
 */
public record TableChange(
        TableIdentifier table,
        Stamp stamp,
        Position lowest,
        List<DataFile> dataFiles,
        List<DeleteFile> deleteFiles,
        boolean replaceAll) {

    public TableChange {
        dataFiles = List.copyOf(dataFiles);
        deleteFiles = List.copyOf(deleteFiles);
        if (stamp.position().compareTo(lowest) < 0) {
            throw new IllegalArgumentException("stamp " + stamp.position() + " is below its lowest change " + lowest);
        }
    }

    /** Whether it is the first state of a table: it replaces what is there, whoever put it there. */
    boolean isLoad() {
        return stamp.kind() == Stamp.Kind.LOAD && replaceAll;
    }
}
