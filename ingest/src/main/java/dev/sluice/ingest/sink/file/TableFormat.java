package dev.sluice.ingest.sink.file;

import dev.sluice.ingest.sink.poison.SpecialColumns;
import dev.sluice.ingest.table.SourceTable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.types.Types.NestedField;

/**
 * What all files of a table share.
 *
 * @param source the table with the companion columns that it has in the lake
 * @param schema the lake's columns in the order of {@code source}
 * @param keySchema the key columns, in key order, with the field ids of the table
 */
public record TableFormat(
        SourceTable source,
        Table table,
        Schema schema,
        Schema keySchema,
        int[] allColumns,
        int[] keyColumns,
        Map<String, String> properties,
        MetricsConfig metrics,
        String filePrefix) {
    /** Each writer holds one open file of a load, and one for each table that changes, in a heap of 512 MB. */
    private static final String ROW_GROUP_BYTES = Long.toString(32L << 20);

    /**
     * Looking values up is most of what writing a dictionary costs, and a dictionary that has outgrown the processor's
     * cache costs most and saves least.
     */
    private static final String DICTIONARY_BYTES = Integer.toString(256 << 10);

    /** @param writer number of the writer, in file names only */
    public static TableFormat of(SourceTable source, Table table, int writer) {
        SourceTable shape = SpecialColumns.inLake(source, table.schema());
        int[] all = new int[shape.columns().size()];
        List<NestedField> fields = new ArrayList<>();
        for (int i = 0; i < all.length; i++) {
            all[i] = i;
            fields.add(table.schema().findField(shape.columns().get(i).name()));
        }
        Schema schema = new Schema(fields);
        int[] keys = source.keyColumns().stream().mapToInt(Integer::intValue).toArray();
        List<NestedField> keyFields =
                source.keyColumns().stream().map(schema.columns()::get).toList();
        Map<String, String> properties = new HashMap<>(table.properties());
        properties.putIfAbsent(TableProperties.PARQUET_ROW_GROUP_SIZE_BYTES, ROW_GROUP_BYTES);
        properties.putIfAbsent(TableProperties.PARQUET_DICT_SIZE_BYTES, DICTIONARY_BYTES);
        return new TableFormat(
                shape,
                table,
                schema,
                new Schema(keyFields),
                all,
                keys,
                properties,
                MetricsConfig.forTable(table),
                String.format("%05d-", writer));
    }

    /** A new file for rows that wait for values of their version before. */
    OutputFile newCarriedFile() {
        String name = "carried-" + filePrefix + UUID.randomUUID() + ".bin";
        return table.io().newOutputFile(table.locationProvider().newDataLocation(name));
    }

    /** A new file with a name that nobody else uses. */
    AbandonableFile newFile(String kind) {
        String name = filePrefix + UUID.randomUUID() + kind + ".parquet";
        return new AbandonableFile(
                table.io().newOutputFile(table.locationProvider().newDataLocation(name)));
    }
}
