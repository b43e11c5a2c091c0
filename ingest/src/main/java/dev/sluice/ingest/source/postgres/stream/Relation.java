package dev.sluice.ingest.source.postgres.stream;

import dev.sluice.ingest.source.postgres.catalogue.PostgresIds;
import dev.sluice.ingest.table.SourceTable;
import dev.sluice.ingest.table.SourceTable.SourceColumn;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A relation message: the shape of a table as it was when the changes that follow were made. */
record Relation(int oid, String schema, String name, char identity, List<Column> columns) {
    record Column(boolean isKey, String name, int typeOid, int typeModifier) {}

    static Relation read(MessageCursor cursor) {
        int oid = cursor.int32();
        String schema = cursor.string();
        String name = cursor.string();
        char identity = (char) cursor.int8();
        int count = cursor.int16();
        List<Column> columns = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            columns.add(new Column((cursor.int8() & 1) != 0, cursor.string(), cursor.int32(), cursor.int32()));
        }
        cursor.expectEnd();
        return new Relation(oid, schema, name, identity, columns);
    }

    /** The first thing in which the table has changed since it was read from the catalog. */
    Optional<String> differenceFrom(SourceTable table) {
        if (!schema.equals(table.schema()) || !name.equals(table.name())) {
            return Optional.of("it is now named " + schema + "." + name);
        }
        int next = 0;
        for (Column column : columns) {
            if (table.excludedColumns().contains(column.name)) {
                continue;
            }
            if (next == table.columns().size()) {
                return Optional.of("column " + column.name + " was added");
            }
            Optional<String> difference = difference(column, table.columns().get(next++));
            if (difference.isPresent()) {
                return difference;
            }
        }
        if (next < table.columns().size()) {
            return Optional.of("column " + table.columns().get(next).name() + " was dropped");
        }
        return identityDifference(table);
    }

    /** Which columns of the message are carried, in its order; the others are excluded. */
    boolean[] carried(SourceTable table) {
        boolean[] carried = new boolean[columns.size()];
        for (int i = 0; i < carried.length; i++) {
            carried[i] = !table.excludedColumns().contains(columns.get(i).name);
        }
        return carried;
    }

    private static Optional<String> difference(Column now, SourceColumn before) {
        if (!now.name.equals(before.name())) {
            return Optional.of("where column " + before.name() + " was, there is " + now.name);
        }
        if (!before.sourceType().equals(PostgresIds.type(now.typeOid, now.typeModifier))) {
            return Optional.of("the type of column " + now.name + " was changed");
        }
        return Optional.empty();
    }

    private Optional<String> identityDifference(SourceTable table) {
        if ((identity == 'f') != table.identityFull()) {
            return Optional.of("its REPLICA IDENTITY was changed");
        }
        int next = 0;
        for (int i = 0; i < columns.size() && identity != 'f'; i++) {
            Column column = columns.get(i);
            boolean isKey = !table.excludedColumns().contains(column.name)
                    && table.keyColumns().contains(next++);
            if (column.isKey != isKey) {
                return Optional.of("its key was changed (column " + column.name + ")");
            }
        }
        return Optional.empty();
    }
}
