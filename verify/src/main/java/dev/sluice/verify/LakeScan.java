package dev.sluice.verify;

import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.types.Types.NestedField;
import org.apache.iceberg.types.Types.StructType;

/** Reads a snapshot of a lake table with Iceberg's reference reader, deletes applied. */
public final class LakeScan {
    private static final String SPECIAL = "__special";
    /** No text of PostgreSQL holds this character. */
    private static final byte[] BOTH = {0};

    private LakeScan() {}

    /** Why the columns of the lake are not those of the source; empty when they are. */
    public static String problem(Schema lake, ComparedTable table) {
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

    /**
     * Hands all rows of the snapshot to {@code rows}. A value that has no place in its column is the text beside it, in
     * {@code <column>__special}; should both hold something, the row differs from any of the source.
     */
    public static void read(Table lake, long snapshotId, ComparedTable table, RowVisitor rows) {
        List<String> names =
                table.columns().stream().map(ComparedTable.Column::name).toList();
        List<String> companions = names.stream().map(name -> name + SPECIAL).toList();
        List<String> selected = new ArrayList<>(names);
        companions.stream()
                .filter(name -> isCompanion(lake.schema(), table, name))
                .forEach(selected::add);
        try (CloseableIterable<Record> records = new SnapshotReader(lake, snapshotId, selected).rows()) {
            int[] positions = null;
            int[] beside = null;
            for (Record record : records) {
                if (positions == null || beside == null) {
                    positions = positions(record.struct(), names);
                    beside = positions(
                            record.struct(),
                            companions.stream()
                                    .map(name -> selected.contains(name) ? name : "")
                                    .toList());
                }
                rows.row(row(record, positions, beside));
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

    private static byte[][] row(Record record, int[] positions, int[] beside) {
        byte[][] row = new byte[positions.length][];
        for (int i = 0; i < row.length; i++) {
            row[i] = LakeText.of(record.get(positions[i]));
            byte[] special = beside[i] < 0 ? null : LakeText.of(record.get(beside[i]));
            if (special != null) {
                row[i] = row[i] == null ? special : BOTH;
            }
        }
        return row;
    }

    private static boolean isCompanion(Schema lake, ComparedTable table, String name) {
        return lake.findField(name) != null && table.indexOf(name) < 0;
    }

    /** -1 for what is not there. */
    private static int[] positions(StructType struct, List<String> names) {
        int[] positions = new int[names.size()];
        for (int i = 0; i < positions.length; i++) {
            positions[i] = struct.fields().indexOf(struct.field(names.get(i)));
        }
        return positions;
    }
}
