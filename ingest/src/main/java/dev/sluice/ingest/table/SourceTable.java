package dev.sluice.ingest.table;

import java.io.Serializable;
import java.util.List;
import java.util.Set;

/**
 * A source table as the pipeline carries it.
 *
 * @param id what the source knows the table by, whatever it is named: in words of the source, read by it alone
 * @param name also its name in the lake and in the hot store
 * @param columns the published columns, in order; excluded and generated ones are left out
 * @param keyColumns indexes into {@code columns} of the replica identity (primary key), in key order; never empty
 * @param identityFull whether the server sends whole old rows
 * @param excludedColumns names of columns that the pipeline does not carry, whether the table has them or not
 */
public record SourceTable(
        String id,
        String schema,
        String name,
        List<SourceColumn> columns,
        List<Integer> keyColumns,
        boolean identityFull,
        Set<String> excludedColumns)
        implements Serializable {

    /** A table of which no column is excluded. */
    public SourceTable(
            String id,
            String schema,
            String name,
            List<SourceColumn> columns,
            List<Integer> keyColumns,
            boolean identityFull) {
        this(id, schema, name, columns, keyColumns, identityFull, Set.of());
    }

    public SourceTable {
        columns = List.copyOf(columns);
        keyColumns = List.copyOf(keyColumns);
        excludedColumns = Set.copyOf(excludedColumns);
    }

    /** {@code schema.name}, unquoted, as shown to users. */
    public String qualifiedName() {
        return schema + "." + name;
    }

    /**
     * A published column.
     *
     * @param sourceType what the source calls the type, with all that must stay as it is; read by the source alone
     */
    public record SourceColumn(String name, boolean notNull, ColumnType type, String sourceType)
            implements Serializable {
        /** A column of which the source says no more than the type that is carried. */
        public SourceColumn(String name, boolean notNull, ColumnType type) {
            this(name, notNull, type, "");
        }
    }
}
