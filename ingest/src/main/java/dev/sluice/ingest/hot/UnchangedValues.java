package dev.sluice.ingest.hot;

import dev.sluice.spec.sql.ClickHouseSql;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Reads values back from ClickHouse's current rows, by key, in few queries. What comes back is RowBinary, as it goes in
 * again, so no value is ever interpreted.
 */
final class UnchangedValues {
    private static final int KEYS_PER_QUERY_MAX = 10_000;
    private static final HexFormat HEX = HexFormat.of();

    private final ClickHouseClient client;

    UnchangedValues(ClickHouseClient client) {
        this.client = client;
    }

    Found find(HotTable table, Collection<MissingValues> ofRows) {
        TreeSet<Integer> columns = new TreeSet<>();
        Map<ByteBuffer, byte[]> keys = new HashMap<>();
        for (MissingValues missing : ofRows) {
            for (int column : missing.columns()) {
                columns.add(column);
            }
            missing.lookups().forEach(lookup -> keys.put(ByteBuffer.wrap(lookup.key()), lookup.key()));
        }
        Found found = new Found(table, List.copyOf(columns));
        List<byte[]> all = new ArrayList<>(keys.values());
        for (int from = 0; from < all.size(); from += KEYS_PER_QUERY_MAX) {
            List<byte[]> part = all.subList(from, Math.min(all.size(), from + KEYS_PER_QUERY_MAX));
            found.add(client.run("read unchanged values of " + table.name(), query(table, found.columns, part)));
        }
        return found;
    }

    private static String query(HotTable table, List<Integer> columns, List<byte[]> keys) {
        List<HotColumn> values = columns.stream().map(table.others()::get).toList();
        StringBuilder structure = new StringBuilder();
        List<String> names = new ArrayList<>();
        for (HotColumn key : table.keys()) {
            String type = key.definitions().get(key.name());
            structure
                    .append(names.isEmpty() ? "" : ", ")
                    .append('k')
                    .append(names.size())
                    .append(' ')
                    .append(type);
            names.add("k" + names.size());
        }
        StringBuilder hex = new StringBuilder();
        keys.forEach(key -> hex.append(HEX.formatHex(key)));
        return "SELECT " + HotTable.names(table.keys()) + ", " + HotTable.LSN + ", " + HotTable.names(values)
                + " FROM " + table.qualifiedName() + " FINAL WHERE (" + HotTable.names(table.keys()) + ") IN (SELECT "
                + String.join(", ", names) + " FROM format(RowBinary, " + ClickHouseSql.literal(structure.toString())
                + ", unhex('" + hex + "'))) SETTINGS max_query_size = 1000000000 FORMAT RowBinary";
    }

    /** Current rows by key. */
    static final class Found {
        private final HotTable table;
        private final List<Integer> columns;
        private final Map<ByteBuffer, Integer> starts = new HashMap<>();
        private final List<byte[]> results = new ArrayList<>();
        private final Map<ByteBuffer, Integer> resultOf = new HashMap<>();

        private Found(HotTable table, List<Integer> columns) {
            this.table = table;
            this.columns = columns;
        }

        private void add(byte[] rowBinary) {
            results.add(rowBinary);
            int at = 0;
            while (at < rowBinary.length) {
                int start = at;
                for (HotColumn key : table.keys()) {
                    at = key.skip(rowBinary, at);
                }
                ByteBuffer key = ByteBuffer.wrap(rowBinary, start, at - start).slice();
                starts.put(key, at);
                resultOf.put(key, results.size() - 1);
                at += Long.BYTES;
                for (int column : columns) {
                    at = table.others().get(column).skip(rowBinary, at);
                }
            }
        }

        /**
         * Appends the row of {@code source[start, end)} with its missing values; false, with nothing appended, when
         * ClickHouse has no row to take the values from. It may have a newer one: then this change is repeated after a
         * restart and what it led to is stored already.
         */
        boolean fill(MissingValues missing, byte[] source, int start, int end, RowBinary out) {
            for (MissingValues.Lookup lookup : missing.lookups()) {
                ByteBuffer key = ByteBuffer.wrap(lookup.key());
                Integer found = starts.get(key);
                if (found != null) {
                    byte[] result = results.get(resultOf.get(key));
                    if (lookup.accepts(RowBinary.int64At(result, found))) {
                        fill(missing, source, start, end, result, found, out);
                        return true;
                    }
                }
            }
            return false;
        }

        private void fill(
                MissingValues missing, byte[] source, int start, int end, byte[] result, int found, RowBinary out) {
            int copied = start;
            int at = found + Long.BYTES;
            int next = 0;
            for (int column : columns) {
                int valueEnd = table.others().get(column).skip(result, at);
                if (next < missing.columns().length && missing.columns()[next] == column) {
                    out.raw(source, copied, missing.offsets()[next] - copied);
                    out.raw(result, at, valueEnd - at);
                    copied = missing.offsets()[next++];
                }
                at = valueEnd;
            }
            out.raw(source, copied, end - copied);
        }
    }
}
