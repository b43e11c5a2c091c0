package dev.sluice.cli.bench.peers;

import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;

/**
 * Source and lake, when nothing is on its way any more.
 *
 * @param lost rows of the source whose key the lake does not have
 * @param extra rows of the lake whose key the source does not have, and second copies of those that it has
 * @param wrong rows of the source whose key the lake has once, with other values
 * @param snapshots of the lake table since its load
 * @param torn those of them in which the sum of all balances is not that of any committed state
 */
record RowCount(long source, long lake, long lost, long extra, long wrong, int snapshots, int torn) {

    static RowCount of(Stage stage) throws SQLException {
        Optional<Table> table = stage.peer().lakeTable();
        try (Connection connection = stage.peer().connect()) {
            List<String> columns = columns(connection);
            Map<Long, String> source = source(connection, columns);
            Map<Long, List<String>> lake =
                    table.map(found -> LakeRows.byKey(found, columns)).orElse(Map.of());
            long lost = 0;
            long wrong = 0;
            long known = 0;
            for (Map.Entry<Long, String> row : source.entrySet()) {
                List<String> found = lake.getOrDefault(row.getKey(), List.of());
                known += Math.min(1, found.size());
                lost += found.isEmpty() ? 1 : 0;
                wrong += found.isEmpty() || found.contains(row.getValue()) ? 0 : 1;
            }
            long inLake = lake.values().stream().mapToLong(List::size).sum();
            List<Snapshot> snapshots =
                    table.map(found -> sinceLoad(found, stage)).orElse(List.of());
            BigDecimal sum = sum(connection);
            int torn = (int) snapshots.stream()
                    .filter(snapshot -> LakeRows.balance(table.orElseThrow(), snapshot.snapshotId())
                                    .compareTo(sum)
                            != 0)
                    .count();
            return new RowCount(source.size(), inLake, lost, inLake - known, wrong, snapshots.size(), torn);
        }
    }

    /** Only where transactions keep the sum: other changes are followed by the rows themselves. */
    private static List<Snapshot> sinceLoad(Table table, Stage stage) {
        List<Snapshot> snapshots = new ArrayList<>();
        if (stage.transactions() > 0) {
            table.snapshots().forEach(snapshot -> {
                if (!stage.isOfTheLoad(snapshot)) {
                    snapshots.add(snapshot);
                }
            });
        }
        return snapshots;
    }

    private static List<String> columns(Connection connection) throws SQLException {
        List<String> columns = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select attname from pg_attribute where attrelid ="
                        + " 'public.accounts'::regclass and attnum > 0 and not attisdropped order by attnum")) {
            while (rows.next()) {
                columns.add(rows.getString(1));
            }
        }
        return columns;
    }

    private static Map<Long, String> source(Connection connection, List<String> columns) throws SQLException {
        Map<Long, String> source = new HashMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select " + String.join(", ", columns) + " from accounts")) {
            while (rows.next()) {
                List<String> values = new ArrayList<>();
                for (int i = 1; i <= columns.size(); i++) {
                    values.add(String.valueOf(rows.getString(i)));
                }
                source.put(rows.getLong("id"), values.toString());
            }
        }
        return source;
    }

    private static BigDecimal sum(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select sum(balance) from accounts")) {
            rows.next();
            return rows.getBigDecimal(1);
        }
    }

    boolean hasSameRows() {
        return lost == 0 && extra == 0 && wrong == 0;
    }
}
