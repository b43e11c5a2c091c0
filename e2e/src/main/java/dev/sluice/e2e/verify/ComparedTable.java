package dev.sluice.e2e.verify;

import dev.sluice.spec.PipelineSpec.TableSpec;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A table as it is compared.
 *
 * @param relationOid the table's oid at the source
 * @param partitioned whether its rows lie in partitions
 * @param columns the compared columns, in the source's order
 * @param keyColumns indexes into {@code columns} of what identifies a row, in key order
 */
record ComparedTable(TableSpec spec, long relationOid, boolean partitioned, List<Column> columns, int[] keyColumns) {

    /**
     * A compared column.
     *
     * @param lakeType the Iceberg type that the source's type must have become, as Iceberg writes it
     */
    record Column(String name, String lakeType) {}

    ComparedTable {
        columns = List.copyOf(columns);
    }

    /** {@code column=value} of the key columns, as reports show it. */
    String keyText(byte[][] row) {
        List<String> parts = new ArrayList<>();
        for (int column : keyColumns) {
            byte[] value = row[column];
            parts.add(columns.get(column).name() + "="
                    + (value == null ? "NULL" : new String(value, StandardCharsets.UTF_8)));
        }
        return String.join(", ", parts);
    }
}
