package dev.sluice.ingest.sink;

import dev.sluice.ingest.table.ColumnType;
import dev.sluice.ingest.table.SourceTable;
import dev.sluice.ingest.table.SourceTable.SourceColumn;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;

/** The Iceberg schema of a source table. */
public final class LakeSchemas {

    private LakeSchemas() {}

    /**
     * Columns in source order, ids from 1; key columns are required and identify the row, all others are optional.
     *
     * @throws SluiceException E0406 when a key column has a type that cannot identify a row
     */
    public static Schema of(SourceTable table) {
        List<NestedField> fields = new ArrayList<>();
        Set<Integer> identifiers = new LinkedHashSet<>();
        int elementId = table.columns().size();
        for (int i = 0; i < table.columns().size(); i++) {
            SourceColumn column = table.columns().get(i);
            boolean isKey = table.keyColumns().contains(i);
            if (isKey && !canIdentify(column.type())) {
                throw new SluiceException(
                        ErrorCode.E0406,
                        "column " + table.schema() + "." + table.name() + "." + column.name() + " of type "
                                + column.type() + " is part of the key",
                        "choose another key: ALTER TABLE ... REPLICA IDENTITY USING INDEX ...");
            }
            Type type;
            if (column.type() instanceof ColumnType.Array array) {
                type = Types.ListType.ofOptional(++elementId, primitive(array.element()));
            } else {
                type = primitive(column.type());
            }
            fields.add(NestedField.of(i + 1, !isKey, column.name(), type));
            if (isKey) {
                identifiers.add(i + 1);
            }
        }
        return new Schema(fields, identifiers);
    }

    private static boolean canIdentify(ColumnType type) {
        return !(type instanceof ColumnType.Array)
                && type != ColumnType.Scalar.REAL
                && type != ColumnType.Scalar.DOUBLE;
    }

    private static Type primitive(ColumnType type) {
        if (type instanceof ColumnType.Numeric numeric) {
            return Types.DecimalType.of(numeric.precision(), numeric.scale());
        }
        if (!(type instanceof ColumnType.Scalar scalar)) {
            throw new SluiceException(ErrorCode.E0406, "an array of arrays", "exclude the column");
        }
        return switch (scalar) {
            case BOOLEAN -> Types.BooleanType.get();
            case SMALLINT, INTEGER -> Types.IntegerType.get();
            case BIGINT -> Types.LongType.get();
            case REAL -> Types.FloatType.get();
            case DOUBLE -> Types.DoubleType.get();
            case NUMERIC_TEXT, TEXT, JSONB -> Types.StringType.get();
            case UUID -> Types.UUIDType.get();
            case DATE -> Types.DateType.get();
            case TIME -> Types.TimeType.get();
            case TIMESTAMP -> Types.TimestampType.withoutZone();
            case TIMESTAMPTZ -> Types.TimestampType.withZone();
            case BYTEA -> Types.BinaryType.get();
        };
    }
}
