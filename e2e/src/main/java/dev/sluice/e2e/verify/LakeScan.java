package dev.sluice.e2e.verify;

import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.io.IOException;
import java.util.List;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.types.Types.NestedField;
import org.apache.iceberg.types.Types.StructType;

/** Reads a snapshot of a lake table with Iceberg's reference reader, deletes applied. */
final class LakeScan {
    private LakeScan() {}

    /** Why the columns of the lake are not those of the source; empty when they are. */
    static String problem(Schema lake, ComparedTable table) {
        for (ComparedTable.Column column : table.columns()) {
            NestedField field = lake.findField(column.name());
            if (field == null) {
                return "the lake lacks the column " + column.name();
            }
            String type = typeName(field);
            if (!type.equals(column.lakeType())) {
                return "the column " + column.name() + " is " + type + " in the lake, not " + column.lakeType();
            }
        }
        for (NestedField field : lake.columns()) {
            boolean known =
                    table.columns().stream().anyMatch(column -> column.name().equals(field.name()));
            if (!known && table.spec().excludedColumns().contains(field.name())) {
                return "the excluded column " + field.name() + " is in the lake";
            }
        }
        return "";
    }

    private static String typeName(NestedField field) {
        return field.type().isListType()
                ? "list<" + field.type().asListType().elementType() + ">"
                : field.type().toString();
    }

    /** Hands all rows of the snapshot to {@code rows}. */
    static void read(Table lake, long snapshotId, ComparedTable table, RowVisitor rows) {
        List<String> names =
                table.columns().stream().map(ComparedTable.Column::name).toList();
        try (CloseableIterable<Record> records = new SnapshotReader(lake, snapshotId, names).rows()) {
            int[] positions = null;
            for (Record record : records) {
                if (positions == null) {
                    positions = positions(record.struct(), names);
                }
                byte[][] row = new byte[positions.length][];
                for (int i = 0; i < row.length; i++) {
                    row[i] = LakeText.of(record.get(positions[i]));
                }
                rows.row(row);
            }
        } catch (IOException | RuntimeException e) {
            if (e instanceof SluiceException known) {
                throw known;
            }
            throw new SluiceException(
                    ErrorCode.E1202,
                    "snapshot " + snapshotId + " of " + lake.name() + " cannot be read: " + e.getMessage(),
                    "see that the object store is reachable, then verify again",
                    e);
        }
    }

    private static int[] positions(StructType struct, List<String> names) {
        int[] positions = new int[names.size()];
        for (int i = 0; i < positions.length; i++) {
            positions[i] = struct.fields().indexOf(struct.field(names.get(i)));
        }
        return positions;
    }
}
