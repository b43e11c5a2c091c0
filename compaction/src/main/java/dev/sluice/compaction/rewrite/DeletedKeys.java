package dev.sluice.compaction.rewrite;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileContent;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Schema;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.BaseDeleteLoader;
import org.apache.iceberg.data.InternalRecordWrapper;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.TypeUtil;
import org.apache.iceberg.util.StructLikeMap;
import org.apache.iceberg.util.StructProjection;

/**
 * The equality deletes of a group of data files: for each key the newest sequence number that deletes it. A row of an
 * older data file with that key is dead.
 *
 * <p>Every delete file is read once. Iceberg's own filter reads, for each data file, every delete file that is younger:
 * with a commit a second that is the square of the commits since the last upkeep.
 */
final class DeletedKeys {
    private final Map<Set<Integer>, StructLikeMap<Long>> newestByFields = new LinkedHashMap<>();
    private final Table table;

    private DeletedKeys(Table table) {
        this.table = table;
    }

    /** Reads the deletes of all tasks, several files at a time. */
    static DeletedKeys of(Table table, Collection<FileScanTask> tasks) {
        Map<String, DeleteFile> files = new LinkedHashMap<>();
        for (FileScanTask task : tasks) {
            for (DeleteFile file : task.deletes()) {
                if (file.content() == FileContent.EQUALITY_DELETES) {
                    files.putIfAbsent(file.location(), file);
                }
            }
        }
        DeletedKeys deleted = new DeletedKeys(table);
        BaseDeleteLoader loader = new BaseDeleteLoader(table.io()::newInputFile);
        ReadAhead.forEach(
                List.copyOf(files.values()),
                file -> loader.loadEqualityDeletes(List.of(file), deleted.keySchema(fieldsOf(file))),
                deleted::add);
        return deleted;
    }

    private static Set<Integer> fieldsOf(DeleteFile file) {
        return new LinkedHashSet<>(file.equalityFieldIds());
    }

    private Schema keySchema(Set<Integer> fields) {
        return TypeUtil.selectInIdOrder(table.schema(), fields);
    }

    private void add(DeleteFile file, Iterable<StructLike> keys) {
        Set<Integer> fields = fieldsOf(file);
        StructLikeMap<Long> newest = newestByFields.computeIfAbsent(
                fields, ids -> StructLikeMap.create(keySchema(ids).asStruct()));
        for (StructLike key : keys) {
            newest.merge(key, file.dataSequenceNumber(), Math::max);
        }
    }

    /** Whether a row still lives that was written at a sequence number. For one thread. */
    Predicate<Record> survivors(Schema rowSchema, long dataSequenceNumber) {
        InternalRecordWrapper internal = new InternalRecordWrapper(rowSchema.asStruct());
        List<Predicate<StructLike>> dead = new ArrayList<>();
        newestByFields.forEach((fields, newest) -> {
            StructProjection key = StructProjection.create(rowSchema, keySchema(fields));
            dead.add(row -> {
                Long deletedAt = newest.get(key.wrap(row));
                return deletedAt != null && deletedAt > dataSequenceNumber;
            });
        });
        return row -> {
            StructLike wrapped = internal.wrap(row);
            return dead.stream().noneMatch(test -> test.test(wrapped));
        };
    }
}
