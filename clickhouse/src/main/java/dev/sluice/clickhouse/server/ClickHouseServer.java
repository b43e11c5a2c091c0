package dev.sluice.clickhouse.server;

import com.sun.net.httpserver.HttpServer;
import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ClickHouse of the local stack: the engine in this process behind ClickHouse's HTTP interface. An acknowledged
 * insert survives the process; a crash of the engine takes the process with it, so start it by a launcher that starts it
 * again. Start it with {@code --enable-native-access=ALL-UNNAMED}.
 */
public final class ClickHouseServer {
    /** The database that exists from the start; others are the user's. */
    public static final String DATABASE = "hot";

    private static final Logger log = LoggerFactory.getLogger(ClickHouseServer.class);
    private static final int THREADS = 128;
    private static final int BACKLOG = 256;
    private static final long DRAIN_MILLIS = 3_000;

    /** Held for as long as the server lives: a channel that is collected lets go of its lock. */
    private final DataFolder folder;

    private final Engine engine;
    private final HttpServer http;
    private final ThreadPoolExecutor pool;

    private ClickHouseServer(DataFolder folder, Engine engine, HttpServer http, ThreadPoolExecutor pool) {
        this.folder = folder;
        this.engine = engine;
        this.http = http;
        this.pool = pool;
    }

    public static void main(String[] arguments) throws InterruptedException {
        // Without it every answer waits 40 ms for the client's delayed acknowledgement.
        System.setProperty("sun.net.httpserver.nodelay", "true");
        // A client that does not send its request in this many seconds is cut off, and so is one that says nothing.
        System.setProperty("sun.net.httpserver.maxReqTime", "60");
        // Of a request that was answered before its end little is read; the reply reads what is worth it.
        System.setProperty("sun.net.httpserver.drainAmount", "1024");
        System.setProperty("sun.net.httpserver.idleInterval", "300");
        System.setProperty("jdk.httpserver.maxConnections", "1024");
        Thread main = EngineThreads.unstarted("main", () -> {
            try {
                run(arguments);
            } catch (SluiceException e) {
                System.err.println(e.getMessage());
                Runtime.getRuntime().halt(1);
            } catch (RuntimeException | Error | IOException e) {
                log.error("the server did not start", e);
                Runtime.getRuntime().halt(1);
            }
        });
        main.start();
        main.join();
    }

    private static void run(String[] arguments) throws IOException {
        ServerOptions options = ServerOptions.parse(arguments);
        Credentials credentials = Credentials.of(System.getenv());
        HttpServer http = bind(options);
        DataFolder folder = DataFolder.open(options.data(), options.memoryLimitBytes());
        FileBoundary.draw(options.data(), options.library());
        ChdbLibrary library = ChdbLibrary.load(options.library());
        Engine engine = Engine.start(library, folder);
        createDatabase(engine);
        ThreadPoolExecutor pool = EngineThreads.pool(THREADS);
        http.setExecutor(pool);
        http.createContext("/", new QueryHandler(engine, credentials, new ReaderLimits(options.memoryLimitBytes())));
        ClickHouseServer server = new ClickHouseServer(folder, engine, http, pool);
        // The engine's own exit handlers crash while tables merge: leave before they run.
        Runtime.getRuntime().addShutdownHook(EngineThreads.unstarted("shutdown", server::stopAndHalt));
        http.start();
        log.info("ClickHouse engine {} listens on {}", library.version(), http.getAddress());
    }

    private static HttpServer bind(ServerOptions options) throws IOException {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getByName(options.bind()), options.port());
        try {
            return HttpServer.create(address, BACKLOG);
        } catch (java.net.BindException e) {
            throw new SluiceException(
                    ErrorCode.E1301,
                    "cannot listen on " + options.bind() + ":" + options.port() + ": " + e.getMessage(),
                    "Choose another port with --port, or stop what listens there.",
                    e);
        }
    }

    private static void createDatabase(Engine engine) {
        try (EngineConnection connection = engine.open()) {
            connection.run("CREATE DATABASE IF NOT EXISTS " + DATABASE + " ENGINE = Atomic");
        } catch (EngineException e) {
            throw new SluiceException(
                    ErrorCode.E1302, "the database " + DATABASE + " cannot be created: " + e.getMessage(), "", e);
        }
    }

    private void stopAndHalt() {
        try {
            http.stop(0);
            pool.shutdown();
            if (pool.awaitTermination(DRAIN_MILLIS, TimeUnit.MILLISECONDS)) {
                engine.close();
                folder.close();
            }
        } catch (IOException e) {
            log.warn("the lock of the data folder goes with the process", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            Runtime.getRuntime().halt(0);
        }
    }
}
