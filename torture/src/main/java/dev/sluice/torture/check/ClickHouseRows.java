package dev.sluice.torture.check;

import dev.sluice.spec.Lsn;
import dev.sluice.spec.PipelineSpec.HotSpec;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A hot table in ClickHouse, read by its interface of HTTP. Progress is written after the rows that it speaks of; so what
 * lies between two equal readings of it, with no row beyond, is the table at that position. For columns whose text is
 * the same in ClickHouse and in PostgreSQL, such as integers.
 */
public final class ClickHouseRows implements HotRows {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(TIMEOUT).build();
    private final HotSpec hot;
    private final String table;
    private final List<String> columns;

    /** @param columns all of the table, in the order of the source */
    public ClickHouseRows(HotSpec hot, String table, List<String> columns) {
        this.hot = hot;
        this.table = table;
        this.columns = List.copyOf(columns);
    }

    @Override
    public String table() {
        return table;
    }

    @Override
    public Optional<Reading> read() throws IOException, InterruptedException {
        Optional<Lsn> before = stated();
        if (before.isEmpty()) {
            return Optional.empty();
        }
        List<byte[][]> rows = new ArrayList<>();
        for (String line : ask("SELECT " + String.join(", ", columns) + " FROM " + qualified(table) + " FINAL")) {
            String[] values = line.split("\t", -1);
            byte[][] row = new byte[values.length][];
            for (int i = 0; i < row.length; i++) {
                row[i] = values[i].equals("\\N") ? null : values[i].getBytes(StandardCharsets.UTF_8);
            }
            rows.add(row);
        }
        // Rows of deletions too, which a reader does not see.
        Lsn newest = new Lsn(Long.parseUnsignedLong(
                ask("SELECT max(_lsn) FROM " + qualified(table)).getFirst()));
        return newest.isAtMost(before.get()) && stated().equals(before)
                ? Optional.of(new Reading(before.get(), rows))
                : Optional.empty();
    }

    /** Where the table says that it is, while it says that it follows. */
    private Optional<Lsn> stated() throws IOException, InterruptedException {
        return ask("SELECT lsn FROM " + qualified("_sluice_progress") + " FINAL WHERE table = '" + table
                        + "' AND state = 'live'")
                .stream()
                .findFirst()
                .map(lsn -> new Lsn(Long.parseUnsignedLong(lsn)));
    }

    private String qualified(String name) {
        return "`" + hot.database() + "`.`" + name + "`";
    }

    private List<String> ask(String sql) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(hot.url() + "/?default_format=TabSeparated&database="
                        + URLEncoder.encode(hot.database(), StandardCharsets.UTF_8)))
                .timeout(TIMEOUT)
                .header("X-ClickHouse-User", hot.user())
                .header("X-ClickHouse-Key", hot.password().reveal())
                .POST(BodyPublishers.ofString(sql))
                .build();
        HttpResponse<String> answer = client.send(request, BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IOException("ClickHouse answered " + answer.statusCode() + ": " + answer.body());
        }
        return answer.body().lines().toList();
    }
}
