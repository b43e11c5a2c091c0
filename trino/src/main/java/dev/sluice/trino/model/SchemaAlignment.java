package dev.sluice.trino.model;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.iceberg.Schema;
import org.apache.iceberg.UpdateSchema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.TypeUtil;
import org.apache.iceberg.types.Types.NestedField;
import org.jspecify.annotations.Nullable;

/**
 * Brings a table to the columns of a query without changing the meaning of a field id: a column that stays keeps its id,
 * one that is new or of another type gets a new one. So old snapshots stay readable beside new ones.
 */
final class SchemaAlignment {
    private SchemaAlignment() {}

    /**
     * Puts the changes from {@code current} to {@code wanted} into an update. Called twice on the same table it gives the
     * same ids, which is how staged files fit the table that they are published to.
     *
     * @param wanted names, order and types; its field ids do not matter
     * @param docs descriptions by column
     */
    static UpdateSchema align(UpdateSchema update, Schema current, Schema wanted, Map<String, String> docs) {
        for (NestedField field : current.columns()) {
            if (wanted.findField(field.name()) == null) {
                update.deleteColumn(field.name());
            }
        }
        NestedField previous = null;
        List<NestedField> columns = wanted.columns();
        for (NestedField field : columns) {
            String doc = docs.get(field.name());
            NestedField before = current.findField(field.name());
            if (before == null) {
                update.addColumn(field.name(), field.type(), doc);
            } else if (!sameType(before.type(), field.type())) {
                change(update, before, field, doc);
            } else if (!Objects.equals(before.doc(), doc)) {
                update.updateColumnDoc(field.name(), doc);
            }
            if (previous == null) {
                update.moveFirst(field.name());
            } else {
                update.moveAfter(field.name(), previous.name());
            }
            previous = field;
        }
        return update;
    }

    private static void change(UpdateSchema update, NestedField before, NestedField field, @Nullable String doc) {
        if (before.type().isPrimitiveType()
                && field.type().isPrimitiveType()
                && TypeUtil.isPromotionAllowed(before.type(), field.type().asPrimitiveType())) {
            update.updateColumn(field.name(), field.type().asPrimitiveType(), doc);
        } else {
            update.deleteColumn(field.name()).addColumn(field.name(), field.type(), doc);
        }
    }

    private static boolean sameType(Type a, Type b) {
        return numbered(a).equals(numbered(b));
    }

    /** The type with field ids counted from the same start. */
    private static Type numbered(Type type) {
        return TypeUtil.assignIncreasingFreshIds(new Schema(NestedField.optional(1, "c", type)))
                .findType("c");
    }
}
