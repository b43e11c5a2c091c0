package dev.sluice.verify;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableScan;
import org.apache.iceberg.data.BaseDeleteLoader;
import org.apache.iceberg.data.DeleteLoader;
import org.apache.iceberg.data.GenericDeleteFilter;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.formats.FormatModelRegistry;
import org.apache.iceberg.formats.ReadBuilder;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.InputFile;

/**
 * Reads all rows of a snapshot with Iceberg's reference reader and its own rules for deletes, like {@code
 * IcebergGenerics}; but what is in a delete file is kept for the data files that follow, instead of being fetched from
 * the store for each of them.
 */
final class SnapshotReader {
    private final Table table;
    private final TableScan scan;
    private final Map<String, Object> deletesByLocation = new ConcurrentHashMap<>();

    SnapshotReader(Table table, long snapshotId, List<String> columns) {
        this.table = table;
        this.scan = table.newScan().useSnapshot(snapshotId).select(columns);
    }

    /** Rows in no order; they have the columns that were asked for, by name, and may have more. */
    CloseableIterable<Record> rows() {
        CloseableIterable<FileScanTask> files = scan.planFiles();
        return CloseableIterable.combine(
                CloseableIterable.concat(CloseableIterable.transform(files, this::read)), files);
    }

    private CloseableIterable<Record> read(FileScanTask file) {
        Filter deletes = new Filter(file);
        InputFile input = table.io().newInputFile(file.file());
        ReadBuilder<Record, ?> builder =
                FormatModelRegistry.readBuilder(file.file().format(), Record.class, input);
        return deletes.filter(builder.project(deletes.requiredSchema())
                .idToConstant(new HashMap<>())
                .split(file.start(), file.length())
                .build());
    }

    private final class Filter extends GenericDeleteFilter {
        Filter(FileScanTask file) {
            super(table.io(), file, table.schema(), scan.schema());
        }

        @Override
        protected DeleteLoader newDeleteLoader() {
            return new KeptDeletes(this::loadInputFile);
        }
    }

    /** Delete files of changes are small; all of a snapshot's are held until it is read. */
    private final class KeptDeletes extends BaseDeleteLoader {
        KeptDeletes(Function<DeleteFile, InputFile> open) {
            super(open);
        }

        @Override
        protected boolean canCache(long sizeBytes) {
            return true;
        }

        @Override
        @SuppressWarnings("unchecked")
        protected <V> V getOrLoad(String key, Supplier<V> load, long sizeBytes) {
            return (V) deletesByLocation.computeIfAbsent(key, location -> load.get());
        }
    }
}
