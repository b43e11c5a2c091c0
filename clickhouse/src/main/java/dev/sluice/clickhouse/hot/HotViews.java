package dev.sluice.clickhouse.hot;

import dev.sluice.spec.PipelineSpec.HotSpec;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Makes a view of every SQL file of a folder: one SELECT per file, the view named like the file. */
public final class HotViews {
    private static final Pattern NAME = Pattern.compile("[a-z_][a-z0-9_]{0,127}");
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(30);

    private final HotSpec hot;

    public HotViews(HotSpec hot) {
        this.hot = hot;
    }

    /** Whether all tables that the views may read are there. */
    public boolean tablesExist() {
        String found = ask("SELECT count() FROM system.tables WHERE database = '"
                + hot.database().replace("'", "\\'") + "'");
        return Long.parseLong(found.strip()) > hot.tables().size();
    }

    /**
     * Creates or replaces the views; other views are left alone.
     *
     * @return names of the views
     * @throws SluiceException E0902 naming the file and what ClickHouse says; E0901, E0105
     */
    public List<String> create(Path folder) {
        List<String> names = new ArrayList<>();
        for (Path file : files(folder)) {
            String name = file.getFileName().toString().replaceFirst("\\.sql$", "");
            if (!NAME.matcher(name).matches()) {
                throw new SluiceException(
                        ErrorCode.E0902,
                        file + ": a view cannot be named '" + name + "'",
                        "use lower-case letters, digits and _");
            }
            String sql = read(file).strip().replaceFirst(";\\s*$", "");
            try {
                ask("CREATE OR REPLACE VIEW `" + hot.database().replace("`", "\\`") + "`.`" + name + "` AS\n" + sql);
            } catch (SluiceException e) {
                throw e.code() == ErrorCode.E0902
                        ? new SluiceException(
                                ErrorCode.E0902, file + ": " + e.reason(), "repair the file and apply again", e)
                        : e;
            }
            names.add(name);
        }
        return names;
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

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new SluiceException(ErrorCode.E0105, file + " is not readable", "make it readable", e);
        }
    }

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
            return response.body();
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
