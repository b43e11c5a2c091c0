package dev.sluice.ingest.sink.poison;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.ingest.row.RowCursor;
import dev.sluice.ingest.row.RowForm;
import dev.sluice.ingest.table.SourceTable;
import java.util.List;
import java.util.stream.IntStream;

/** Rows for people: JSON objects by column, each value as PostgreSQL's text or null. */
final class RowJson {
    private static final ObjectMapper JSON = new ObjectMapper();

    private RowJson() {}

    /** The key columns, in key order. Equal keys have equal texts, so this identifies a row in the dead letters. */
    static String key(SourceTable table, RowCursor row) {
        return of(table, table.keyColumns(), row);
    }

    /** All columns. */
    static String row(SourceTable table, RowCursor row) {
        return of(table, IntStream.range(0, table.columns().size()).boxed().toList(), row);
    }

    private static String of(SourceTable table, List<Integer> columns, RowCursor row) {
        ObjectNode object = JSON.createObjectNode();
        for (int column : columns) {
            SourceTable.SourceColumn source = table.columns().get(column);
            int length = row.length(column);
            if (length == RowForm.NULL) {
                object.putNull(source.name());
            } else {
                object.put(
                        source.name(), PostgresText.of(source.type(), row.bytes(column), row.offset(column), length));
            }
        }
        return object.toString();
    }
}
