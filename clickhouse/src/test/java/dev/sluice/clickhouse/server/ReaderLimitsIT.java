package dev.sluice.clickhouse.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a reader, or somebody without a login, can do to the server and to the machine that it runs on. */
class ReaderLimitsIT {
    @TempDir
    static Path folder;

    private static RunningServer server;

    @BeforeAll
    static void startServer() throws IOException, InterruptedException {
        server = RunningServer.start(folder);
    }

    @AfterAll
    static void stopServer() throws InterruptedException {
        server.close();
    }

    private static HttpResponse<String> asReader(String parameters, String statement)
            throws IOException, InterruptedException {
        return server.post(
                RunningServer.READER,
                RunningServer.READER_PASSWORD,
                parameters,
                HttpRequest.BodyPublishers.ofString(statement));
    }

    /** Each of these once reached the engine, which would have written the file. */
    @Test
    void noDollarLeadsAReaderToAFile() throws Exception {
        Path target = folder.resolve("stolen");
        for (String statement : List.of(
                "SELECT 1 AS $x$ INTO OUTFILE '" + target + "'",
                "SELECT $ ' $ ' $ ' $ INTO OUTFILE '" + target + "'",
                "SELECT $-$ ' $-$ INTO OUTFILE '" + target + "' --'",
                "SELECT $$a$$")) {
            assertThat(asReader("", statement).statusCode()).as(statement).isGreaterThanOrEqualTo(400);
            assertThat(target).as(statement).doesNotExist();
        }
    }

    /** Before: the limit had the name of no property that the JDK's server reads, and there was none. */
    @Test
    void aConnectionMoreThanTheServerTakesIsClosedAndTheOthersGoOn() throws Exception {
        List<Socket> open = new ArrayList<>();
        try {
            for (int i = 0; i < 1_100; i++) {
                open.add(new Socket("127.0.0.1", server.port()));
            }
            Socket last = open.getLast();
            last.setSoTimeout(20_000);
            assertThat(last.getInputStream().read()).as("the end of the stream").isEqualTo(-1);
            Socket first = open.getFirst();
            first.setSoTimeout(20_000);
            first.getOutputStream()
                    .write("GET /ping HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".getBytes(StandardCharsets.UTF_8));
            assertThat(new String(first.getInputStream().readNBytes(15), StandardCharsets.UTF_8))
                    .isEqualTo("HTTP/1.1 200 OK");
        } finally {
            for (Socket socket : open) {
                socket.close();
            }
        }
    }

    /** The administrator may use what reads and writes files, so only the operating system stands between. */
    @Test
    void theOperatingSystemKeepsTheEngineOutOfFilesBesideItsData() throws Exception {
        Path secret = Files.writeString(folder.resolve("secret.txt"), "a secret\n");
        Path target = folder.resolve("written.tsv");
        assertThat(server.log()).as("this system has landlock").contains("landlock");
        assertThat(server.post("", "SELECT * FROM file('" + secret + "', 'LineAsString')")
                        .body())
                .doesNotContain("a secret");
        server.post("", "INSERT INTO FUNCTION file('" + target + "', 'TSV', 'a Int32') SELECT 1");
        assertThat(target).doesNotExist();
        server.sql("CREATE OR REPLACE TABLE own (a Int64) ENGINE = MergeTree ORDER BY a");
        server.sql("INSERT INTO own SELECT number FROM numbers(100000)");
        assertThat(server.sql("SELECT sum(a) FROM own")).as("its own data").isEqualTo("4999950000");
    }

    @Test
    void aReaderCannotRaiseItsLimits() throws Exception {
        for (String setting : List.of(
                "max_memory_usage=1000000000000",
                "max_threads=64",
                "max_execution_time=0",
                "max_execution_time=100000",
                "max_result_rows=0",
                "priority=1",
                "readonly=0",
                "max_bytes_before_external_sort=1")) {
            assertThat(asReader(setting, "SELECT 1").statusCode()).as(setting).isGreaterThanOrEqualTo(400);
        }
        assertThat(asReader("max_execution_time=5&max_threads=1&output_format_json_quote_64bit_integers=1", "SELECT 1")
                        .body())
                .isEqualTo("1\n");
        assertThat(asReader(
                                "",
                                "SELECT value != '0' FROM system.settings WHERE name IN ('max_execution_time', "
                                        + "'max_result_rows', 'max_memory_usage', 'readonly')")
                        .body())
                .isEqualTo("1\n1\n1\n1\n");
    }

    @Test
    void aReaderIsBoundedInMemoryAndRows() throws Exception {
        assertThat(asReader("", "SELECT groupArray(number) FROM numbers(300000000)")
                        .statusCode())
                .isGreaterThanOrEqualTo(400);
        assertThat(asReader("", "SELECT number FROM numbers(20000000) FORMAT JSON")
                        .body())
                .contains("TOO_MANY_ROWS_OR_BYTES");
    }

    @Test
    void manyReadersDoNotKeepAWriterWaiting() throws Exception {
        ExecutorService readers = Executors.newFixedThreadPool(100);
        try {
            List<Future<Integer>> answers = new ArrayList<>();
            Callable<Integer> slow =
                    () -> asReader("", "SELECT sleepEachRow(1) FROM numbers(20) SETTINGS " + "max_block_size = 1")
                            .statusCode();
            Callable<Integer> slower = () -> asReader("", "SELECT sleep(3)").statusCode();
            for (int i = 0; i < 100; i++) {
                answers.add(readers.submit(i % 2 == 0 ? slow : slower));
            }
            int refused = 0;
            server.sql("CREATE OR REPLACE TABLE beside (a Int64) ENGINE = MergeTree ORDER BY a");
            for (int i = 0; i < 20; i++) {
                server.sql("INSERT INTO beside VALUES (" + i + ")");
            }
            assertThat(answers.stream().anyMatch(answer -> !answer.isDone()))
                    .as("readers are still at it")
                    .isTrue();
            for (Future<Integer> answer : answers) {
                refused += answer.get(1, TimeUnit.MINUTES) == 503 ? 1 : 0;
            }
            assertThat(refused).as("told to come later").isPositive();
            assertThat(server.sql("SELECT count() FROM beside")).isEqualTo("20");
        } finally {
            readers.shutdownNow();
        }
    }

    /** Two MB and no login: the answer must come, and the server must not read on. */
    @Test
    void aBodyWithoutALoginIsNotRead() throws Exception {
        try (Socket socket = new Socket("127.0.0.1", server.port())) {
            socket.setSoTimeout(30_000);
            sendUntilClosed(
                    socket.getOutputStream(),
                    "POST /?query=SELECT+1 HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\n"
                            + "x".repeat(2 << 20));
            // Nothing more is sent: a server that waits for the rest of the body does not answer.
            byte[] answer = socket.getInputStream().readNBytes(12);
            assertThat(new String(answer, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 401");
        }
    }

    /** A server that has answered closes with bytes unread, so that the rest of the sending may fail; that is right. */
    private static void sendUntilClosed(OutputStream out, String request) {
        try {
            out.write(request.getBytes(StandardCharsets.US_ASCII));
            out.flush();
        } catch (IOException e) {
            assertThat(e).hasMessageMatching("(?i).*(reset|broken pipe).*");
        }
    }

    /** As clickhouse-connect does by default. */
    @Test
    void aSessionNameIsAcceptedForStatementsThatNeedNoSession() throws Exception {
        assertThat(asReader("session_id=abc&session_timeout=60", "SELECT 1").body())
                .isEqualTo("1\n");
        assertThat(server.post("session_id=abc", "SELECT 1").body()).isEqualTo("1\n");
        for (String statement : List.of("SET max_threads = 1", "CREATE TEMPORARY TABLE x (a Int32)", "USE system")) {
            assertThat(server.post("session_id=abc", statement).body())
                    .as(statement)
                    .contains("keeps no sessions");
        }
    }
}
