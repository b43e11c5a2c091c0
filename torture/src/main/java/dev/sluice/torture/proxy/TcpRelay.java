package dev.sluice.torture.proxy;

import java.io.IOException;
import java.net.Socket;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** One connection of any protocol: both directions, piece by piece. */
final class TcpRelay implements Runnable {
    private static final int BUFFER_BYTES = 32 * 1024;

    private final FaultyProxy proxy;
    private final Socket client;

    TcpRelay(FaultyProxy proxy, Socket client) {
        this.proxy = proxy;
        this.client = client;
    }

    @Override
    public void run() {
        try {
            Socket server = proxy.connect();
            proxy.track(server);
            try {
                Thread back = Thread.ofVirtual().start(() -> pump(server, client));
                pump(client, server);
                back.join();
            } finally {
                proxy.untrack(server);
            }
        } catch (IOException e) {
            // The server is away: to the client it looks the same.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void pump(Socket from, Socket to) {
        byte[] buffer = new byte[BUFFER_BYTES];
        try {
            for (Optional<byte[]> piece = FaultyProxy.piece(from, buffer);
                    piece.isPresent();
                    piece = FaultyProxy.piece(from, buffer)) {
                FaultyProxy.Active active = proxy.active();
                if (active.is(ProxyFault.HALF_OPEN)) {
                    proxy.hit();
                    continue;
                }
                if (active.is(ProxyFault.SLOW)) {
                    proxy.hit();
                    TimeUnit.MILLISECONDS.sleep(active.delay().toMillis());
                }
                to.getOutputStream().write(piece.get());
            }
        } catch (IOException e) {
            // One of the two is gone, and takes the other along.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            FaultyProxy.close(from);
            FaultyProxy.close(to);
        }
    }
}
