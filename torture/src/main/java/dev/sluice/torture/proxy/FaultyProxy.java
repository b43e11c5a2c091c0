package dev.sluice.torture.proxy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Passes connections on to one server on loopback, and fails on command. It listens as long as it lives, so what connects
 * through it need not know when its server starts anew. Thread-safe.
 */
public final class FaultyProxy implements AutoCloseable {
    private static final int CONNECT_TIMEOUT_MILLIS = 5_000;

    private final String name;
    private final int upstreamPort;
    private final boolean http;
    private final ServerSocket listener;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicLong fired = new AtomicLong();
    private volatile Active active = Active.NONE;

    /**
     * A fault at work.
     *
     * @param kind null for none
     * @param ended counted down when it is over
     */
    record Active(ProxyFault kind, Duration delay, CountDownLatch ended) {
        static final Active NONE = new Active(null, Duration.ZERO, new CountDownLatch(0));

        boolean is(ProxyFault fault) {
            return kind == fault;
        }
    }

    private FaultyProxy(String name, int upstreamPort, boolean http) throws IOException {
        this.name = name;
        this.upstreamPort = upstreamPort;
        this.http = http;
        this.listener = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
        Thread.ofPlatform().name("proxy-" + name).daemon().start(this::accept);
    }

    /** Between a client and a server of any protocol. */
    public static FaultyProxy tcp(String name, int upstreamPort) throws IOException {
        return new FaultyProxy(name, upstreamPort, false);
    }

    /** Between a client and a server of HTTP/1.1; it knows requests from each other. */
    public static FaultyProxy http(String name, int upstreamPort) throws IOException {
        return new FaultyProxy(name, upstreamPort, true);
    }

    public String name() {
        return name;
    }

    public int port() {
        return listener.getLocalPort();
    }

    /**
     * From now on, until {@link #end}.
     *
     * @param delay of {@link ProxyFault#SLOW}, for each piece or request, and of {@link ProxyFault#LATE}
     */
    public void begin(ProxyFault fault, Duration delay) {
        fired.set(0);
        active = new Active(fault, delay, new CountDownLatch(1));
        if (fault == ProxyFault.CUT) {
            fired.addAndGet(endAll());
        }
    }

    /** Everything passes again; connections that have lost something are ended. */
    public void end() {
        Active over = active;
        active = Active.NONE;
        over.ended().countDown();
        if (over.is(ProxyFault.HALF_OPEN)) {
            endAll();
        }
    }

    /** How often the fault has hit something since it began. */
    public long fired() {
        return fired.get();
    }

    void hit() {
        fired.incrementAndGet();
    }

    Active active() {
        return active;
    }

    Socket connect() throws IOException {
        Socket socket = new Socket();
        socket.setTcpNoDelay(true);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), upstreamPort), CONNECT_TIMEOUT_MILLIS);
        return socket;
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                client.setTcpNoDelay(true);
                if (active.is(ProxyFault.CUT)) {
                    hit();
                    reset(client);
                    continue;
                }
                track(client);
                Thread.ofVirtual().start(() -> {
                    try {
                        serve(client);
                    } finally {
                        untrack(client);
                    }
                });
            } catch (IOException e) {
                // The listener was closed, or a client left at once.
            }
        }
    }

    private void serve(Socket client) {
        if (http) {
            new HttpRelay(this, client).run();
        } else {
            new TcpRelay(this, client).run();
        }
    }

    void track(Socket socket) {
        open.add(socket);
    }

    void untrack(Socket socket) {
        open.remove(socket);
        close(socket);
    }

    private int endAll() {
        int ended = 0;
        for (Socket socket : open) {
            reset(socket);
            ended++;
        }
        return ended;
    }

    /** Ends a connection so that its other end hears of it at once, without what was still under way. */
    static void reset(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
        } catch (IOException e) {
            // It is closed already.
        }
        close(socket);
    }

    static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // Nothing hangs on it.
        }
    }

    /** @return empty when the other end is gone */
    static Optional<byte[]> piece(Socket from, byte[] buffer) {
        try {
            int read = from.getInputStream().read(buffer);
            return read < 0 ? Optional.empty() : Optional.of(java.util.Arrays.copyOf(buffer, read));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    @Override
    public void close() throws IOException {
        end();
        listener.close();
        endAll();
    }
}
