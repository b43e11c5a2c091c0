package dev.sluice.e2e.notebook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.demo.shop.ShopGenerator;
import dev.sluice.demo.shop.ShopTable;
import dev.sluice.e2e.SharedStack;
import dev.sluice.e2e.pipeline.RunningPipeline;
import dev.sluice.e2e.pipeline.TestPipeline;
import dev.sluice.spec.PipelineSpec;
import dev.sluice.spec.PipelineSpec.CatalogSpec;
import dev.sluice.spec.PipelineSpec.HotSpec;
import dev.sluice.spec.Secret;
import dev.sluice.stack.LocalStack;
import dev.sluice.verify.VerifyReport.TableReport;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** The committed notebook against a shop that has been updated and deleted from since its load. */
final class NotebookIT {
    private static final String NAME = "notebook";
    private static final String VIEW = "gold_hot_order_revenue";
    private static final Path PROJECT =
            Path.of(System.getProperty("sluice.home", "..")).toAbsolutePath().normalize();
    private static final Path FOLDER = PROJECT.resolve("e2e/target/notebook");
    private static final Duration EXECUTED_WITHIN = Duration.ofMinutes(5);
    private static final Duration HOT_WITHIN = Duration.ofMinutes(2);
    private static final long SEEDED_ROWS = 3_000;

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build();

    @Test
    void executesTopToBottomAndReadsTheRowsOfTheSource() throws Exception {
        Path python = python();
        LocalStack stack = SharedStack.all();
        PipelineSpec spec = spec(stack);
        dropHot(spec.hot());
        TestPipeline.createDatabase(stack, NAME);
        try (RunningPipeline pipeline = new RunningPipeline(stack, spec)) {
            long loaded = new ShopGenerator(TestPipeline.shop(spec))
                    .seed(11, SEEDED_ROWS)
                    .of(ShopTable.ORDERS)
                    .inserted();
            pipeline.submit().awaitLoaded();
            change(stack);
            long orders = pipeline.assertEqualToSource().tables().stream()
                    .filter(table -> table.table().equals("public.orders"))
                    .mapToLong(TableReport::rowsLake)
                    .sum();
            assertThat(orders).as("the table is not what was loaded").isBetween(1L, loaded - 1);
            createHot(spec.hot(), orders);

            Path executed = FOLDER.resolve("executed.ipynb");
            String output = execute(python, stack.environment(), executed);
            assertThat(output)
                    .contains("orders now: " + orders + " rows")
                    .containsPattern("orders as of LSN [0-9A-F]+/[0-9A-F]+: " + loaded + " rows")
                    .containsPattern("PyIceberg at snapshot \\d+: " + loaded + " rows, every value equal to Trino's")
                    .containsPattern("hot revenue: [1-9]\\d* completed orders today")
                    .containsPattern("quickstart.ipynb: (\\d+) of \\1 code cells executed, plots: 1");
            assertThat(output + Files.readString(executed)).doesNotContain(secrets(stack.environment()));
        } finally {
            dropHot(spec.hot());
            TestPipeline.createDatabase(stack, NAME);
        }
    }

    private static Path python() throws IOException, InterruptedException {
        return switch (NotebookPython.prepare(PROJECT.resolve("notebooks/requirements.txt"), FOLDER)) {
            case NotebookPython.Ready(Path python) -> python;
            case NotebookPython.Missing(String reason) -> {
                String message = "the notebook was NOT executed: " + reason;
                System.out.println(message);
                yield Assumptions.abort(message);
            }
        };
    }

    /** As the demo's pipeline: the notebook names its namespace and its view. */
    private static PipelineSpec spec(LocalStack stack) {
        Map<String, String> env = stack.environment();
        PipelineSpec base = TestPipeline.spec(stack, NAME, TestPipeline.tables("orders", "order_items"));
        CatalogSpec catalog = base.catalog();
        return new PipelineSpec(
                base.pipeline(),
                new CatalogSpec(catalog.uri(), catalog.token(), catalog.warehouse(), "bronze", catalog.s3()),
                base.source(),
                base.commitIntervalMillis(),
                base.parallelism(),
                new HotSpec(
                        env.get("SLUICE_CLICKHOUSE_URL"),
                        env.get("SLUICE_CLICKHOUSE_USER"),
                        new Secret(env.get("SLUICE_CLICKHOUSE_PASSWORD")),
                        "hot",
                        List.of("orders", "order_items"),
                        Optional.empty(),
                        Duration.ofDays(8),
                        250),
                base.models(),
                base.upkeep());
    }

    /** Updates and deletes; half of the updated orders count tomorrow if midnight in the business zone is near. */
    private static void change(LocalStack stack) throws Exception {
        try (Connection connection = TestPipeline.connect(stack, NAME);
                Statement statement = connection.createStatement()) {
            statement.execute("""
                    update orders set order_status = 'completed',
                      updated_at = now() at time zone 'UTC' + case when order_id % 4 = 0 then interval '10 min'
                        else interval '0' end
                    where order_id % 2 = 0""");
            statement.execute("delete from orders where order_id % 10 = 5");
        }
    }

    private String execute(Path python, Map<String, String> stack, Path executed) throws Exception {
        Map<String, String> environment = new HashMap<>(stack);
        // Whatever Jupyter keeps stays in the build's folder.
        environment.put("JUPYTER_RUNTIME_DIR", FOLDER.resolve("runtime").toString());
        environment.put("IPYTHONDIR", FOLDER.resolve("ipython").toString());
        environment.put("MPLCONFIGDIR", FOLDER.resolve("matplotlib").toString());
        NotebookPython.Ended ended = NotebookPython.run(
                FOLDER.resolve("run.log"),
                EXECUTED_WITHIN,
                environment,
                python.toString(),
                PROJECT.resolve("notebooks/run.py").toString(),
                PROJECT.resolve("notebooks/quickstart.ipynb").toString(),
                executed.toString());
        System.out.print(ended.output());
        assertThat(ended.inTime()).as("ended in time").isTrue();
        assertThat(ended.exitCode()).as(ended.output()).isZero();
        return ended.output();
    }

    /** The demo's view, once the hot table holds the orders. */
    private void createHot(HotSpec hot, long orders) throws Exception {
        await().atMost(HOT_WITHIN)
                .pollInterval(Duration.ofMillis(500))
                .until(() -> ask(hot, "SELECT count() FROM hot.orders FINAL").equals(Long.toString(orders)));
        String sql = Files.readString(PROJECT.resolve("demo/shop/hot/" + VIEW + ".sql"));
        ask(hot, "CREATE OR REPLACE VIEW hot." + VIEW + " AS\n" + sql);
    }

    private void dropHot(HotSpec hot) throws Exception {
        ask(hot, "DROP VIEW IF EXISTS hot." + VIEW);
        for (String table : List.of("orders", "order_items", "_sluice_progress")) {
            ask(hot, "DROP TABLE IF EXISTS hot." + table);
        }
    }

    private String ask(HotSpec hot, String sql) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(hot.url() + "/"))
                .timeout(Duration.ofSeconds(30))
                .header("X-ClickHouse-User", hot.user())
                .header("X-ClickHouse-Key", hot.password().reveal())
                .POST(HttpRequest.BodyPublishers.ofString(sql))
                .build();
        HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return response.body().strip();
    }

    private static List<String> secrets(Map<String, String> environment) {
        List<String> secrets = environment.entrySet().stream()
                .filter(entry -> entry.getKey().matches(".*(PASSWORD|TOKEN|SECRET_ACCESS_KEY)"))
                .map(Map.Entry::getValue)
                .toList();
        assertThat(secrets).isNotEmpty();
        return secrets;
    }
}
