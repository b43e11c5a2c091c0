package dev.sluice.verify;

import dev.sluice.spec.PipelineSpec.TableSpec;
import dev.sluice.verify.ComparedTable.Column;
import dev.sluice.verify.ComparedTable.Relation;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Tables as they are compared, and rows of texts; null is NULL. */
final class TestTable {
    static final long OID = 16_400;

    private TestTable() {}

    /** The first column is the key. */
    static ComparedTable of(String name, String... columns) {
        return withKey(name, new int[] {0}, columns);
    }

    static ComparedTable withKey(String name, int[] key, String... columns) {
        return new ComparedTable(
                new TableSpec("public", name, List.of()),
                OID,
                Map.of(new Relation("public", name), 1L),
                false,
                Arrays.stream(columns)
                        .map(column -> new Column(column, "string"))
                        .toList(),
                key);
    }

    static byte[][] row(String... values) {
        byte[][] row = new byte[values.length][];
        for (int i = 0; i < values.length; i++) {
            row[i] = values[i] == null ? null : values[i].getBytes(StandardCharsets.UTF_8);
        }
        return row;
    }

    /** Also of the marks that are known by their identity. */
    static List<String> texts(byte[][] row) {
        return Arrays.stream(row).map(TestTable::text).toList();
    }

    private static String text(byte[] value) {
        if (value == RowChanges.ABSENT) {
            return "(absent)";
        }
        if (value == RowChanges.UNCHANGED) {
            return "(unchanged)";
        }
        return value == null ? "NULL" : new String(value, StandardCharsets.UTF_8);
    }
}
