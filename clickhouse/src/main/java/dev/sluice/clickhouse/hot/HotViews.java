package dev.sluice.clickhouse.hot;

import dev.sluice.spec.PipelineSpec.HotSpec;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import dev.sluice.spec.sql.ClickHouseSql;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Makes a view of every SQL file of a folder: one SELECT per file, the view named like the file. */
public final class HotViews {
    private static final Pattern NAME = Pattern.compile("[a-z_][a-z0-9_]{0,127}");
    private static final String PROGRESS_TABLE = "_sluice_progress";
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(30);

    private final HotSpec hot;

    public HotViews(HotSpec hot) {
        this.hot = hot;
    }

    /** What a view is made of, and where it comes from. */
    private record View(Path file, String name, String sql) {}

    /** Whether all tables that the views may read are there. */
    public boolean tablesExist() {
        String names = Stream.concat(hot.tables().stream(), Stream.of(PROGRESS_TABLE))
                .map(ClickHouseSql::literal)
                .collect(Collectors.joining(", "));
        String found = ask("SELECT count() FROM system.tables WHERE database = " + ClickHouseSql.literal(hot.database())
                + " AND name IN (" + names + ")");
        return Long.parseLong(found) == hot.tables().size() + 1;
    }

    /**
     * Creates or replaces the views; other views are left alone. When one is refused, those already replaced are put
     * back as they were.
     *
     * @return names of the views
     * @throws SluiceException E0902 naming the file and what ClickHouse says; E0901, E0105
     */
    public List<String> create(Path folder) {
        List<View> views = files(folder).stream().map(HotViews::read).toList();
        Map<View, Optional<String>> before = new LinkedHashMap<>();
        for (View view : views) {
            before.put(view, current(view));
        }
        Deque<View> replaced = new ArrayDeque<>();
        for (View view : views) {
            try {
                replace(view.name(), view.sql());
                replaced.push(view);
            } catch (SluiceException e) {
                replaced.forEach(done -> restore(done.name(), before.get(done), e));
                throw e.code() == ErrorCode.E0902 ? refused(view, e.reason(), e) : e;
            }
        }
        return views.stream().map(View::name).toList();
    }

    /**
     * Drops the views that {@link #create} would make; anything else of their names stays.
     *
     * @return names of the views that were there
     */
    public List<String> drop(Path folder) {
        List<String> dropped = new ArrayList<>();
        for (Path file : files(folder)) {
            String name = name(file);
            String found = ask("SELECT count() FROM system.tables WHERE engine = 'View' AND database = "
                    + ClickHouseSql.literal(hot.database()) + " AND name = " + ClickHouseSql.literal(name));
            if (found.equals("1")) {
                ask("DROP VIEW IF EXISTS " + qualified(name) + " SYNC");
                dropped.add(name);
            }
        }
        return dropped;
    }

    /** The SELECT of the view that is there; anything else of that name, a hot table above all, must not be replaced. */
    private Optional<String> current(View view) {
        String where = " FROM system.tables WHERE database = " + ClickHouseSql.literal(hot.database()) + " AND name = "
                + ClickHouseSql.literal(view.name());
        String engine = ask("SELECT engine" + where + " FORMAT TSVRaw");
        if (!engine.isEmpty() && !engine.equals("View")) {
            throw refused(view, "'" + view.name() + "' is a table of the hot store (" + engine + ")", null);
        }
        return engine.isEmpty() ? Optional.empty() : Optional.of(ask("SELECT as_select" + where + " FORMAT TSVRaw"));
    }

    private void replace(String name, String sql) {
        ask("CREATE OR REPLACE VIEW " + qualified(name) + " AS\n" + sql);
    }

    private void restore(String name, Optional<String> before, SluiceException reason) {
        try {
            before.ifPresentOrElse(sql -> replace(name, sql), () -> ask("DROP VIEW IF EXISTS " + qualified(name)));
        } catch (SluiceException e) {
            reason.addSuppressed(e);
        }
    }

    private static SluiceException refused(View view, String why, SluiceException cause) {
        return new SluiceException(
                ErrorCode.E0902, view.file() + ": " + why, "correct or rename the file and apply again", cause);
    }

    private static List<Path> files(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".sql"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new SluiceException(
                    ErrorCode.E0105, folder + " cannot be listed", "correct hot.views in sluice.yaml", e);
        }
    }

    private static View read(Path file) {
        String name = name(file);
        if (!NAME.matcher(name).matches()) {
            throw new SluiceException(
                    ErrorCode.E0902,
                    file + ": a view cannot be named '" + name + "'",
                    "use lower-case letters, digits and _");
        }
        try {
            return new View(file, name, Files.readString(file).strip().replaceFirst(";\\s*$", ""));
        } catch (IOException e) {
            throw new SluiceException(
                    ErrorCode.E0105, file + " is not readable", "make it a readable file of UTF-8 text", e);
        }
    }

    private static String name(Path file) {
        return file.getFileName().toString().replaceFirst("\\.sql$", "");
    }

    private String qualified(String view) {
        return ClickHouseSql.qualified(hot.database(), view);
    }

    /** The answer without the line end; ClickHouse's first line on an error. */
    private String ask(String sql) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(hot.url() + "/"))
                .timeout(ANSWER_WITHIN)
                .header("X-ClickHouse-User", hot.user())
                .header("X-ClickHouse-Key", hot.password().reveal())
                .POST(HttpRequest.BodyPublishers.ofString(sql))
                .build();
        try (HttpClient client =
                HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build()) {
            HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() != 200) {
                throw new SluiceException(
                        ErrorCode.E0902, response.body().lines().findFirst().orElse("no message"), "");
            }
            return response.body().strip();
        } catch (IOException e) {
            throw new SluiceException(
                    ErrorCode.E0901,
                    "ClickHouse at " + hot.url() + " does not answer",
                    "run `sluice up` and `sluice status`",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SluiceException(ErrorCode.E0901, "interrupted while waiting for ClickHouse", "", e);
        }
    }
}
