package dev.sluice.ingest.sink.column;

import dev.sluice.ingest.table.ColumnType;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import org.apache.iceberg.types.TypeUtil;
import org.apache.iceberg.types.Types.NestedField;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.schema.MessageType;

/** Picks the encoder of a column. */
public final class ColumnEncoders {

    private ColumnEncoders() {}

    /**
     * The encoder of {@code field} in a file of type {@code file}.
     *
     * @param name {@code schema.table.column}, for errors
     */
    public static ColumnEncoder of(String name, ColumnType type, NestedField field, MessageType file) {
        if (type instanceof ColumnType.Array array) {
            NestedField element = field.type().asListType().fields().get(0);
            ColumnDescriptor descriptor = descriptorOf(element.fieldId(), file);
            return new ArrayEncoder(
                    name,
                    descriptor,
                    ColumnFits.of(array),
                    primitive(name, array.element(), element.fieldId(), descriptor));
        }
        return primitive(name, type, field.fieldId(), descriptorOf(field.fieldId(), file));
    }

    private static ColumnDescriptor descriptorOf(int fieldId, MessageType file) {
        for (ColumnDescriptor descriptor : file.getColumns()) {
            if (descriptor.getPrimitiveType().getId() != null
                    && descriptor.getPrimitiveType().getId().intValue() == fieldId) {
                return descriptor;
            }
        }
        throw new IllegalArgumentException("no column with id " + fieldId + " in " + file);
    }

    private static ColumnEncoder primitive(String name, ColumnType type, int fieldId, ColumnDescriptor descriptor) {
        if (type instanceof ColumnType.Numeric numeric) {
            return new Numerics.DecimalEncoder(
                    name,
                    descriptor,
                    numeric.precision(),
                    numeric.scale(),
                    TypeUtil.decimalRequiredBytes(numeric.precision()));
        }
        if (!(type instanceof ColumnType.Scalar scalar)) {
            throw new SluiceException(ErrorCode.E0406, "column " + name + ": an array of arrays", "exclude the column");
        }
        return switch (scalar) {
            case BOOLEAN -> new Fixed.BooleanEncoder(name, descriptor);
            case SMALLINT -> new Fixed.Int16Encoder(name, descriptor);
            case INTEGER -> new Fixed.Int32Encoder(name, descriptor);
            case BIGINT -> new Fixed.Int64Encoder(name, descriptor);
            case REAL -> new Floating.RealEncoder(name, descriptor, fieldId);
            case DOUBLE -> new Floating.DoubleEncoder(name, descriptor, fieldId);
            case NUMERIC_TEXT -> new Numerics.TextEncoder(name, descriptor);
            case TEXT, BYTEA -> new Fixed.BytesEncoder(name, descriptor);
            case JSONB -> new Fixed.JsonbEncoder(name, descriptor);
            case UUID -> new Fixed.UuidEncoder(name, descriptor);
            case DATE -> new Fixed.DateEncoder(name, descriptor);
            case TIME -> new Fixed.TimeEncoder(name, descriptor);
            case TIMESTAMP, TIMESTAMPTZ -> new Fixed.TimestampEncoder(name, descriptor);
        };
    }
}
