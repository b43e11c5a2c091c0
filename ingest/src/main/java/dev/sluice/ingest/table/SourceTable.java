package dev.sluice.ingest.table;

import java.io.Serializable;
import java.util.List;
import java.util.Set;

/**
 * A source table as the pipeline carries it.
 *
 * @param oid identity of the table at the source
 * @param name also its name in the lake and in the hot store
 * @param columns the published columns, in order; excluded and generated ones are left out
 * @param keyColumns indexes into {@code columns} of the replica identity (primary key), in key order; never empty
 * @param identityFull whether the server sends whole old rows
 * @param excludedColumns names of columns that the pipeline does not carry, whether the table has them or not
 */
public record SourceTable(
        int oid,
        String schema,
        String name,
        List<SourceColumn> columns,
        List<Integer> keyColumns,
        boolean identityFull,
        Set<String> excludedColumns)
        implements Serializable {

    /** A table of which no column is excluded. */
    public SourceTable(
            int oid,
            String schema,
            String name,
            List<SourceColumn> columns,
            List<Integer> keyColumns,
            boolean identityFull) {
        this(oid, schema, name, columns, keyColumns, identityFull, Set.of());
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
     * @param typeOid PostgreSQL's type
     * @param typeModifier PostgreSQL's {@code atttypmod}, -1 for none
     */
    public record SourceColumn(String name, int typeOid, int typeModifier, boolean notNull, ColumnType type)
            implements Serializable {}
}
