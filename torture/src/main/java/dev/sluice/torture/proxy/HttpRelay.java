package dev.sluice.torture.proxy;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** One client's connection of HTTP/1.1: request after request, each by a connection of its own to the server. */
final class HttpRelay implements Runnable {
    private static final Set<String> CHANGING = Set.of("POST", "PUT", "DELETE");
    /** One of this many requests passes while the server is unavailable: a server that is overloaded answers some. */
    private static final int ONE_PASSES_OF = 4;

    private static final byte[] UNAVAILABLE =
            "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] GO_ON = "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final FaultyProxy proxy;
    private final Socket client;
    private int requests;

    HttpRelay(FaultyProxy proxy, Socket client) {
        this.proxy = proxy;
        this.client = client;
    }

    @Override
    public void run() {
        try {
            InputStream in = new BufferedInputStream(client.getInputStream());
            OutputStream out = client.getOutputStream();
            boolean goesOn = true;
            while (goesOn) {
                Optional<HttpMessage> request = HttpMessage.request(in, () -> out.write(GO_ON));
                goesOn = request.isPresent() && answer(request.get(), out);
            }
        } catch (IOException e) {
            // Client or server is gone: to the other one it looks the same.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether the connection goes on. */
    private boolean answer(HttpMessage request, OutputStream out) throws IOException, InterruptedException {
        FaultyProxy.Active active = proxy.active();
        requests++;
        boolean changes = CHANGING.contains(request.method());
        if (active.kind() != null) {
            switch (active.kind()) {
                case CUT -> {
                    proxy.hit();
                    return ended();
                }
                case HALF_OPEN -> {
                    proxy.hit();
                    active.ended().await();
                    return ended();
                }
                case SLOW -> {
                    proxy.hit();
                    TimeUnit.MILLISECONDS.sleep(active.delay().toMillis());
                }
                case UNAVAILABLE -> {
                    if (requests % ONE_PASSES_OF != 0) {
                        proxy.hit();
                        out.write(UNAVAILABLE);
                        return true;
                    }
                }
                case ANSWER_LOST -> {
                    if (changes) {
                        forward(request);
                        proxy.hit();
                        return ended();
                    }
                }
                case LATE -> {
                    if (changes) {
                        deliverLater(request, active);
                        return ended();
                    }
                }
            }
        }
        HttpMessage response = forward(request);
        out.write(response.bytes());
        out.flush();
        return !response.endsConnection();
    }

    private HttpMessage forward(HttpMessage request) throws IOException {
        try (Socket server = proxy.connect()) {
            proxy.track(server);
            try {
                server.getOutputStream().write(request.bytes());
                return HttpMessage.response(
                        new BufferedInputStream(server.getInputStream()),
                        request.method().equals("HEAD"));
            } finally {
                proxy.untrack(server);
            }
        }
    }

    /** Nobody waits for it any more, and it happens. */
    private void deliverLater(HttpMessage request, FaultyProxy.Active active) {
        Thread.ofVirtual().start(() -> {
            try {
                TimeUnit.MILLISECONDS.sleep(active.delay().toMillis());
                forward(request);
                proxy.hit();
            } catch (IOException e) {
                // The server is away; then it does not happen.
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private boolean ended() {
        FaultyProxy.reset(client);
        return false;
    }
}
