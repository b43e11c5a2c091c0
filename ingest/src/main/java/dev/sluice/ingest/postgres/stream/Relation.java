package dev.sluice.ingest.postgres.stream;

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
        int shared = Math.min(columns.size(), table.columns().size());
        for (int i = 0; i < shared; i++) {
            Optional<String> difference =
                    difference(columns.get(i), table.columns().get(i));
            if (difference.isPresent()) {
                return difference;
            }
        }
        if (columns.size() > shared) {
            return Optional.of("column " + columns.get(shared).name + " was added");
        }
        if (table.columns().size() > shared) {
            return Optional.of("column " + table.columns().get(shared).name() + " was dropped");
        }
        return identityDifference(table);
    }

    private static Optional<String> difference(Column now, SourceColumn before) {
        if (!now.name.equals(before.name())) {
            return Optional.of("where column " + before.name() + " was, there is " + now.name);
        }
        if (now.typeOid != before.typeOid() || now.typeModifier != before.typeModifier()) {
            return Optional.of("the type of column " + now.name + " was changed");
        }
        return Optional.empty();
    }

    private Optional<String> identityDifference(SourceTable table) {
        if ((identity == 'f') != table.identityFull()) {
            return Optional.of("its REPLICA IDENTITY was changed");
        }
        for (int i = 0; i < columns.size() && identity != 'f'; i++) {
            if (columns.get(i).isKey != table.keyColumns().contains(i)) {
                return Optional.of("its key was changed (column " + columns.get(i).name + ")");
            }
        }
        return Optional.empty();
    }
}
