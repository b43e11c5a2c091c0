package dev.sluice.e2e.pipeline;

import dev.sluice.spec.PipelineSpec;
import dev.sluice.spec.PipelineSpec.HotSpec;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The hot tables of a pipeline beside the tables that they come from, column by column as text. */
final class HotStore {
    private final PipelineSpec spec;

    HotStore(PipelineSpec spec) {
        this.spec = spec;
    }

    /** Tables and views of the hot database. */
    List<String> tables() throws Exception {
        return ask("SELECT name FROM system.tables WHERE database = '"
                        + spec.hot().database() + "' ORDER BY name FORMAT TSVRaw")
                .lines()
                .toList();
    }

    /** Deletes rows behind the back of the sink. */
    void spoil(String table) throws Exception {
        ask("ALTER TABLE " + spec.hot().database() + "." + table
                + " DELETE WHERE cityHash64(*) % 3 = 0 SETTINGS mutations_sync = 1");
    }

    /** Row counts that differ, and rows that only one of the two has, the first few; empty when they are equal. */
    List<String> differences(String table) throws Exception {
        List<String> source;
        List<Column> columns;
        try (Connection connection = TestPipeline.shop(spec).connect();
                Statement statement = connection.createStatement()) {
            columns = columns(statement, table);
            source = source(statement, table, columns);
        }
        List<String> hot = hot(table, columns);
        Stream<String> counts = source.size() == hot.size()
                ? Stream.of()
                : Stream.of(source.size() + " rows at the source, " + hot.size() + " in the hot store");
        Stream<String> missing = minus(source, hot).map(row -> "only at the source: " + row);
        Stream<String> extra = minus(hot, source).map(row -> "only in the hot store: " + row);
        return Stream.of(counts, missing, extra)
                .flatMap(lines -> lines)
                .limit(10)
                .toList();
    }

    private static List<String> source(Statement statement, String table, List<Column> columns) throws SQLException {
        String row = columns.stream()
                .map(column -> "coalesce((" + column.atSource() + ")::text, '-')")
                .collect(Collectors.joining(", ", "concat_ws('|', ", ")"));
        List<String> rows = new ArrayList<>();
        try (ResultSet found = statement.executeQuery("select " + row + " from " + table)) {
            while (found.next()) {
                rows.add(found.getString(1));
            }
        }
        return rows;
    }

    private List<String> hot(String table, List<Column> columns) throws IOException, InterruptedException {
        String row = columns.stream()
                .map(column -> "ifNull(toString(" + column.inHotStore() + "), '-')")
                .collect(Collectors.joining(", ", "concatWithSeparator('|', ", ")"));
        return ask("SELECT " + row + " FROM " + spec.hot().database() + "." + table + " FINAL FORMAT TSVRaw")
                .lines()
                .toList();
    }

    private static Stream<String> minus(List<String> rows, List<String> others) {
        Set<String> known = new HashSet<>(others);
        return rows.stream().filter(row -> !known.contains(row));
    }

    private record Column(String name, String type) {
        String atSource() {
            return switch (type) {
                case "timestamp without time zone" -> "(extract(epoch from " + name + ") * 1000000)::bigint";
                // ClickHouse writes no trailing zeros.
                case "numeric" -> "trim_scale(" + name + ")";
                default -> name;
            };
        }

        String inHotStore() {
            return type.startsWith("timestamp") ? "toUnixTimestamp64Micro(" + name + ")" : name;
        }
    }

    private static List<Column> columns(Statement statement, String table) throws SQLException {
        List<Column> columns = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery("select column_name, data_type from"
                + " information_schema.columns where table_name = '" + table + "' order by ordinal_position")) {
            while (rows.next()) {
                columns.add(new Column(rows.getString(1), rows.getString(2)));
            }
        }
        return columns;
    }

    private String ask(String sql) throws IOException, InterruptedException {
        HotSpec hot = spec.hot();
        HttpRequest request = HttpRequest.newBuilder(URI.create(hot.url() + "/"))
                .header("X-ClickHouse-User", hot.user())
                .header("X-ClickHouse-Key", hot.password().reveal())
                .POST(HttpRequest.BodyPublishers.ofString(sql))
                .build();
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() != 200) {
                throw new IOException(response.body());
            }
            return response.body();
        }
    }
}
