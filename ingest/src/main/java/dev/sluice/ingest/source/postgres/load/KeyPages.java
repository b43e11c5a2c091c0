package dev.sluice.ingest.source.postgres.load;

import dev.sluice.ingest.source.postgres.load.TableRange.KeyRange;
import dev.sluice.ingest.table.SourceTable;
import dev.sluice.spec.sql.PostgresSql;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Reads a table page by page in the order of its key. A page is the same whenever it is asked for under one snapshot. */
final class KeyPages {
    private KeyPages() {}

    /** The last key of the page, as literals; empty when the page is the last one. */
    static Optional<List<String>> lastKey(Connection connection, SourceTable table, KeyRange range)
            throws SQLException {
        List<String> key = key(table);
        String literals =
                key.stream().map(column -> "format('%L', " + column + ")").collect(Collectors.joining(", "));
        try (Statement statement = connection.createStatement()) {
            // The index has this order already; a sort would read the whole rest of the table for every page.
            statement.execute("set local enable_seqscan = off; set local enable_bitmapscan = off;"
                    + " set local enable_sort = off");
            try (ResultSet row = statement.executeQuery("select " + literals + from(table) + where(table, range, "")
                    + order(table) + " offset " + (range.pageRows() - 1) + " limit 1")) {
                if (!row.next()) {
                    return Optional.empty();
                }
                List<String> last = new ArrayList<>();
                for (int i = 1; i <= key.size(); i++) {
                    last.add(row.getString(i));
                }
                return Optional.of(last);
            }
        }
    }

    /** The query for the rows of the page that ends with this key. */
    static String select(SourceTable table, KeyRange range, Optional<List<String>> lastKey) {
        String upper = lastKey.map(last -> row(key(table)) + " <= " + row(last)).orElse("");
        return "select " + CopyChunkReader.columns(table) + from(table) + where(table, range, upper) + order(table);
    }

    private static String from(SourceTable table) {
        return " from only " + PostgresSql.qualified(table.schema(), table.name());
    }

    private static String where(SourceTable table, KeyRange range, String upper) {
        String lower = range.after().isEmpty() ? "" : row(key(table)) + " > " + row(range.after());
        String both = lower + (lower.isEmpty() || upper.isEmpty() ? "" : " and ") + upper;
        return both.isEmpty() ? "" : " where " + both;
    }

    private static String order(SourceTable table) {
        return " order by " + String.join(", ", key(table));
    }

    private static String row(List<String> values) {
        return "(" + String.join(", ", values) + ")";
    }

    private static List<String> key(SourceTable table) {
        return table.keyColumns().stream()
                .map(column ->
                        PostgresSql.identifier(table.columns().get(column).name()))
                .toList();
    }
}
