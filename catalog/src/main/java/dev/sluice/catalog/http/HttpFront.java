package dev.sluice.catalog.http;

import com.sun.net.httpserver.HttpServer;
import dev.sluice.catalog.auth.Tokens;
import dev.sluice.catalog.config.CatalogConfig;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The listening socket and its threads. */
public final class HttpFront implements AutoCloseable {
    private static final int WAITING_REQUESTS_MAX = 512;
    private static final int STOP_SECONDS_MAX = 5;

    static {
        // The JDK's server reads these once. Without nodelay every answer waits 40 ms for an acknowledgement.
        System.setProperty("sun.net.httpserver.nodelay", "true");
        // A connection that the server closes while a commit travels on it makes the commit's outcome unknown.
        System.setProperty("sun.net.httpserver.idleInterval", "300");
        System.setProperty("sun.net.httpserver.maxReqTime", "60");
        System.setProperty("jdk.httpserver.maxConnections", "1024");
    }

    private final HttpServer server;
    private final ExecutorService threads;

    private HttpFront(HttpServer server, ExecutorService threads) {
        this.server = server;
        this.threads = threads;
    }

    /** Listens and answers; {@link SluiceException} E1301 when the port is taken. */
    public static HttpFront start(CatalogConfig config, List<Route> routes, Tokens tokens) {
        HttpServer server = bind(config);
        AtomicInteger number = new AtomicInteger();
        ThreadPoolExecutor threads = new ThreadPoolExecutor(
                config.requestThreads(),
                config.requestThreads(),
                1,
                TimeUnit.MINUTES,
                // A request over the limit loses its connection.
                new ArrayBlockingQueue<>(WAITING_REQUESTS_MAX),
                task -> new Thread(task, "request-" + number.incrementAndGet()));
        server.setExecutor(threads);
        boolean isLocalOnly = server.getAddress().getAddress().isLoopbackAddress();
        server.createContext("/", new RequestHandler(routes, tokens, isLocalOnly, config.requestBytesMax()));
        server.start();
        return new HttpFront(server, threads);
    }

    private static HttpServer bind(CatalogConfig config) {
        try {
            return HttpServer.create(new InetSocketAddress(config.bind(), config.port()), 0);
        } catch (IOException e) {
            throw new SluiceException(
                    ErrorCode.E1301,
                    "the catalog cannot listen on " + config.bind() + ":" + config.port() + " (" + e.getMessage() + ")",
                    "stop what uses the port, or choose another with SLUICE_CATALOG_PORT",
                    e);
        }
    }

    public int port() {
        return server.getAddress().getPort();
    }

    /** Takes no new requests, and lets those under way come to their end. */
    @Override
    public void close() {
        server.stop(STOP_SECONDS_MAX);
        threads.shutdown();
    }
}
