package dev.sluice.stack.flink;

import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** HTTP clients that show a key to the cluster and trust only that same one. Thread-safe. */
final class RestIdentity {
    private static final Map<Path, HttpClient> CLIENTS = new ConcurrentHashMap<>();
    private static final Duration CONNECT_WITHIN = Duration.ofSeconds(5);

    private RestIdentity() {}

    static HttpClient plain() {
        return HttpClient.newBuilder().connectTimeout(CONNECT_WITHIN).build();
    }

    /** The client of a key store (PKCS12); E1105 when it cannot be used. */
    static HttpClient of(Path keystore) {
        return CLIENTS.computeIfAbsent(
                keystore,
                file -> HttpClient.newBuilder()
                        .connectTimeout(CONNECT_WITHIN)
                        .sslContext(context(file))
                        .build());
    }

    private static SSLContext context(Path keystore) {
        char[] password = FlinkRest.KEYSTORE_PASSWORD.toCharArray();
        try (InputStream in = Files.newInputStream(keystore)) {
            KeyStore keys = KeyStore.getInstance("PKCS12");
            keys.load(in, password);
            KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            own.init(keys, password);
            TrustManagerFactory trusted = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trusted.init(keys);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(own.getKeyManagers(), trusted.getTrustManagers(), null);
            return context;
        } catch (IOException | GeneralSecurityException e) {
            throw new SluiceException(
                    ErrorCode.E1105,
                    "the key store " + keystore + " cannot be used (" + e.getClass().getSimpleName() + ")",
                    "start the local stack with `sluice up`, which makes it, as the user who owns it",
                    e);
        }
    }
}
