package dev.sluice.torture.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Each fault does what its name says to a real server, and counts what it hit. */
class FaultyProxyTest {
    private static final Duration SHORT = Duration.ofMillis(300);

    private final List<String> applied = Collections.synchronizedList(new ArrayList<>());
    private HttpServer server;
    private FaultyProxy proxy;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", exchange -> {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            applied.add(exchange.getRequestMethod() + " " + body);
            byte[] answer = ("got " + body).getBytes(StandardCharsets.UTF_8);
            // 0: in chunks.
            exchange.sendResponseHeaders(
                    200, exchange.getRequestURI().getPath().equals("/chunked") ? 0 : answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        server.start();
        proxy = FaultyProxy.http("test", server.getAddress().getPort());
    }

    @AfterEach
    void stop() throws IOException {
        proxy.close();
        server.stop(0);
    }

    @Test
    void withoutAFaultRequestsAndAnswersPassWhateverTheirForm() throws Exception {
        assertThat(post("/plain", HttpRequest.BodyPublishers.ofString("a")).body())
                .isEqualTo("got a");
        assertThat(post("/chunked", HttpRequest.BodyPublishers.ofString("b")).body())
                .isEqualTo("got b");
        HttpRequest.BodyPublisher ofUnknownLength = HttpRequest.BodyPublishers.ofInputStream(
                () -> new java.io.ByteArrayInputStream("c".getBytes(StandardCharsets.UTF_8)));
        assertThat(post("/plain", ofUnknownLength).body()).isEqualTo("got c");
        HttpRequest waiting = request("/plain")
                .expectContinue(true)
                .POST(HttpRequest.BodyPublishers.ofString("d"))
                .build();
        assertThat(send(waiting).body()).isEqualTo("got d");
        assertThat(proxy.fired()).isZero();
    }

    @Test
    void unavailableIsNotPassedOn() throws Exception {
        proxy.begin(ProxyFault.UNAVAILABLE, Duration.ZERO);
        assertThat(post("x").statusCode()).isEqualTo(503);
        assertThat(applied).isEmpty();
        assertThat(proxy.fired()).isOne();
        proxy.end();
        assertThat(post("x").statusCode()).isEqualTo(200);
    }

    @Test
    void theAnswerIsLostOfARequestThatWasApplied() throws Exception {
        proxy.begin(ProxyFault.ANSWER_LOST, Duration.ZERO);
        assertThatThrownBy(() -> post("x")).isInstanceOf(IOException.class);
        assertThat(applied).contains("POST x");
        assertThat(proxy.fired()).isPositive();
        assertThat(get().statusCode()).as("what changes nothing passes").isEqualTo(200);
    }

    @Test
    void aLateRequestIsAppliedWhenNobodyWaitsForItAnyMore() throws Exception {
        proxy.begin(ProxyFault.LATE, SHORT);
        assertThatThrownBy(() -> post("x")).isInstanceOf(IOException.class);
        assertThat(applied).isEmpty();
        assertThat(proxy.fired()).isZero();
        proxy.end();
        await().atMost(Duration.ofSeconds(5)).until(() -> applied.contains("POST x"));
        await().atMost(Duration.ofSeconds(5)).until(() -> proxy.fired() > 0);
    }

    @Test
    void aCutEndsConnectionsThatThereAreAndThatCome() throws Exception {
        try (ServerSocket echo = echo();
                FaultyProxy tcp = FaultyProxy.tcp("tcp", echo.getLocalPort());
                Socket before = new Socket(InetAddress.getLoopbackAddress(), tcp.port())) {
            assertThat(says(before, 7)).isEqualTo(7);
            tcp.begin(ProxyFault.CUT, Duration.ZERO);
            assertThat(says(before, 8)).isEqualTo(-1);
            try (Socket during = new Socket(InetAddress.getLoopbackAddress(), tcp.port())) {
                assertThat(says(during, 9)).isEqualTo(-1);
            }
            assertThat(tcp.fired()).isGreaterThan(1);
            tcp.end();
            try (Socket after = new Socket(InetAddress.getLoopbackAddress(), tcp.port())) {
                assertThat(says(after, 10)).isEqualTo(10);
            }
        }
    }

    @Test
    void ofAHalfOpenConnectionNobodyHearsUntilItEnds() throws Exception {
        try (ServerSocket echo = echo();
                FaultyProxy tcp = FaultyProxy.tcp("tcp", echo.getLocalPort());
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), tcp.port())) {
            assertThat(says(socket, 7)).isEqualTo(7);
            tcp.begin(ProxyFault.HALF_OPEN, Duration.ZERO);
            socket.setSoTimeout((int) SHORT.toMillis());
            assertThatThrownBy(() -> {
                        socket.getOutputStream().write(8);
                        socket.getInputStream().read();
                    })
                    .isInstanceOf(java.net.SocketTimeoutException.class);
            assertThat(tcp.fired()).isOne();
            tcp.end();
            assertThat(says(socket, 9)).as("what was lost does not come back").isEqualTo(-1);
        }
    }

    @Test
    void slowIsSlowAndWhole() throws Exception {
        try (ServerSocket echo = echo();
                FaultyProxy tcp = FaultyProxy.tcp("tcp", echo.getLocalPort());
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), tcp.port())) {
            tcp.begin(ProxyFault.SLOW, SHORT);
            long begun = System.nanoTime();
            assertThat(says(socket, 7)).isEqualTo(7);
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThan(SHORT.multipliedBy(2));
            assertThat(tcp.fired()).isEqualTo(2);
        }
    }

    /** -1 when the connection is gone. */
    private static int says(Socket socket, int what) {
        try {
            socket.setSoTimeout(5_000);
            socket.getOutputStream().write(what);
            return socket.getInputStream().read();
        } catch (java.net.SocketTimeoutException e) {
            return -2;
        } catch (IOException e) {
            return -1;
        }
    }

    private static ServerSocket echo() throws IOException {
        ServerSocket listener = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(() -> {
            while (!listener.isClosed()) {
                try {
                    Socket socket = listener.accept();
                    Thread.ofVirtual().start(() -> {
                        try (socket) {
                            socket.getInputStream().transferTo(socket.getOutputStream());
                        } catch (IOException e) {
                            // The other end is gone.
                        }
                    });
                } catch (IOException e) {
                    // The test is over.
                }
            }
        });
        return listener;
    }

    private HttpResponse<String> get() throws Exception {
        return send(request("/plain").GET().build());
    }

    private HttpResponse<String> post(String body) throws Exception {
        return post("/plain", HttpRequest.BodyPublishers.ofString(body));
    }

    private HttpResponse<String> post(String path, HttpRequest.BodyPublisher body) throws Exception {
        return send(request(path).POST(body).build());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + proxy.port() + path))
                .timeout(Duration.ofSeconds(5));
    }

    private static HttpResponse<String> send(HttpRequest request) throws Exception {
        try (HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            return client.send(request, HttpResponse.BodyHandlers.ofString());
        }
    }
}
