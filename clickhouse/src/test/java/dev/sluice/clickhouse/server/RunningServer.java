package dev.sluice.clickhouse.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeUnit;

/** A server process over a folder of the test; the real engine, the real main class. */
public final class RunningServer implements AutoCloseable {
    public static final String USER = "sluice";
    public static final String PASSWORD = "a password: with 'quotes'";
    public static final String READER = "reader";
    public static final String READER_PASSWORD = "another password";
    private static final Duration START_LIMIT = Duration.ofSeconds(60);

    private final Process process;
    private final int port;
    private final Path logFile;
    private final HttpClient http = HttpClient.newHttpClient();

    private RunningServer(Process process, int port, Path logFile) {
        this.process = process;
        this.port = port;
        this.logFile = logFile;
    }

    public static RunningServer start(Path folder) throws IOException, InterruptedException {
        return start(folder, freePort());
    }

    public static RunningServer start(Path folder, int port) throws IOException, InterruptedException {
        Path logFile = folder.resolve("server.log");
        RunningServer server = new RunningServer(launch(folder.resolve("data"), port, logFile), port, logFile);
        server.awaitPing();
        return server;
    }

    /** Starts a process and does not wait for it. */
    static Process launch(Path data, int port, Path logFile) throws IOException, InterruptedException {
        Files.createDirectories(logFile.getParent());
        ProcessBuilder builder = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ClickHouseServer.class.getName(),
                        "--library",
                        EngineLibrary.find().toString(),
                        "--data",
                        data.toString(),
                        "--port",
                        Integer.toString(port)))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(logFile.toFile()));
        builder.environment().put(Credentials.USER, USER);
        builder.environment().put(Credentials.PASSWORD, PASSWORD);
        builder.environment().put(Credentials.READER_USER, READER);
        builder.environment().put(Credentials.READER_PASSWORD, READER_PASSWORD);
        return builder.start();
    }

    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private void awaitPing() throws IOException, InterruptedException {
        Instant deadline = Instant.now().plus(START_LIMIT);
        while (Instant.now().isBefore(deadline) && process.isAlive()) {
            try {
                HttpRequest ping =
                        HttpRequest.newBuilder(URI.create(url() + "/ping")).build();
                if (http.send(ping, HttpResponse.BodyHandlers.ofString()).statusCode() == 200) {
                    return;
                }
            } catch (IOException e) {
                Thread.sleep(50);
            }
        }
        process.destroyForcibly();
        throw new IOException("the server did not start:\n" + log());
    }

    public String url() {
        return "http://127.0.0.1:" + port;
    }

    public int port() {
        return port;
    }

    public String log() {
        try {
            return Files.readString(logFile);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Posts a statement as the administrator. */
    public HttpResponse<String> post(String parameters, String body) throws IOException, InterruptedException {
        return post(USER, PASSWORD, parameters, HttpRequest.BodyPublishers.ofString(body));
    }

    public HttpResponse<String> post(String user, String password, String parameters, HttpRequest.BodyPublisher body)
            throws IOException, InterruptedException {
        String login = Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
        HttpRequest request = HttpRequest.newBuilder(URI.create(url() + "/?" + parameters))
                .header("Authorization", "Basic " + login)
                .timeout(Duration.ofMinutes(1))
                .POST(body)
                .build();
        return http.send(request, HttpResponse.BodyHandlers.ofString());
    }

    /** Runs a statement as the administrator and returns its result as TabSeparated, without the last line end. */
    public String sql(String statement) throws IOException, InterruptedException {
        HttpResponse<String> response = post("", statement);
        if (response.statusCode() != 200) {
            throw new IOException(response.body());
        }
        return response.body().stripTrailing();
    }

    public Connection jdbc(String... properties) throws SQLException {
        Properties all = new Properties();
        all.setProperty("user", USER);
        all.setProperty("password", PASSWORD);
        for (int i = 0; i < properties.length; i += 2) {
            all.setProperty(properties[i], properties[i + 1]);
        }
        return DriverManager.getConnection("jdbc:clickhouse://127.0.0.1:" + port + "/hot", all);
    }

    /** Kills the process as {@code kill -9} does. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** Ends the process as SIGTERM does and returns its exit code. */
    public int terminate() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(20, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IllegalStateException("the server did not end on SIGTERM");
        }
        return process.exitValue();
    }

    @Override
    public void close() throws InterruptedException {
        terminate();
    }
}
