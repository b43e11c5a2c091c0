package dev.sluice.ingest.source.postgres.load;

import dev.sluice.ingest.source.postgres.catalogue.PostgresIds;
import dev.sluice.ingest.table.SourceTable;
import dev.sluice.ingest.table.SourceTable.SourceColumn;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Where a table is stored and what its columns are, as the session that asks sees it: under a snapshot, as it was then;
 * otherwise, as it is now. The two are compared while a lock keeps the second from changing.
 *
 * @param fileNode changes whenever the rows are written anew: TRUNCATE, rewriting ALTER TABLE, VACUUM FULL, CLUSTER
 * @param columns by name
 */
record TableShape(String schema, String name, long fileNode, Map<String, Column> columns) {
    /** @param number stays when a column is renamed, and is never used again */
    record Column(int number, int typeOid, int typeModifier) {}

    /** The table with this object id, or empty when there is none. */
    static Optional<TableShape> read(Connection connection, int oid) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                select n.nspname, c.relname, c.relfilenode, a.attname, a.attnum, a.atttypid, a.atttypmod
                from pg_class c
                join pg_namespace n on n.oid = c.relnamespace
                left join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
                where c.oid = ?
                """)) {
            statement.setLong(1, Integer.toUnsignedLong(oid));
            try (ResultSet row = statement.executeQuery()) {
                TableShape shape = null;
                while (row.next()) {
                    if (shape == null) {
                        shape = new TableShape(row.getString(1), row.getString(2), row.getLong(3), new HashMap<>());
                    }
                    shape.columns.put(row.getString(4), new Column(row.getInt(5), (int) row.getLong(6), row.getInt(7)));
                }
                return Optional.ofNullable(shape);
            }
        }
    }

    /** In words, how the columns differ from those that the pipeline was started with; empty when they do not. */
    Optional<String> differenceFrom(SourceTable table) {
        if (!schema.equals(table.schema()) || !name.equals(table.name())) {
            return Optional.of("it is called " + schema + "." + name + " now");
        }
        for (SourceColumn column : table.columns()) {
            Column found = columns.get(column.name());
            if (found == null) {
                return Optional.of("column " + column.name() + " is gone");
            }
            if (!column.sourceType().equals(PostgresIds.type(found.typeOid, found.typeModifier))) {
                return Optional.of("column " + column.name() + " has another type");
            }
        }
        return Optional.empty();
    }

    /** Whether the columns that are read are the same ones, of the same types, in both. */
    boolean hasColumnsOf(TableShape other, SourceTable table) {
        return table.columns().stream().allMatch(column -> {
            Column here = columns.get(column.name());
            Column there = other.columns.get(column.name());
            return here != null && there != null && here.number == there.number && here.typeOid == there.typeOid;
        });
    }
}
