package dev.sluice.catalog.tables;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.MetadataUpdate;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.UpdateRequirement;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.rest.requests.UpdateTableRequest;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;

/** Requests as clients make them. Each commit adds a column, so that the columns of a table count its commits. */
final class Changes {
    static final Schema SCHEMA = new Schema(NestedField.required(1, "id", Types.LongType.get()));

    private Changes() {}

    static UpdateTableRequest addColumn(TableIdentifier table, TableMetadata base) {
        int id = base.lastColumnId() + 1;
        List<NestedField> columns = new ArrayList<>(base.schema().columns());
        columns.add(NestedField.optional(id, "c" + id, Types.LongType.get()));
        return UpdateTableRequest.create(
                table,
                List.of(new UpdateRequirement.AssertLastAssignedFieldId(base.lastColumnId())),
                List.of(new MetadataUpdate.AddSchema(new Schema(columns)), new MetadataUpdate.SetCurrentSchema(-1)));
    }

    /** Changes nothing, but holds only if nobody has added a column. */
    static UpdateTableRequest check(TableIdentifier table, TableMetadata base) {
        return UpdateTableRequest.create(
                table, List.of(new UpdateRequirement.AssertLastAssignedFieldId(base.lastColumnId())), List.of());
    }

    static UpdateTableRequest create(TableIdentifier table) {
        TableMetadata metadata = TableMetadata.newTableMetadata(
                SCHEMA, PartitionSpec.unpartitioned(), SortOrder.unsorted(), "mem://new/" + table.name(), Map.of());
        return UpdateTableRequest.create(
                table, List.of(new UpdateRequirement.AssertTableDoesNotExist()), metadata.changes());
    }
}
