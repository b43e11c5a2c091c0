package dev.sluice.clickhouse.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.spec.sql.ClickHouseSql;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.Statement;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The server with the real engine, asked by clickhouse-jdbc and by plain HTTP. */
class ClickHouseServerIT {
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

    @ParameterizedTest
    @ValueSource(
            strings = {
                "compress=true",
                "compress=false",
                "client.use_http_compression=true",
                "decompress=true",
                "beta.row_binary_for_simple_insert=true"
            })
    void jdbcWritesAndReadsTheTypesOfHotTables(String property) throws SQLException {
        String[] pair = property.split("=");
        try (Connection connection = server.jdbc(pair[0], pair[1]);
                Statement statement = connection.createStatement()) {
            statement.execute("DROP TABLE IF EXISTS types");
            statement.execute("""
                    CREATE TABLE types (id Int64, b Nullable(Bool), d Nullable(Decimal(12,2)), s Nullable(String), u UUID,
                      day Nullable(Date32), at DateTime64(6), f Nullable(Float64)) ENGINE = MergeTree ORDER BY id""");
            try (PreparedStatement insert =
                    connection.prepareStatement("INSERT INTO types (id,b,d,s,u,day,at,f) VALUES (?,?,?,?,?,?,?,?)")) {
                for (int i = 0; i < 1000; i++) {
                    insert.setLong(1, i);
                    insert.setObject(2, i % 3 == 0 ? null : i % 2 == 0);
                    insert.setBigDecimal(3, new BigDecimal("12345.67"));
                    insert.setString(4, "it's a \\ \"test\" \n ü€😀 " + i);
                    insert.setObject(5, new java.util.UUID(i, -i));
                    insert.setObject(6, java.time.LocalDate.of(1970, 1, 1).plusDays(i));
                    insert.setObject(7, LocalDateTime.of(2026, 2, 3, 4, 5, 6, 789_000));
                    insert.setDouble(8, i / 7.0);
                    insert.addBatch();
                }
                insert.executeBatch();
            }
            try (ResultSet rows = statement.executeQuery("SELECT * FROM types WHERE id = 6")) {
                assertThat(rows.next()).isTrue();
                assertThat(rows.getObject(2)).isNull();
                assertThat(rows.getBigDecimal(3)).isEqualByComparingTo("12345.67");
                assertThat(rows.getString(4)).isEqualTo("it's a \\ \"test\" \n ü€😀 6");
                assertThat(rows.getObject(5)).isEqualTo(new java.util.UUID(6, -6));
                assertThat(rows.getObject(6, java.time.LocalDate.class)).isEqualTo("1970-01-07");
                assertThat(rows.getObject(7, LocalDateTime.class)).isEqualTo("2026-02-03T04:05:06.000789");
                assertThat(rows.getDouble(8)).isEqualTo(6 / 7.0);
                assertThat(rows.next()).isFalse();
            }
            try (ResultSet rows = statement.executeQuery("SELECT id, s FROM types WHERE id < 0")) {
                assertThat(rows.next()).isFalse();
                assertThat(rows.getMetaData().getColumnName(2)).isEqualTo("s");
            }
        }
    }

    @Test
    void aLargeResultArrivesWhole() throws SQLException {
        try (Connection connection = server.jdbc();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT number, toString(number) FROM numbers(1000000)")) {
            long sum = 0;
            long count = 0;
            while (rows.next()) {
                sum += rows.getLong(1);
                count++;
            }
            assertThat(count).isEqualTo(1_000_000);
            assertThat(sum).isEqualTo(999_999L * 1_000_000 / 2);
        }
    }

    @Test
    void metadataIsThere() throws SQLException {
        try (Connection connection = server.jdbc();
                Statement statement = connection.createStatement()) {
            statement.execute(
                    "CREATE TABLE IF NOT EXISTS described (id Int64, name String) ENGINE = MergeTree ORDER BY id");
            List<String> columns = new ArrayList<>();
            try (ResultSet rows = connection.getMetaData().getColumns(null, "hot", "described", "%")) {
                while (rows.next()) {
                    columns.add(rows.getString("COLUMN_NAME"));
                }
            }
            assertThat(columns).containsExactly("id", "name");
        }
    }

    @Test
    void errorsCarryClickHousesCodes() throws SQLException {
        try (Connection connection = server.jdbc();
                Statement statement = connection.createStatement()) {
            assertThatThrownBy(() -> statement.executeQuery("SELECT * FROM missing"))
                    .isInstanceOfSatisfying(
                            SQLException.class,
                            e -> assertThat(e.getErrorCode()).isEqualTo(60));
            assertThatThrownBy(() -> statement.executeQuery("SELEC 1"))
                    .isInstanceOfSatisfying(
                            SQLException.class,
                            e -> assertThat(e.getErrorCode()).isEqualTo(62));
            statement.setQueryTimeout(1);
            assertThatThrownBy(() -> statement.executeQuery("SELECT sum(sipHash64(number)) FROM numbers(100000000000)"))
                    .isInstanceOf(SQLTimeoutException.class);
        }
    }

    @Test
    void anErrorAmidAResultIsNotTakenForItsEnd() throws SQLException {
        try (Connection connection = server.jdbc();
                Statement statement = connection.createStatement()) {
            assertThatThrownBy(() -> {
                        try (ResultSet rows =
                                statement.executeQuery("SELECT throwIf(number = 3000000) FROM numbers(10000000)")) {
                            while (rows.next()) {}
                        }
                    })
                    .isInstanceOf(SQLException.class);
        }
    }

    @Test
    void settingsOfOneRequestDoNotReachTheNext() throws IOException, InterruptedException {
        assertThat(server.post("max_threads=1", "SELECT getSetting('max_threads')")
                        .body())
                .isEqualTo("1\n");
        assertThat(server.sql("SELECT getSetting('max_threads'), currentDatabase()"))
                .isEqualTo("2\thot");
        assertThat(server.post("no_such_setting=1", "SELECT 1").statusCode()).isEqualTo(500);
        assertThat(server.post("wait_end_of_query=1&buffer_size=1", "SELECT 1").body())
                .isEqualTo("1\n");
    }

    @Test
    void placeholdersAreFilled() throws IOException, InterruptedException {
        assertThat(server.post("param_a=7&param_s=it%27s+%5Ct", "SELECT {a:Int32} + 1, {s:String}")
                        .body())
                .isEqualTo("8\tit\\'s \\t\n");
    }

    @Test
    void insertsTakeTheirDataFromTheBodyOrTheUrl() throws IOException, InterruptedException {
        server.sql("CREATE OR REPLACE TABLE taken (a Int32, b String) ENGINE = MergeTree ORDER BY a");
        server.sql("INSERT INTO taken VALUES (1, 'x'), (2, upper('y'));");
        server.sql("INSERT INTO taken (b, a) FORMAT TSV\nz\t3\n");
        assertThat(server.post("query=INSERT+INTO+taken+FORMAT+JSONEachRow", "{\"a\":4}")
                        .statusCode())
                .isEqualTo(200);
        HttpResponse<String> selected = server.post("", "INSERT INTO taken SELECT 5, 'selected'");
        assertThat(selected.headers().firstValue("X-ClickHouse-Summary").orElseThrow())
                .contains("\"written_rows\":\"1\"");
        HttpResponse<String> values = server.post("query=INSERT+INTO+taken+VALUES", "(6,'v')");
        assertThat(values.headers().firstValue("X-ClickHouse-Summary").orElseThrow())
                .contains("\"written_rows\":\"1\"");
        assertThat(server.sql("SELECT groupArray((a, b)) FROM (SELECT * FROM taken ORDER BY a)"))
                .isEqualTo("[(1,'x'),(2,'Y'),(3,'z'),(4,''),(5,'selected'),(6,'v')]");
    }

    @Test
    void aBadInsertIsRefusedAndTheConnectionStaysGood() throws IOException, InterruptedException {
        server.sql("CREATE OR REPLACE TABLE bad (a Int32) ENGINE = MergeTree ORDER BY a");
        String text = "1\nnot a number\n" + "2\n".repeat(2_000_000);
        HttpResponse<String> refused = server.post("query=INSERT+INTO+bad+FORMAT+TSV", text);
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.headers().firstValue("X-ClickHouse-Exception-Code")).contains("27");
        assertThat(server.sql("SELECT 1")).isEqualTo("1");
        assertThat(server.sql("SELECT count() FROM bad")).isEqualTo("0");
    }

    @Test
    void aCutOffInsertIsNotStored() throws IOException, InterruptedException {
        server.sql("CREATE OR REPLACE TABLE cut (a Int32) ENGINE = MergeTree ORDER BY a");
        String login = Base64.getEncoder()
                .encodeToString((RunningServer.USER + ":" + RunningServer.PASSWORD).getBytes(StandardCharsets.UTF_8));
        for (String framing : List.of("Content-Length: 1000", "Transfer-Encoding: chunked")) {
            try (Socket socket = new Socket("127.0.0.1", server.port())) {
                OutputStream out = socket.getOutputStream();
                String data = framing.startsWith("C") ? "1\n2\n" : "4\r\n1\n2\n\r\n";
                out.write(("POST /?query=INSERT+INTO+cut+FORMAT+TSV HTTP/1.1\r\nHost: x\r\nAuthorization: Basic "
                                + login + "\r\n" + framing + "\r\n\r\n" + data)
                        .getBytes(StandardCharsets.UTF_8));
                out.flush();
                socket.shutdownOutput();
                byte[] answer = socket.getInputStream().readAllBytes();
                assertThat(new String(answer, StandardCharsets.UTF_8)).doesNotContain("200 OK");
            }
        }
        assertThat(server.sql("SELECT count() FROM cut")).isEqualTo("0");
    }

    @Test
    void nativeFramesGoBothWays() throws IOException, InterruptedException {
        server.sql("CREATE OR REPLACE TABLE framed (a UInt64) ENGINE = MergeTree ORDER BY a");
        var bytes = new java.io.ByteArrayOutputStream();
        try (OutputStream frames = new NativeFrames.Output(bytes)) {
            for (int i = 0; i < 500_000; i++) {
                frames.write((i + "\n").getBytes(StandardCharsets.US_ASCII));
            }
        }
        HttpResponse<String> stored = server.post(
                RunningServer.USER,
                RunningServer.PASSWORD,
                "decompress=1&query=INSERT+INTO+framed+FORMAT+TSV",
                HttpRequest.BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(bytes.toByteArray())));
        assertThat(stored.statusCode()).isEqualTo(200);
        assertThat(server.sql("SELECT count(), sum(a) FROM framed")).isEqualTo("500000\t124999750000");
    }

    @Test
    void filesOfTheMachineAndRolesAreOutOfReach() throws IOException, InterruptedException {
        for (String statement : List.of(
                "SELECT 1 INTO OUTFILE '/tmp/x'",
                "SELECT 1 /* */ into /* a */ outfile '/tmp/x'",
                "INSERT INTO t FROM INFILE '/etc/passwd' FORMAT TSV",
                "SET ROLE admin",
                "SET DEFAULT ROLE admin TO default")) {
            assertThat(server.post("", statement).statusCode()).as(statement).isIn(403, 501);
        }
        assertThat(server.sql("SELECT 'INTO OUTFILE'")).isEqualTo("INTO OUTFILE");
    }

    @Test
    void theReaderOnlyReadsTheHotDatabase() throws IOException, InterruptedException {
        server.sql("CREATE OR REPLACE TABLE readable (a Int32) ENGINE = MergeTree ORDER BY a");
        server.sql("CREATE DATABASE IF NOT EXISTS private");
        server.sql("CREATE OR REPLACE TABLE private.secret (a Int32) ENGINE = MergeTree ORDER BY a");
        assertThat(asReader("SELECT count() FROM readable").body()).isEqualTo("0\n");
        for (String statement : List.of(
                "INSERT INTO readable VALUES (1)",
                "CREATE TABLE other (a Int32) ENGINE = Memory",
                "CREATE TEMPORARY TABLE other (a Int32)",
                "SELECT * FROM private.secret",
                "SELECT * FROM file('/etc/passwd', 'LineAsString')",
                "SELECT * FROM url('http://127.0.0.1:1/', 'LineAsString')",
                "INSERT INTO FUNCTION file('/tmp/x', 'TSV', 'a Int32') SELECT 1",
                "SELECT 1 SETTINGS readonly = 0",
                "SET readonly = 0",
                "SET ROLE admin",
                "SYSTEM STOP MERGES",
                "KILL QUERY WHERE 1",
                "DROP TABLE readable",
                "TRUNCATE TABLE readable",
                "BACKUP DATABASE hot TO File('/tmp/x')",
                "SELECT 1 INTO OUTFILE '/tmp/x'")) {
            assertThat(asReader(statement).statusCode()).as(statement).isGreaterThanOrEqualTo(400);
        }
        assertThat(server.sql("SELECT count() FROM readable")).isEqualTo("0");
    }

    private static HttpResponse<String> asReader(String statement) throws IOException, InterruptedException {
        return server.post(
                RunningServer.READER,
                RunningServer.READER_PASSWORD,
                "",
                HttpRequest.BodyPublishers.ofString(statement));
    }

    @Test
    void aWrongPasswordIsRefused() throws IOException, InterruptedException {
        HttpResponse<String> refused =
                server.post(RunningServer.USER, "wrong", "", HttpRequest.BodyPublishers.ofString("SELECT 1"));
        assertThat(refused.statusCode()).isEqualTo(403);
        assertThat(refused.headers().firstValue("X-ClickHouse-Exception-Code")).contains("516");
        assertThat(refused.body()).doesNotContain("wrong:");
    }

    @Test
    void aDeepQueryIsRefusedAndTheServerLives() throws IOException, InterruptedException {
        String deep = "SELECT " + "(".repeat(100_000) + "1" + ")".repeat(100_000);
        assertThat(server.post("max_query_size=10000000&max_parser_depth=1000000", deep)
                        .statusCode())
                .isNotEqualTo(200);
        assertThat(server.post("max_query_size=10000000", deep).statusCode()).isNotEqualTo(200);
        assertThat(server.sql("SELECT 1")).isEqualTo("1");
    }

    @Test
    void aHungryQueryIsRefusedAndTheServerLives() throws IOException, InterruptedException {
        HttpResponse<String> refused = server.post("", "SELECT groupArray(number) FROM numbers(1000000000)");
        assertThat(refused.headers().firstValue("X-ClickHouse-Exception-Code")).contains("241");
        assertThat(server.sql("SELECT 1")).isEqualTo("1");
    }

    @Test
    void acknowledgedInsertsSurviveKillMinusNine(@TempDir Path own) throws Exception {
        RunningServer victim = RunningServer.start(own);
        victim.sql("CREATE TABLE kept (a Int64) ENGINE = MergeTree ORDER BY a");
        AtomicLong acknowledged = new AtomicLong();
        Thread writer = Thread.ofPlatform().start(() -> {
            try {
                while (victim.post("", "INSERT INTO kept VALUES (" + acknowledged.get() + ")")
                                .statusCode()
                        == 200) {
                    acknowledged.incrementAndGet();
                }
            } catch (IOException e) {
                // The kill cut the connection, as it should.
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (acknowledged.get() < 100 && System.nanoTime() < deadline) {
            Thread.sleep(5);
        }
        victim.kill();
        writer.join();
        assertThat(acknowledged.get()).isGreaterThanOrEqualTo(100);
        try (RunningServer again = RunningServer.start(own, victim.port())) {
            long stored = Long.parseLong(again.sql("SELECT count() FROM kept"));
            // The insert that the kill interrupted may have reached the disk without being acknowledged.
            assertThat(stored).isBetween(acknowledged.get(), acknowledged.get() + 1);
            assertThat(again.sql("SELECT uniqExact(a) FROM kept WHERE a < " + acknowledged.get()))
                    .isEqualTo(acknowledged.toString());
        }
    }

    @Test
    void endsCleanlyOnSigterm(@TempDir Path own) throws IOException, InterruptedException {
        RunningServer ended = RunningServer.start(own);
        ended.sql("CREATE TABLE t (a Int64) ENGINE = MergeTree ORDER BY a");
        ended.sql("INSERT INTO t SELECT number FROM numbers(100000)");
        ended.terminate();
        assertThat(ended.log()).doesNotContain("SIGSEGV").doesNotContain("ERROR");
    }

    @Test
    void namesTheTakenPortAndTheTakenFolder(@TempDir Path own) throws IOException, InterruptedException {
        Path log = own.resolve("log");
        Process samePort = RunningServer.launch(own.resolve("data"), server.port(), log);
        assertThat(samePort.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(log).content().contains("E1301").contains("--port");
        Process sameFolder = RunningServer.launch(folder.resolve("data"), RunningServer.freePort(), log);
        assertThat(sameFolder.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(log).content().contains("E1305").contains("--data");
    }

    @Test
    void whateverIsQuotedIsReadBackByTheEngineAsItself() throws Exception {
        String letters = "\"'`\\;.-/*$ \n\t\u0001\u00e4\u4e16\u202eaZ0_{}?";
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Set<String> texts = new LinkedHashSet<>();
        while (texts.size() < 150) {
            texts.add(random.ints(1 + random.nextInt(12), 0, letters.length())
                    .mapToObj(at -> letters.substring(at, at + 1))
                    .collect(Collectors.joining()));
        }
        String select = texts.stream()
                .map(text -> ClickHouseSql.literal(text) + " AS " + ClickHouseSql.identifier(text))
                .collect(Collectors.joining(", ", "SELECT ", " FORMAT JSONCompactStringsEachRowWithNames"));
        HttpResponse<String> answer = server.post("", select);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        ObjectMapper json = new ObjectMapper();
        List<String> lines = answer.body().lines().toList();
        for (String line : List.of(lines.get(0), lines.get(1))) {
            assertThat(json.readValue(line, String[].class))
                    .as("seed %d", seed)
                    .containsExactly(texts.toArray(String[]::new));
        }
    }
}
