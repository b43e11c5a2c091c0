package dev.sluice.stack.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import com.sun.net.httpserver.HttpServer;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against canned answers in the form of Flink 2.3; the real cluster is met by the tests of {@code e2e}. */
class FlinkRestTest {
    @TempDir
    Path folder;

    private final List<String> requests = new CopyOnWriteArrayList<>();
    private HttpServer cluster;
    private FlinkRest rest;

    @BeforeEach
    void begin() throws IOException {
        cluster = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        cluster.start();
        rest = new FlinkRest("http://127.0.0.1:" + cluster.getAddress().getPort());
    }

    @AfterEach
    void end() {
        cluster.stop(0);
    }

    private void answer(String path, int status, String body) {
        cluster.createContext(path, exchange -> {
            requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " "
                    + new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
    }

    @Test
    void findsTheJobThatIsNotOverAmongThoseOfItsName() {
        answer("/jobs/overview", 200, """
                {"jobs":[{"jid":"a","name":"shop","state":"CANCELED"},{"jid":"b","name":"other","state":"RUNNING"},
                         {"jid":"c","name":"shop","state":"RESTARTING"}]}""");
        assertThat(rest.activeJob("shop")).map(FlinkRest.Job::id).contains("c");
        assertThat(rest.activeJob("none")).isEmpty();
    }

    @Test
    void tellsEveryCopyOfAJobAndPrefersTheOneThatRuns() {
        answer("/jobs/overview", 200, """
                {"jobs":[{"jid":"a","name":"shop","state":"RESTARTING"},{"jid":"b","name":"shop","state":"RUNNING"},
                         {"jid":"c","name":"shop","state":"FAILED"}]}""");
        assertThat(rest.activeJobs("shop")).map(FlinkRest.Job::id).containsExactly("a", "b");
        assertThat(rest.activeJob("shop")).map(FlinkRest.Job::id).contains("b");
    }

    @Test
    void tellsWhenTheNewestCheckpointWasCompleted() {
        answer("/jobs/a/checkpoints", 200, """
                {"latest":{"completed":{"id":7,"latest_ack_timestamp":1700000000123}}}""");
        answer("/jobs/b/checkpoints", 200, "{\"latest\":{\"completed\":null}}");
        assertThat(rest.lastCheckpoint("a")).contains(Instant.ofEpochMilli(1_700_000_000_123L));
        assertThat(rest.lastCheckpoint("b")).isEmpty();
    }

    @Test
    void submitsWithTheUploadedJarAndRemovesItAgain() throws IOException {
        Path jar = Files.writeString(folder.resolve("job.jar"), "jar bytes");
        answer("/jars/upload", 200, "{\"filename\":\"/tmp/flink-web-upload/0815_job.jar\",\"status\":\"success\"}");
        answer("/jars/0815_job.jar/run", 200, "{\"jobid\":\"f00\"}");
        answer("/jars/0815_job.jar", 200, "{}");
        assertThat(rest.run(jar, "a.Job", List.of("--pipeline-file", "x y"))).isEqualTo("f00");
        assertThat(requests).hasSize(3);
        assertThat(requests.get(0)).contains("jar bytes");
        assertThat(requests.get(1))
                .endsWith("{\"entryClass\":\"a.Job\",\"programArgsList\":[\"--pipeline-file\",\"x y\"]}");
        assertThat(requests.get(2)).startsWith("DELETE ");
    }

    @Test
    void showsOurOwnMessageOfAFailedSubmissionWithoutTheStackTrace() throws IOException {
        Path jar = Files.writeString(folder.resolve("job.jar"), "x");
        answer("/jars/upload", 200, "{\"filename\":\"/u/j.jar\"}");
        answer("/jars/j.jar/run", 500, """
                {"errors":["Internal server error.","<Exception on server side:\\njava.lang.RuntimeException: wrapped\\n\\tat a.b(C.java:1)\\nCaused by: dev.sluice.spec.errors.SluiceException: E0203 logical decoding is off: wal_level is replica\\nFix: set it\\n\\tat d.e(F.java:2)\\n"]}""");
        answer("/jars/j.jar", 200, "{}");
        assertThatThrownBy(() -> rest.run(jar, "a.Job", List.of()))
                .asInstanceOf(type(SluiceException.class))
                .satisfies(e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.E1307);
                    assertThat(e.reason())
                            .contains("E0203 logical decoding is off: wal_level is replica")
                            .doesNotContain("\tat ", "RuntimeException");
                });
    }

    @Test
    void saysThatTheClusterDoesNotAnswerWhenItIsGone() {
        cluster.stop(0);
        assertThatThrownBy(rest::jobs)
                .asInstanceOf(type(SluiceException.class))
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.E1306));
    }

    @Test
    void addsUpAMetricOverVertices() {
        answer("/jobs/j", 200, "{\"vertices\":[{\"id\":\"v1\"},{\"id\":\"v2\"}]}");
        for (String vertex : List.of("v1", "v2")) {
            cluster.createContext("/jobs/j/vertices/" + vertex + "/subtasks/metrics", exchange -> {
                String body = exchange.getRequestURI().getQuery() == null
                        ? "[{\"id\":\"0.Sink.rowsWritten\"},{\"id\":\"0.busy\"}]"
                        : "[{\"id\":\"0.Sink.rowsWritten\",\"sum\":20.5}]";
                exchange.sendResponseHeaders(200, body.length());
                exchange.getResponseBody().write(body.getBytes(StandardCharsets.UTF_8));
                exchange.close();
            });
        }
        assertThat(rest.metrics("j", "rowsWritten")).containsOnly(java.util.Map.entry("0.Sink.rowsWritten", 41.0));
    }
}
