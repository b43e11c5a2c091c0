package dev.sluice.compaction.rewrite;

import dev.sluice.lake.HadoopDefaults;
import dev.sluice.spec.PipelineSpec.UpkeepSpec;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.PartitionKey;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetWriter;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.FileAppender;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.parquet.Parquet;

/** Reads the files of a group with their deletes applied and writes the rows that are left. Commits nothing. */
public final class GroupRewriter {
    private static final int ROWS_BETWEEN_SIZE_CHECKS = 10_000;

    /** The process also runs pipelines, and two groups are rewritten at a time. */
    private static final int KEY_SHARE_OF_HEAP = 16;

    private static final long KEY_BYTES_MIN = 8L << 20;

    private final Table table;
    private final UpkeepSpec policy;
    private final long keyBytesMax;
    private int extraPasses;

    public GroupRewriter(Table table, UpkeepSpec policy) {
        this(table, policy, Math.max(KEY_BYTES_MIN, Runtime.getRuntime().maxMemory() / KEY_SHARE_OF_HEAP));
    }

    /** @param keyBytesMax what deleted keys may take in memory at a time */
    GroupRewriter(Table table, UpkeepSpec policy, long keyBytesMax) {
        this.table = table;
        this.policy = policy;
        this.keyBytesMax = keyBytesMax;
    }

    /** How often data files had to be read once more because their deleted keys did not fit. */
    int extraPasses() {
        return extraPasses;
    }

    /** Files that a failed or abandoned attempt leaves behind belong to no snapshot; orphan removal takes them. */
    public RewriteResult rewrite(RewriteGroup group) throws IOException {
        if (table.spec().isPartitioned()) {
            throw new IOException(
                    "table " + group.table() + " is partitioned; upkeep rewrites unpartitioned tables only");
        }
        List<DataFile> removed = new ArrayList<>();
        List<DataFile> added = new ArrayList<>();
        Output output = null;
        long rows = 0;
        try {
            LiveRows live = LiveRows.of(table, group.tasks(), keyBytesMax);
            extraPasses += live.extraPasses();
            for (FileScanTask task : group.tasks()) {
                removed.add(task.file());
                try (CloseableIterable<Record> records = live.read(task)) {
                    for (Record record : records) {
                        if (output == null) {
                            output = new Output();
                        }
                        output.appender.add(record);
                        if (++rows % ROWS_BETWEEN_SIZE_CHECKS == 0
                                && output.appender.length() >= policy.targetFileSizeBytes()) {
                            added.add(output.finish());
                            output = null;
                        }
                    }
                }
            }
            if (output != null) {
                added.add(output.finish());
                output = null;
            }
        } finally {
            if (output != null) {
                output.appender.close();
            }
        }
        return new RewriteResult(group.table(), group.snapshotId(), group.sequenceNumber(), removed, added);
    }

    private final class Output {
        private final OutputFile file;
        private final FileAppender<Record> appender;

        Output() throws IOException {
            file = table.io()
                    .newOutputFile(
                            table.locationProvider().newDataLocation("upkeep-" + UUID.randomUUID() + ".parquet"));
            HadoopDefaults.omit();
            appender = Parquet.write(file)
                    .schema(table.schema())
                    .setAll(table.properties())
                    .metricsConfig(MetricsConfig.forTable(table))
                    .createWriterFunc(type -> GenericParquetWriter.create(table.schema(), type))
                    .overwrite()
                    .build();
        }

        DataFile finish() throws IOException {
            appender.close();
            return DataFiles.builder(table.spec())
                    .withFormat(FileFormat.PARQUET)
                    .withPath(file.location())
                    .withPartition(new PartitionKey(table.spec(), table.schema()))
                    .withFileSizeInBytes(appender.length())
                    .withMetrics(appender.metrics())
                    .withSplitOffsets(appender.splitOffsets())
                    .build();
        }
    }
}
