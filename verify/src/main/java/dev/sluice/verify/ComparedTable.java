package dev.sluice.verify;

import dev.sluice.spec.PipelineSpec.TableSpec;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * A table as it is compared.
 *
 * @param relationOid the table's oid at the source
 * @param relations whose changes are those of the table: itself, or it and its partitions; each with the number of the
 *     file that holds its rows, 0 for those without rows
 * @param partitioned whether its rows lie in partitions
 * @param columns the compared columns, in the source's order
 * @param keyColumns indexes into {@code columns} of what identifies a row, in key order
 */
public record ComparedTable(
        TableSpec spec,
        long relationOid,
        Map<Relation, Long> relations,
        boolean partitioned,
        List<Column> columns,
        int[] keyColumns) {

    /** A table of the source by the names under which its changes are reported. */
    public record Relation(String schema, String name) {}

    /**
     * A compared column.
     *
     * @param lakeType the Iceberg type that the source's type must have become, as Iceberg writes it
     */
    public record Column(String name, String lakeType) {}

    public ComparedTable {
        relations = Map.copyOf(relations);
        columns = List.copyOf(columns);
    }

    /** The position of a column, -1 when it is not compared. */
    public int indexOf(String column) {
        for (int i = 0; i < columns.size(); i++) {
            if (columns.get(i).name().equals(column)) {
                return i;
            }
        }
        return -1;
    }

    /** Whether nobody has altered, truncated or rewritten the table between two readings of the source's catalog. */
    boolean isStill(ComparedTable earlier) {
        return relationOid == earlier.relationOid
                && relations.equals(earlier.relations)
                && columns.equals(earlier.columns)
                && Arrays.equals(keyColumns, earlier.keyColumns);
    }

    /** {@code column=value} of the key columns, as reports show it. */
    public String keyText(byte[][] row) {
        List<String> parts = new ArrayList<>();
        for (int column : keyColumns) {
            byte[] value = row[column];
            parts.add(columns.get(column).name() + "="
                    + (value == null ? "NULL" : new String(value, StandardCharsets.UTF_8)));
        }
        return String.join(", ", parts);
    }
}
