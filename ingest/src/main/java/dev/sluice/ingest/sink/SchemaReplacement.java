package dev.sluice.ingest.sink;

import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.UpdateSchema;
import org.apache.iceberg.types.Types.NestedField;

/**
 * Gives a lake table other columns before it is loaded anew. Snapshots keep the schema that they were written with, so
 * time travel stays. A column that is gone or has another type is dropped, and never comes back under its old field id.
 * Until the load is published, a reader of the newest snapshot finds the new columns in it without values.
 */
final class SchemaReplacement {
    private SchemaReplacement() {}

    static void commit(Table table, Schema wanted) {
        Schema held = table.schema();
        UpdateSchema update = table.updateSchema().allowIncompatibleChanges().setIdentifierFields(Set.of());
        Set<String> kept = new HashSet<>();
        for (NestedField field : held.columns()) {
            NestedField want = wanted.findField(field.name());
            boolean sameType = want != null && LakeTables.withoutIds(field).equals(LakeTables.withoutIds(want));
            if (!sameType) {
                update.deleteColumn(field.name());
                continue;
            }
            kept.add(field.name());
            if (field.isOptional() && want.isRequired()) {
                update.requireColumn(field.name());
            } else if (field.isRequired() && want.isOptional()) {
                update.makeColumnOptional(field.name());
            }
        }
        String before = null;
        for (NestedField want : wanted.columns()) {
            if (!kept.contains(want.name())) {
                add(update, want);
            }
            if (before == null) {
                update.moveFirst(want.name());
            } else {
                update.moveAfter(want.name(), before);
            }
            before = want.name();
        }
        update.setIdentifierFields(wanted.identifierFieldNames().stream().collect(Collectors.toSet()));
        update.commit();
    }

    /** The top-level form of {@code addColumn}: the short one refuses names with a dot. */
    private static void add(UpdateSchema update, NestedField want) {
        if (want.isRequired()) {
            update.addRequiredColumn(null, want.name(), want.type());
        } else {
            update.addColumn(null, want.name(), want.type());
        }
    }
}
