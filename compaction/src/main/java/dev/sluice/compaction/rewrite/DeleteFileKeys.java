package dev.sluice.compaction.rewrite;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileContent;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Schema;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.BaseDeleteLoader;
import org.apache.iceberg.data.InternalRecordWrapper;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetReaders;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.parquet.Parquet;
import org.apache.iceberg.types.TypeUtil;

/**
 * Reads the equality deletes of a group of data files, every delete file once: small files whole and several at a time,
 * for there the store's latency counts; a large one, such as that of a transaction of millions of rows, row by row.
 *
 * <p>Iceberg's own filter reads, for each data file, every delete file that is younger: with a commit a second that is
 * the square of the commits since the last upkeep.
 */
final class DeleteFileKeys {
    private static final long SMALL_FILE_ROWS = 20_000;

    /** Takes the keys one by one, in the caller's thread. */
    interface KeyUse {
        void accept(Set<Integer> fields, StructLike key, long sequenceNumber);
    }

    private DeleteFileKeys() {}

    static void forEach(Table table, Collection<FileScanTask> tasks, KeyUse use) {
        Map<String, DeleteFile> files = new LinkedHashMap<>();
        for (FileScanTask task : tasks) {
            for (DeleteFile file : task.deletes()) {
                if (file.content() == FileContent.EQUALITY_DELETES) {
                    files.putIfAbsent(file.location(), file);
                }
            }
        }
        List<DeleteFile> small = new ArrayList<>();
        List<DeleteFile> large = new ArrayList<>();
        files.values().forEach(file -> (isSmall(file) ? small : large).add(file));
        BaseDeleteLoader loader = new BaseDeleteLoader(table.io()::newInputFile);
        ReadAhead.forEach(
                small,
                file -> loader.loadEqualityDeletes(List.of(file), keySchema(table, file)),
                (file, keys) -> keys.forEach(key -> use.accept(fieldsOf(file), key, file.dataSequenceNumber())));
        large.forEach(file -> rowByRow(table, file, use));
    }

    /** Only we write large delete files, as Parquet. */
    private static boolean isSmall(DeleteFile file) {
        return file.recordCount() <= SMALL_FILE_ROWS || file.format() != FileFormat.PARQUET;
    }

    private static void rowByRow(Table table, DeleteFile file, KeyUse use) {
        Schema schema = keySchema(table, file);
        Set<Integer> fields = fieldsOf(file);
        InternalRecordWrapper wrapper = new InternalRecordWrapper(schema.asStruct());
        try (CloseableIterable<Record> keys = Parquet.read(table.io().newInputFile(file))
                .project(schema)
                .createReaderFunc(fileSchema -> GenericParquetReaders.buildReader(schema, fileSchema, Map.of()))
                .build()) {
            for (Record key : keys) {
                use.accept(fields, wrapper.copyFor(key), file.dataSequenceNumber());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Set<Integer> fieldsOf(DeleteFile file) {
        return new LinkedHashSet<>(file.equalityFieldIds());
    }

    private static Schema keySchema(Table table, DeleteFile file) {
        return TypeUtil.selectInIdOrder(table.schema(), fieldsOf(file));
    }
}
