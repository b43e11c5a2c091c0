package dev.sluice.torture.check;

import dev.sluice.torture.oracle.RowKey;
import dev.sluice.torture.oracle.TableRows;
import dev.sluice.verify.ComparedTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Which rows differ, by key; names columns and no values but those of keys. */
final class Differences {
    static final int KEYS_MAX = 20;

    private Differences() {}

    /** @param lake all rows of the snapshot */
    static List<String> of(TableRows source, List<byte[][]> lake) {
        ComparedTable table = source.table();
        List<String> found = new ArrayList<>();
        Map<RowKey, byte[][]> missing = new HashMap<>(source.rows());
        Map<RowKey, byte[][]> seen = new HashMap<>();
        for (byte[][] row : lake) {
            RowKey key = RowKey.of(row, table.keyColumns());
            byte[][] expected = missing.remove(key);
            if (seen.put(key, row) != null) {
                found.add("twice " + table.keyText(row));
            } else if (expected == null) {
                found.add("extra " + table.keyText(row));
            } else if (!Arrays.deepEquals(expected, row)) {
                found.add("differs " + table.keyText(row) + " in " + columns(table, expected, row));
            }
        }
        missing.values().forEach(row -> found.add("missing " + table.keyText(row)));
        return found.size() <= KEYS_MAX ? found : found.subList(0, KEYS_MAX);
    }

    private static String columns(ComparedTable table, byte[][] expected, byte[][] row) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < row.length; i++) {
            if (!Arrays.equals(expected[i], row[i])) {
                names.add(table.columns().get(i).name());
            }
        }
        return String.join(", ", names);
    }
}
